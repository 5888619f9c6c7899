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
        """Send it; the receipt's number. Raises ``ConnectorError``."""


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
        self._owner = f"{this_process()}:{uuid.uuid4().hex[:8]}"

    async def run(self) -> None:
        """Deliver until cancelled; a store that cannot be used now is tried again."""
        while True:
            try:
                taken = await self.once()
            except StorageError as error:
                log.warning("outbox.store", extra={"code": error.code})
                taken = 0
            if not taken:
                await asyncio.sleep(self._pace.idle_seconds)

    async def once(self) -> int:
        """One batch; how many rows were taken. Cancelled, it gives back what it did not deliver."""
        rows = await self._outbox.lease(self._owner, self._now_ms(), self._pace.batch)
        if not rows:
            return 0
        outcomes: list[Settled] = []
        try:
            await self._deliver(rows, outcomes)
        finally:
            await _to_the_end(self._put_down(rows, outcomes))
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
            return Settled(row, code="backend-timeout", problem="no answer in time")
        except (BackendError, ConnectorError) as error:
            return Settled(
                row, code=error.code, problem=f"{error.message} -> {error.remedy}", final=not error.retryable
            )
        return _checked(row, receipt)

    async def _put_down(self, rows: Sequence[OutboxRow], outcomes: Sequence[Settled]) -> None:
        await self._settle(outcomes)
        if len(outcomes) < len(rows):
            await self._outbox.release(self._owner)

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
