"""The outbox at work and under fire: visits written, delivered by processes that are killed, counted at the far end.

As a program (``python -m suifang.bench_outbox FOLDER STORE BEGAN_MS SEED``) it is one of those processes.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, Event, ResidentSaid, SlotSet
from agent.errors import BackendError, InputError, StorageError
from connectors.database.engine import Place
from connectors.database.keys import FILE, Keys
from connectors.signing import tables as far_tables
from connectors.signing.ports import Due, Figure, Parcel, Receipt, ResidentFile
from connectors.signing.reference import ReferenceBackend, open_reference
from connectors.signing.seed import seed
from connectors.storage import SqlStore, StoredRecord, VisitStart, open_store
from connectors.storage.enqueue import NewParcel
from connectors.storage.parcels import Lane, OutboxStatus
from connectors.storage.ports import Channel
from evaluation.intervals import percentile
from suifang.delivery import Courier, Pace

FLOW, FORM = "hypertension_followup", "gw3-htn"
SPEED = 30
"""Leases and waits pass so much faster than on the wall."""
RESIDENTS = 500
ALONE = 200
"""Visits written one after the other at first: how long events take when nobody else writes."""
STORE = "store.db"
PACE = Pace(batch=64, idle_seconds=0.05, delivery_seconds=0.3)
ALIVE_SECONDS = (1.5, 4.0)
"""How long a process lives before it is killed."""


@dataclass(frozen=True, slots=True)
class OutboxSpeed:
    """What was measured."""

    visits: int
    written_per_second: float
    append_p50_ms: float
    append_p99_ms: float
    delivered_per_second: float
    kills: int
    faults: str
    lost: int
    doubled: int
    out_of_order: int
    dead: int

    @property
    def held(self) -> bool:
        """Nothing lost, nothing doubled, all in order."""
        return not (self.lost or self.doubled or self.out_of_order or self.dead)


class Faulty:
    """A backend that fails as real ones do, by chance."""

    FAULTS = "3% 500, 2% answer lost, 1% garbage, 0.5% timeout, 2% slow, 2% sent twice"

    def __init__(self, backend: ReferenceBackend, draw: Random) -> None:
        self._backend, self._draw = backend, draw

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Take it, perhaps, and say so, perhaps."""
        chance = self._draw.random()
        if chance < 0.03:
            raise BackendError("backend-failed", "500", "wait", retryable=True)
        if chance < 0.035:
            await asyncio.sleep(60)
        if chance < 0.055:
            await asyncio.sleep(0.02)
        receipt = await self._backend.deliver(parcel)
        if chance < 0.075:
            raise BackendError("backend-unreachable", "connection reset", "wait", retryable=True)
        if chance < 0.085:
            return Receipt("", "")
        return await self._backend.deliver(parcel) if chance < 0.105 else receipt

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """As the backend."""
        return await self._backend.due(on, most)

    async def resident(self, resident_id: str, on: date) -> ResidentFile | None:
        """As the backend."""
        return await self._backend.resident(resident_id, on)

    async def figures(self, on: date) -> tuple[Figure, ...]:
        """As the backend."""
        return await self._backend.figures(on)


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of the store."""

    visits: int
    kills: int
    number: int
    """Of faults and kills."""
    at_once: int = 32
    """Visits written side by side."""
    place: Place | None = None
    """Another place than a SQLite file in the folder: an empty PostgreSQL database."""


async def measure(folder: Path, load: Load) -> OutboxSpeed:
    """Write, deliver under fire, count."""
    today, place = date.today(), load.place or folder / STORE
    async with open_reference(folder / "far.db") as far:
        await seed(far.database, RESIDENTS, load.number, today)
        people = [due.resident_id for due in await far.due(today + timedelta(days=60), 1000)]
        signed = sorted({who for who in people if await _runs(far, who, today)})
    async with open_store(place, Keys(folder / FILE)) as store:
        if sum((await store.outbox.counts()).values()):
            raise InputError("bench-database", "the database is not empty", "name a new one: it is filled with visits")
        alone = min(ALONE, load.visits)
        appends = [await _write(store, n, signed[n % len(signed)], today) for n in range(alone)]
        begun, rest = time.perf_counter(), iter(range(alone, load.visits))
        async with asyncio.TaskGroup() as group:
            for _ in range(load.at_once):
                group.create_task(_write_all(store, rest, signed, today))
        writing = time.perf_counter() - begun
    begun = time.perf_counter()
    killed = await _deliver(folder, place, load)
    delivering = time.perf_counter() - begun
    lost, doubled, disorder = await _count(folder, load.visits)
    async with open_store(place, Keys(folder / FILE)) as store:
        dead = (await store.outbox.counts())[OutboxStatus.DEAD]
    return OutboxSpeed(
        load.visits, round((load.visits - alone) / writing, 1), round(percentile(appends, 50) or 0, 2),
        round(percentile(appends, 99) or 0, 2), round(load.visits / delivering, 1), killed, Faulty.FAULTS, lost,
        doubled, disorder, dead,
    )  # fmt: skip


async def _write_all(store: SqlStore, numbers: Iterator[int], people: Sequence[str], today: date) -> None:
    for n in numbers:
        await _write(store, n, people[n % len(people)], today)


async def _runs(far: ReferenceBackend, who: str, today: date) -> bool:
    file = await far.resident(who, today)
    return bool(file and file.contract and file.contract.status in ("active", "expiring"))


async def _write(store: SqlStore, n: int, who: str, today: date) -> float:
    """One visit from its opening to its signature; how long its events took to be written, in ms."""
    visit, at = f"v{n:06d}", f"{today}T09:30:00"
    start = VisitStart(visit, Resident("王桂花", who, "2"), FLOW, FORM, Channel.VOICE, at)
    await store.visits.open(start)
    sbp = 120 + n % 50
    events = (
        Event(0, at, AgentSaid(1, "高压多少，低压多少？", "utter_ask_blood_pressure", "blood_pressure")),
        Event(1, at, ResidentSaid(1, "高压一百四，低压八十", "blood_pressure")),
        Event(2, at, SlotSet(1, "sbp", sbp, "blood_pressure", "高压一百四，低压八十")),
    )
    begun = time.perf_counter()
    await store.events.append(visit, events)
    took = (time.perf_counter() - begun) * 1000
    await store.visits.close(visit, "completed", at)
    body = {
        "visit": visit, "version": 1, "flow": FLOW, "form": FORM, "held_on": str(today), "mode": "3",
        "visit_class": "1", "signed_by": "李医生", "values": {"sbp": sbp, "dbp": 80},
    }  # fmt: skip
    record = StoredRecord(visit, FORM, {"values": body["values"]}, 1, "signed", "李医生", at)
    await store.reviews.add(record, (), NewParcel(f"{visit}:1", Lane.RECORD, "follow_up", body, at))
    return took


async def _deliver(folder: Path, place: Place, load: Load) -> int:
    """Processes deliver one after the other; the first ones are killed, the last one finishes. How many were killed."""
    draw, began, killed = Random(load.number), int(time.time() * 1000), 0
    kills = load.kills
    for life in range(kills + 1):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "suifang.bench_outbox", str(folder), str(place), str(began),
            str(load.number * 1000 + life),
        )  # fmt: skip
        try:
            await asyncio.wait_for(child.wait(), draw.uniform(*ALIVE_SECONDS) if life < kills else None)
        except TimeoutError:
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        finally:
            if child.returncode is None:
                os.kill(child.pid, signal.SIGKILL)
                await child.wait()
    return killed


async def _count(folder: Path, visits: int) -> tuple[int, int, int]:
    """Lost, doubled, out of order: by the far end's own tables."""
    parcels, follow_ups, indicators = far_tables.parcels, far_tables.follow_ups, far_tables.indicators
    mine = follow_ups.c.visit.like("v%")
    came = (
        select(follow_ups.c.resident_id, follow_ups.c.visit)
        .join(parcels, parcels.c.key == follow_ups.c.visit + ":1").where(mine).order_by(parcels.c.number)
    )  # fmt: skip
    async with open_reference(folder / "far.db") as far, far.database.begin() as connection:
        rows = (await connection.execute(came)).all()
        keys = int((await connection.execute(select(func.count()).select_from(parcels))).scalar_one())
        pressures = select(func.count()).where(indicators.c.slot == "sbp", indicators.c.visit.like("v%"))
        readings = int((await connection.execute(pressures)).scalar_one())
    last: dict[str, str] = {}
    disorder = 0
    for row in rows:
        disorder += last.get(row.resident_id, "") > row.visit
        last[row.resident_id] = row.visit
    return visits - len(rows), max(keys, readings) - len(rows), disorder


async def _one_life(folder: Path, place: Place, began_ms: int, number: int) -> None:
    """Deliver until nothing is left."""

    def fast() -> int:
        return began_ms + int((time.time() * 1000 - began_ms) * SPEED)

    draw = Random(number)
    async with open_store(place, Keys(folder / FILE)) as store, open_reference(folder / "far.db") as far:
        courier = Courier(store.outbox, Faulty(far, draw), PACE, fast, draw.random)
        while True:
            try:
                await courier.empty()
                counts = await store.outbox.counts()
            except StorageError:
                continue
            if not counts[OutboxStatus.WAITING] + counts[OutboxStatus.LEASED]:
                return
            await asyncio.sleep(PACE.idle_seconds)


if __name__ == "__main__":
    where = sys.argv[2]
    place = where if where.startswith("postgresql") else Path(where)
    asyncio.run(_one_life(Path(sys.argv[1]), place, int(sys.argv[3]), int(sys.argv[4])))
