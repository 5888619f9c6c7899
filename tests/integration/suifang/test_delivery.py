"""The courier against a store in a file and a far end that misbehaves: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.domain.events import AlertRaised, Event, RoomLinkOffered
from agent.errors import InputError, StorageError
from connectors.signing.ports import Parcel, Receipt
from connectors.storage import SqlStore, open_store
from connectors.storage.enqueue import NewParcel, enqueue
from connectors.storage.parcels import (
    FIRST_WAIT_MS,
    LEASE_MS,
    LONGEST_WAIT_MS,
    MOST_TRIES,
    Lane,
    OutboxRow,
    OutboxStatus,
    Settled,
    wait_ms,
)
from suifang.delivery import Courier, Pace
from tests.fakes.far_end import FarEnd
from tests.fakes.outbox import AT, queue_visits

PACE = Pace(batch=8, at_once=4, idle_seconds=0.01, delivery_seconds=0.2)
START_MS = 4_000_000_000_000
Check = Callable[[SqlStore, FarEnd], Awaitable[None]]


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def holds(tmp_path: Path) -> Callable[[Check], None]:
    """Run a check against a fresh store and far end."""

    def run(check: Check) -> None:
        async def inside() -> None:
            async with open_store(tmp_path / "store.db") as store:
                await check(store, FarEnd(tmp_path / "far.db"))

        asyncio.run(inside())

    return run


def courier(store: SqlStore, far: FarEnd, clock: HandClock) -> Courier:
    return Courier(store.outbox, far, PACE, clock, lambda: 0.5)


async def until_done(store: SqlStore, far: FarEnd, clock: HandClock) -> None:
    """Let time pass until nothing waits."""
    for _ in range(200):
        await courier(store, far, clock).empty()
        counts = await store.outbox.counts()
        if not counts[OutboxStatus.WAITING] + counts[OutboxStatus.LEASED]:
            return
        clock.ms += LONGEST_WAIT_MS
    raise AssertionError("the outbox does not empty")


def test_every_fault_of_the_far_end_is_survived(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        keys = await queue_visits(store, 24, residents=6)
        far.faults = iter(["500", "timeout", "slow", "garbage", "lost", "", "lost", "500", "garbage"] * 6)
        await until_done(store, far, HandClock())
        assert sorted(key for key, _ in far.taken()) == sorted(keys)
        assert far.heard() > len(keys)  # some came twice, and were taken once
        assert (await store.outbox.counts())[OutboxStatus.SENT] == len(keys)

    holds(check)


def test_order_is_kept_for_each_resident(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        keys = await queue_visits(store, 20, residents=3)
        far.faults = iter(["500", "lost", "", "garbage", ""] * 3)
        await until_done(store, far, HandClock())
        for resident in ("r0", "r1", "r2"):
            came = [key for key, whose in far.taken() if whose == resident]
            assert came == [key for n, key in enumerate(keys) if f"r{n % 3}" == resident]

    holds(check)


def test_a_refusal_is_a_dead_letter_and_holds_back_only_its_resident(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 4, residents=2)
        far.faults = iter(["refused"])
        await courier(store, far, clock := HandClock()).empty()
        (dead,) = await store.outbox.rows(OutboxStatus.DEAD)
        assert (dead.key, dead.code) == ("v0:1", "backend-refused")
        assert await store.outbox.held_behind(dead) == 1
        assert [key for key, _ in far.taken()] == ["v1:1", "v3:1"]
        with pytest.raises(InputError, match="no dead letter"):
            await store.outbox.retry([dead.id, 999], clock.ms)
        assert await store.outbox.retry([dead.id], clock.ms) == 1
        await courier(store, far, clock).empty()
        assert [key for key, _ in far.taken()][2:] == ["v0:1", "v2:1"]

    holds(check)


def test_tries_end_in_a_dead_letter(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 1, residents=1)
        far.faults = iter(["500"] * 100)
        clock = HandClock()
        for _ in range(MOST_TRIES):
            assert await courier(store, far, clock).once() == 1
            assert await courier(store, far, clock).once() == 0  # not before its wait is over
            clock.ms += LONGEST_WAIT_MS
        (dead,) = await store.outbox.rows(OutboxStatus.DEAD)
        assert (dead.tries, dead.code) == (MOST_TRIES, "backend-failed")

    holds(check)


def test_a_newer_version_takes_the_place_of_a_dead_letter(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 1, residents=1)
        far.faults = iter(["refused"])
        await courier(store, far, clock := HandClock()).empty()
        async with store.database.write() as connection:
            await connection.run_sync(enqueue, [("v0", NewParcel("v0:2", Lane.RECORD, "follow_up", {"sbp": 141}, AT))])
        await courier(store, far, clock).empty()
        assert [key for key, _ in far.taken()] == ["v0:2"]
        assert (await store.outbox.counts())[OutboxStatus.SUPERSEDED] == 1

    holds(check)


def test_alerts_are_queued_with_their_events_and_wait_for_no_record(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 1, residents=1)
        far.faults = iter(["refused"])
        await courier(store, far, clock := HandClock()).empty()
        alert = AlertRaised(3, "chest_pain", "P0", "self", "胸口疼", "chest_pain.pain", "1")
        await store.events.append("v0", [Event(7, AT, alert)])
        with pytest.raises(StorageError):
            await store.events.append("v0", [Event(8, AT, alert), Event(7, AT, alert)])
        await courier(store, far, clock).empty()
        assert [key for key, _ in far.taken()] == ["v0:alert:7"]

    holds(check)


def test_a_key_is_queued_once(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, _far: FarEnd) -> None:
        await queue_visits(store, 1, residents=1)
        with pytest.raises(StorageError):
            async with store.database.write() as connection:
                await connection.run_sync(enqueue, [("v0", NewParcel("v0:1", Lane.RECORD, "follow_up", {}, AT))])

    holds(check)


def test_a_lease_lapses_and_a_late_failure_does_not_undo_what_followed(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 1, residents=1)
        (row,) = await store.outbox.lease("slow", START_MS, 5)
        assert await store.outbox.lease("quick", START_MS + LEASE_MS - 1, 5) == ()
        (again,) = await store.outbox.lease("quick", START_MS + LEASE_MS, 5)
        await store.outbox.settle([Settled(row, code="backend-failed")], START_MS + LEASE_MS, lambda: 0.0)
        assert (await store.outbox.counts())[OutboxStatus.LEASED] == 1
        await store.outbox.settle([Settled(again, receipt="1")], START_MS + LEASE_MS, lambda: 0.0)
        await store.outbox.settle([Settled(row, code="backend-failed")], START_MS + LEASE_MS, lambda: 0.0)
        assert (await store.outbox.counts())[OutboxStatus.SENT] == 1

    holds(check)


def test_a_clock_put_back_does_not_hold_rows_for_years(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 2, residents=2)
        far.faults = iter(["500", "500"])
        clock = HandClock()
        await courier(store, far, clock).empty()
        clock.ms -= 10 * 365 * 86_400_000
        await courier(store, far, clock).empty()
        assert len(far.taken()) == 2

    holds(check)


def test_a_cancelled_courier_gives_back_what_it_holds(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 6, residents=6)
        far.faults = iter(["", "", "timeout", "timeout", "timeout", "timeout"])
        slow = Courier(store.outbox, far, Pace(batch=6, at_once=6, delivery_seconds=30), HandClock())
        working = asyncio.create_task(slow.once())
        await asyncio.sleep(0.1)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        counts = await store.outbox.counts()
        assert (counts[OutboxStatus.SENT], counts[OutboxStatus.WAITING], counts[OutboxStatus.LEASED]) == (2, 4, 0)
        assert {row.tries for row in await store.outbox.rows(OutboxStatus.WAITING)} == {0}

    holds(check)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(StorageError("store-busy", "locked", "wait"), "store-busy"), (ValueError("我胸口疼"), "courier-fault")],
)
def test_no_failure_of_one_message_ends_the_courier(
    holds: Callable[[Check], None], failure: Exception, code: str
) -> None:
    async def check(store: SqlStore, far: FarEnd) -> None:
        letters, clock = Telephones([failure]), HandClock()
        await queue_visits(store, 2, residents=2)
        await promise(store, "v0", "v1")
        async with running(Courier(store.outbox, far, PACE, clock, lambda: 0.5, letters)):
            await until(lambda: letters.sent == ["v1:room_link"])
            await until(lambda: len(far.taken()) == 2)
            row = await failed(store)
            assert (row.key, row.code, "胸口" in row.problem) == ("v0:room_link", code, False)
            clock.ms += FIRST_WAIT_MS
            await until(lambda: letters.sent == ["v1:room_link", "v0:room_link"])

    holds(check)


def test_what_is_urgent_goes_while_records_are_slow(holds: Callable[[Check], None], tmp_path: Path) -> None:
    class SlowForRecords(FarEnd):
        waiting = 0

        async def deliver(self, parcel: Parcel) -> Receipt:
            if parcel.kind == "follow_up":
                self.waiting += 1
                await asyncio.sleep(3600)
            return await super().deliver(parcel)

    async def check(store: SqlStore, _far: FarEnd) -> None:
        await queue_visits(store, 12, residents=12)
        far, letters = SlowForRecords(tmp_path / "slow.db"), Telephones()
        pace = Pace(batch=8, at_once=4, idle_seconds=0.01, delivery_seconds=30)
        async with running(Courier(store.outbox, far, pace, HandClock(), lambda: 0.5, letters)):
            await until(lambda: far.waiting == 4)  # every place for records is taken
            alert = AlertRaised(3, "chest_pain", "P0", "self", "胸口疼", "chest_pain.pain", "1")
            await store.events.append("v0", [Event(7, AT, alert)])
            await promise(store, "v1")
            await until(lambda: letters.sent == ["v1:room_link"] and far.taken() == [("v0:alert:7", "r0")])
        counts = await store.outbox.counts()
        assert (counts[OutboxStatus.WAITING], counts[OutboxStatus.LEASED]) == (12, 0)

    holds(check)


@dataclass
class Telephones:
    """Takes messages; fails as told first."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def deliver(self, row: OutboxRow, _now_ms: int) -> str:
        if self.failures:
            raise self.failures.pop()
        self.sent.append(row.key)
        return "sms-1"


async def promise(store: SqlStore, *visits: str) -> None:
    """A message to each."""
    for visit in visits:
        await store.events.append(visit, [Event(9, AT, RoomLinkOffered(3, "self"))])


async def failed(store: SqlStore) -> OutboxRow:
    """The row whose failure is written down."""
    for _ in range(1000):
        if rows := [row for row in await store.outbox.rows(OutboxStatus.WAITING) if row.code]:
            return rows[0]
        await asyncio.sleep(0.01)
    raise AssertionError("nothing failed")


@asynccontextmanager
async def running(courier: Courier) -> AsyncIterator[None]:
    working = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def until(told: Callable[[], bool]) -> None:
    """Many rounds of the courier, at most."""
    for _ in range(1000):
        if told():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it does not come")


def test_a_locked_database_delays_and_loses_nothing(
    holds: Callable[[Check], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.database.engine.BUSY_SECONDS", 0.05)

    async def check(store: SqlStore, far: FarEnd) -> None:
        await queue_visits(store, 5, residents=5)
        working = asyncio.create_task(courier(store, far, HandClock()).run())
        for _ in range(3):
            holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
            await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")
            await asyncio.sleep(0.15)
            holder.close()
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        assert not working.done()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        await until_done(store, far, HandClock())
        assert len(far.taken()) == 5

    holds(check)


def test_waits_double_with_a_spread_and_an_end() -> None:
    assert [wait_ms(n, 1.0) for n in (1, 2, 3)] == [FIRST_WAIT_MS, 2 * FIRST_WAIT_MS, 4 * FIRST_WAIT_MS]
    assert wait_ms(1, 0.0) == FIRST_WAIT_MS // 2
    assert wait_ms(1000, 1.0) == LONGEST_WAIT_MS
    hours = sum(wait_ms(n, 0.0) for n in range(1, MOST_TRIES)) / 3_600_000
    assert hours >= 14, "a backend that is down for a night makes no dead letters"
