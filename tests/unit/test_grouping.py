"""Writes that come together share a transaction; each caller hears of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from agent.errors import StorageError
from connectors.database.grouping import MOST, Grouped
from tests.fakes.running import run


class Written:
    """A database that remembers its transactions and refuses the job ``bad``."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.go_on = asyncio.Event()

    async def __call__(self, jobs: Sequence[str]) -> None:
        await self.go_on.wait()
        if "bad" in jobs:
            raise StorageError("bad", "bad", "none")
        self.groups.append(list(jobs))


def test_the_first_goes_at_once_and_those_that_waited_go_together() -> None:
    async def check() -> None:
        written = Written()
        group = Grouped(written, lambda job: job)
        tasks = [asyncio.create_task(group.add(f"job {n}")) for n in range(MOST + 10)]
        await asyncio.sleep(0)
        written.go_on.set()
        await asyncio.gather(*tasks)
        assert [len(jobs) for jobs in written.groups] in ([1, MOST, 9], [MOST, 10])
        assert [job for jobs in written.groups for job in jobs] == [f"job {n}" for n in range(MOST + 10)]

    run(check())


def test_a_fault_reaches_its_own_caller_only() -> None:
    async def check() -> None:
        written = Written()
        group = Grouped(written, lambda job: job)
        tasks = [asyncio.create_task(group.add(job)) for job in ("a", "b", "bad", "c")]
        written.go_on.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result).__name__ for result in results] == ["NoneType", "NoneType", "StorageError", "NoneType"]
        assert sorted(job for jobs in written.groups for job in jobs) == ["a", "b", "c"]

    run(check())


def test_two_of_one_key_never_share_a_transaction() -> None:
    async def check() -> None:
        written = Written()
        group = Grouped(written, lambda job: job[0])
        tasks = [asyncio.create_task(group.add(job)) for job in ("a1", "b1", "a2", "b2", "a3")]
        written.go_on.set()
        await asyncio.gather(*tasks)
        assert all(len({job[0] for job in jobs}) == len(jobs) for jobs in written.groups)
        assert [job for jobs in written.groups for job in jobs] == ["a1", "b1", "a2", "b2", "a3"]

    run(check())


def test_a_job_whose_caller_is_cancelled_is_written_all_the_same() -> None:
    async def check() -> None:
        written = Written()
        group = Grouped(written, lambda job: job)
        caller = asyncio.create_task(group.add("kept"))
        await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        written.go_on.set()
        await group.finished()
        assert written.groups == [["kept"]]

    run(check())
