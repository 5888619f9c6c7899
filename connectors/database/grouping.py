"""Group commit: writes of one kind that come while another is under way share the next transaction.

Nobody waits for company: the first write starts at once. Each caller is told of its own write only, after the commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from agent.errors import StorageError
from connectors.database.engine import BUSY

MOST = 64
"""Writes of one transaction."""

Job = TypeVar("Job")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Job]):
    job: Job
    done: asyncio.Future[None]


class Grouped(Generic[Job]):
    """Runs ``write`` on as many jobs as wait, in order; two jobs with one ``key`` never share a transaction.

    When a group fails, its jobs are tried one by one, so that a fault reaches the caller who made it and nobody else;
    where another process holds the database all are told at once, not one after the other.
    A job that has begun is finished although its caller is cancelled.
    """

    def __init__(self, write: Callable[[Sequence[Job]], Awaitable[None]], key: Callable[[Job], Hashable]) -> None:
        self._write = write
        self._key = key
        self._queue: deque[_Waiting[Job]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def add(self, job: Job) -> None:
        """Write one job; returns once it is committed. Raises what ``write`` raises for it."""
        waiting = _Waiting(job, asyncio.get_running_loop().create_future())
        waiting.done.add_done_callback(_looked_at)
        self._queue.append(waiting)
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="grouped writes")
        await asyncio.shield(waiting.done)

    async def finished(self) -> None:
        """All that has begun is written."""
        if self._working is not None:
            await asyncio.shield(self._working)

    async def _work(self) -> None:
        group: list[_Waiting[Job]] = []
        try:
            while self._queue:
                group = self._next_group()
                await self._run(group)
        finally:
            self._working = None
            for waiting in (*group, *self._queue):
                waiting.done.cancel()  # only where this task itself was cancelled
            self._queue.clear()

    def _next_group(self) -> list[_Waiting[Job]]:
        group: list[_Waiting[Job]] = []
        keys: set[Hashable] = set()
        while self._queue and len(group) < MOST:
            key = self._key(self._queue[0].job)
            if key in keys:
                break
            keys.add(key)
            group.append(self._queue.popleft())
        return group

    async def _run(self, group: Sequence[_Waiting[Job]]) -> None:
        """One transaction for all; when it fails, one for each."""
        try:
            await self._write([waiting.job for waiting in group])
        except Exception as error:
            if len(group) == 1 or (isinstance(error, StorageError) and error.code == BUSY):  # it is nobody's own fault
                for waiting in group:
                    waiting.done.set_exception(error)
                return
            for waiting in group:
                await self._run([waiting])
            return
        for waiting in group:
            waiting.done.set_result(None)


def _looked_at(done: asyncio.Future[None]) -> None:
    """A caller that was cancelled meanwhile does not ask any more."""
    if not done.cancelled():
        done.exception()
