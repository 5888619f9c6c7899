"""Visits with signed records for tests of the outbox, and a courier that kills itself where it is told to.

As a program (``python -m tests.fakes.outbox STORE FAR STEP NTH``) it delivers and dies at that step.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.domain.answers import Resident
from connectors.signing.ports import Parcel, Receipt
from connectors.storage import SqlStore, VisitStart, open_store
from connectors.storage.enqueue import NewParcel, enqueue
from connectors.storage.parcels import Lane, OutboxRow, Settled
from connectors.storage.ports import Channel
from suifang.delivery import Courier, Pace
from tests.fakes.far_end import FarEnd

AT = "2026-11-23T09:30:00"
STEPS = ("before-lease", "after-lease", "before-delivery", "after-delivery", "before-settle", "after-settle")


async def queue_visits(store: SqlStore, count: int, residents: int) -> list[str]:
    """Visits with one queued record each; their keys in order."""
    keys = []
    for n in range(count):
        who = Resident("王桂花", f"r{n % residents}", "2")
        await store.visits.open(VisitStart(f"v{n}", who, "hypertension_followup", "gw3-htn", Channel.VOICE, AT))
        async with store.database.write() as connection:
            await connection.run_sync(
                enqueue, [(f"v{n}", NewParcel(f"v{n}:1", Lane.RECORD, "follow_up", {"sbp": 140}, AT))]
            )
        keys.append(f"v{n}:1")
    return keys


class Dying:
    """Dies at the ``nth`` passing of ``step``, as if the power had gone."""

    def __init__(self, store: SqlStore, far: FarEnd, step: str, nth: int) -> None:
        self._outbox, self._far, self._step, self._left = store.outbox, far, step, nth

    def _pass(self, step: str) -> None:
        if step == self._step:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)

    async def lease(
        self, owner: str, now_ms: int, most: int, lanes: Sequence[Lane] = tuple(Lane)
    ) -> tuple[OutboxRow, ...]:
        """Lease."""
        self._pass("before-lease")
        rows = await self._outbox.lease(owner, now_ms, most, lanes)
        self._pass("after-lease")
        return rows

    async def settle(self, outcomes: Sequence[Settled], now_ms: int, draw: Callable[[], float]) -> None:
        """Settle."""
        self._pass("before-settle")
        await self._outbox.settle(outcomes, now_ms, draw)
        self._pass("after-settle")

    async def release(self, owner: str) -> None:
        """Release."""
        await self._outbox.release(owner)

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Deliver."""
        self._pass("before-delivery")
        receipt = await self._far.deliver(parcel)
        self._pass("after-delivery")
        return receipt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._far, name)


async def main() -> None:
    """Deliver what the store holds; die on the way."""
    store_path, far_path, step, nth, clock = sys.argv[1:]
    async with open_store(Path(store_path)) as store:
        dying = Dying(store, FarEnd(Path(far_path)), step, int(nth))
        await Courier(dying, dying, Pace(batch=4, idle_seconds=0.01), now_ms=lambda: int(clock)).empty()


if __name__ == "__main__":
    asyncio.run(main())
