"""The courier: carries the outbox to the contract-management backend and to the gateway of messages, for ever.

It may die at any moment: rows it held are taken up after their lease, and the backend takes a key once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agent.errors import BackendError, ConnectorError, StorageError
from connectors.signing.ports import Parcel, ParcelKind, Receipt, SigningBackend
from connectors.storage.owners import this_process
from connectors.storage.parcels import LEASE_MS, Lane, Outbox, OutboxRow, Settled

log = logging.getLogger(__name__)

DELIVERY_SECONDS = LEASE_MS / 3000
"""Longest delivery: well within the lease."""
SETTLE_TRIES = 5
GROUPS = ((Lane.ALERT,), (Lane.MESSAGE,), (Lane.RECORD, Lane.WISH, Lane.FILE))
"""Lanes that are carried side by side: a red flag and the way to a doctor wait for no record that is slow."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How the courier works."""

    batch: int = 32
    at_once: int = 4
    idle_seconds: float = 1.0
    delivery_seconds: float = DELIVERY_SECONDS


def wall_ms() -> int:
    """The time of day; leases and waits must outlive the process."""
    return int(time.time() * 1000)


class Letters(Protocol):
    """Takes what is for telephones; see ``suifang.room_links``."""

    async def deliver(self, row: OutboxRow, now_ms: int) -> str:
        """Send it; the receipt's number. Raises ``ConnectorError``, ``StorageError``."""


class NoLetters:
    """Nothing is for telephones; what is there all the same waits for a service that has a gateway."""

    async def deliver(self, row: OutboxRow, now_ms: int) -> str:
        """Refused, to be tried again."""
        raise ConnectorError("messages-off", "no gateway is set", "set SUIFANG_MESSAGES", retryable=True)


class Courier:
    """Delivers what is due."""

    def __init__(
        self, outbox: Outbox, backend: SigningBackend, pace: Pace | None = None, now_ms: Callable[[], int] = wall_ms,
        draw: Callable[[], float] = random.random, letters: Letters | None = None,
    ) -> None:  # fmt: skip
        self._letters = letters or NoLetters()
        self._outbox = outbox
        self._backend = backend
        self._pace = pace or Pace()
        self._now_ms = now_ms
        self._draw = draw

    async def run(self) -> None:
        """Deliver until cancelled; a store that cannot be used now is tried again."""
        async with asyncio.TaskGroup() as group:
            for lanes in GROUPS:
                group.create_task(self._for_ever(lanes), name=f"courier {lanes[0]}")

    async def _for_ever(self, lanes: Sequence[Lane]) -> None:
        """No failure ends it: a courier that is gone is noticed by nobody."""
        while True:
            taken = 0
            try:
                taken = await self.once(lanes)
            except StorageError as error:
                log.warning("outbox.store", extra={"code": error.code})
            except Exception as error:  # its text may hold what residents say
                log.error("outbox.fault", extra={"kind": type(error).__name__})
            if not taken:
                await asyncio.sleep(self._pace.idle_seconds)

    async def once(self, lanes: Sequence[Lane] = tuple(Lane)) -> int:
        """One batch of some lanes; how many rows were taken. Cancelled, it gives back what it did not deliver."""
        owner = f"{this_process()}:{uuid.uuid4().hex[:8]}"  # what is given back is this batch alone
        most = self._pace.batch if Lane.RECORD in lanes else self._pace.at_once  # none waits for a place in it
        rows = await self._outbox.lease(owner, self._now_ms(), most, lanes)
        if not rows:
            return 0
        outcomes: list[Settled] = []
        try:
            await self._deliver(rows, outcomes)
        finally:
            await _to_the_end(self._put_down(owner, rows, outcomes))
        return len(rows)

    async def empty(self) -> int:
        """Deliver until nothing is due; how many rows were taken."""
        total = 0
        while taken := await self.once():
            total += taken
        return total

    async def _deliver(self, rows: Sequence[OutboxRow], outcomes: list[Settled]) -> None:
        gate = asyncio.Semaphore(self._pace.at_once)

        async def one(row: OutboxRow) -> None:
            async with gate:
                outcomes.append(await self._carry(row))

        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(one(row), name=f"outbox {row.id}")

    async def _carry(self, row: OutboxRow) -> Settled:
        """One delivery; its failure is a value."""
        try:
            async with asyncio.timeout(self._pace.delivery_seconds):
                if row.lane is Lane.MESSAGE:
                    return Settled(row, receipt=await self._letters.deliver(row, self._now_ms()))
                receipt = await self._backend.deliver(Parcel(row.key, row.resident_id, ParcelKind(row.kind), row.body))
        except TimeoutError:
            code = "message-timeout" if row.lane is Lane.MESSAGE else "backend-timeout"
            return Settled(row, code=code, problem="no answer in time")
        except (BackendError, ConnectorError) as error:
            return Settled(
                row, code=error.code, problem=f"{error.message} -> {error.remedy}", final=not error.retryable
            )
        except StorageError as error:  # the store's trouble is no fault of the row
            return Settled(row, code=error.code, problem="the store could not be read")
        except Exception as error:  # one row stops no other; the text may hold what a resident says
            return Settled(row, code="courier-fault", problem=type(error).__name__)
        return _checked(row, receipt)

    async def _put_down(self, owner: str, rows: Sequence[OutboxRow], outcomes: Sequence[Settled]) -> None:
        await self._settle(outcomes)
        if len(outcomes) < len(rows):
            await self._outbox.release(owner)

    async def _settle(self, outcomes: Sequence[Settled]) -> None:
        """Written although the store may be busy; given up, the rows are sent once more after their lease."""
        for left in reversed(range(SETTLE_TRIES)):
            try:
                await self._outbox.settle(outcomes, self._now_ms(), self._draw)
            except StorageError:
                if not left:
                    raise
                await asyncio.sleep(self._pace.idle_seconds)
            else:
                return


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """What has begun is finished, although the caller is cancelled meanwhile."""
    task = asyncio.create_task(work, name="outbox settling")
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _checked(row: OutboxRow, receipt: Receipt) -> Settled:
    """A receipt for something else is no receipt."""
    if receipt.key != row.key or not receipt.number:
        return Settled(row, code="backend-garbage", problem="the backend's receipt is not for this parcel")
    return Settled(row, receipt=receipt.number)
