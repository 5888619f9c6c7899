"""The faults that the outbox is held against, and the processes that meet them.

As a program (``python -m suifang.bench_faults JSON``) it is one life of such a process: it writes or delivers visits
until nothing is left, or until it is killed. What a fault touched is noted in a file beside the store.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from random import Random

from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, Event, ResidentSaid, SlotSet
from agent.errors import BackendError, StorageError
from connectors.database.engine import Place
from connectors.database.keys import FILE, Keys
from connectors.signing.ports import Due, Figure, Parcel, Receipt, ResidentFile, TrendAlert
from connectors.signing.reference import ReferenceBackend, open_reference
from connectors.storage import SqlStore, StoredRecord, VisitStart, open_store
from connectors.storage.enqueue import NewParcel
from connectors.storage.parcels import LONGEST_WAIT_MS, Lane, OutboxStatus
from connectors.storage.ports import Channel
from suifang.delivery import DELIVERY_SECONDS, Courier, Pace

FLOW, FORM = "hypertension_followup", "gw3-htn"
SPEED = 30
"""Leases and waits pass so much faster than on the wall."""
PACE = Pace(batch=64, idle_seconds=0.05, delivery_seconds=DELIVERY_SECONDS / SPEED)
STUCK_SECONDS = LONGEST_WAIT_MS / 1000 / SPEED
"""No row waits longer: when nothing moves for so long, the rest stands behind dead letters."""
FAR, NOTES = "far.db", "faults.log"
ONCE = "-"
"""Stands for a fault of a whole process in place of a visit."""
DAY_MS = 86_400_000
ROOM_BYTES = 3 * 1024 * 1024
"""What a process may still write where the disk is full."""


class Fault(StrEnum):
    """What goes wrong."""

    FAILED = "backend answers 500"
    TIMEOUT = "backend does not answer in time"
    SLOW = "backend is slow"
    LOST = "backend takes it, its answer is lost"
    GARBAGE = "backend answers with garbage"
    TWICE = "request arrives twice"
    KILLED = "courier killed (kill -9)"
    WRITER = "writer killed (kill -9)"
    BACK = "clock put back a day"
    AHEAD = "clock put ahead a day"
    FULL = "disk full"
    LOCKED = "database locked by another"


BY_CHANCE = (
    (Fault.FAILED, 0.03), (Fault.TIMEOUT, 0.005), (Fault.SLOW, 0.02), (Fault.LOST, 0.02), (Fault.GARBAGE, 0.01),
    (Fault.TWICE, 0.02),
)  # fmt: skip
"""Faults of the backend, and in how many deliveries they happen."""
OF_A_LIFE = (Fault.FULL, Fault.BACK, Fault.LOCKED, Fault.AHEAD)
"""Faults that a whole life of a courier meets; it is killed in the end as well."""


@dataclass(frozen=True, slots=True)
class Life:
    """What one process is to do."""

    folder: str
    place: str
    began_ms: int
    number: int
    """Of its chances."""
    fault: Fault = Fault.KILLED
    writes: tuple[int, ...] = ()
    """From which visit on it writes, and how many; delivers when empty."""
    people: tuple[str, ...] = ()

    def command(self) -> list[str]:
        """How the process is started."""
        return [sys.executable, "-m", "suifang.bench_faults", json.dumps(asdict(self))]


def place_of(text: str) -> Place:
    """A file or an address."""
    return text if text.startswith("postgresql") else Path(text)


class Notes:
    """Which visit met which fault: lines of a file, which outlive a kill."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NOTES

    def add(self, fault: Fault, keys: Sequence[str]) -> None:
        """Note visits; one line each, in one write."""
        with suppress(OSError), self._path.open("a", encoding="utf-8") as out:  # where the disk is full
            out.write("".join(f"{fault.value}\t{key.partition(':')[0]}\n" for key in keys))

    def read(self) -> Mapping[Fault, Sequence[str]]:
        """All of them, as often as they happened."""
        found: dict[Fault, list[str]] = {fault: [] for fault in Fault}
        for line in self._path.read_text("utf-8").splitlines() if self._path.exists() else ():
            name, _, key = line.partition("\t")
            found[Fault(name)].append(key)
        return found


class Faulty:
    """A backend that fails as real ones do, by chance."""

    def __init__(self, backend: ReferenceBackend, draw: Random, notes: Notes, of_life: Fault) -> None:
        self._backend, self._draw, self._notes, self._of_life = backend, draw, notes, of_life

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Take it, perhaps, and say so, perhaps."""
        if self._of_life is not Fault.KILLED:
            self._notes.add(self._of_life, [parcel.key])
        fault = self._fault()
        if fault is None:
            return await self._backend.deliver(parcel)
        self._notes.add(fault, [parcel.key])
        return await self._fail(fault, parcel)

    def _fault(self) -> Fault | None:
        chance = self._draw.random()
        for fault, share in BY_CHANCE:
            chance -= share
            if chance < 0:
                return fault
        return None

    async def _fail(self, fault: Fault, parcel: Parcel) -> Receipt:
        if fault is Fault.FAILED:
            raise BackendError("backend-failed", "500", "wait", retryable=True)
        if fault is Fault.TIMEOUT:
            await asyncio.sleep(2 * PACE.delivery_seconds)
        if fault is Fault.SLOW:
            await asyncio.sleep(0.02)
        receipt = await self._backend.deliver(parcel)
        if fault is Fault.LOST:
            raise BackendError("backend-unreachable", "connection reset", "wait", retryable=True)
        if fault is Fault.GARBAGE:
            return Receipt("", "")
        return await self._backend.deliver(parcel) if fault is Fault.TWICE else receipt

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """As the backend."""
        return await self._backend.due(on, most)

    async def resident(self, resident_id: str, on: date) -> ResidentFile | None:
        """As the backend."""
        return await self._backend.resident(resident_id, on)

    async def trend_alerts(self, most: int = 100) -> tuple[TrendAlert, ...]:
        """What has turned bad."""
        return await self._backend.trend_alerts(most)

    async def figures(self, on: date) -> tuple[Figure, ...]:
        """As the backend."""
        return await self._backend.figures(on)


async def write_all(store: SqlStore, numbers: Iterator[int], people: Sequence[str]) -> None:
    """Write visits one after the other."""
    for n in numbers:
        await write(store, n, people[n % len(people)])


async def write(store: SqlStore, n: int, who: str) -> float:
    """One visit from its opening to its signature; how long its events took to be written, in ms."""
    visit, at = visit_of(n), f"{date.today()}T09:30:00"
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
        "visit": visit, "version": 1, "flow": FLOW, "form": FORM, "held_on": at[:10], "mode": "3",
        "visit_class": "1", "signed_by": "李医生", "values": {"sbp": sbp, "dbp": 80},
    }  # fmt: skip
    record = StoredRecord(visit, FORM, {"values": body["values"]}, 1, "signed", "李医生", at)
    await store.reviews.add(record, (), NewParcel(f"{visit}:1", Lane.RECORD, "follow_up", body, at))
    return took


def visit_of(n: int) -> str:
    """The id of a visit; ids are in the order of writing."""
    return f"v{n:06d}"


async def _live(life: Life) -> None:
    folder = Path(life.folder)
    async with open_store(place_of(life.place), Keys(folder / FILE)) as store:
        if life.writes:
            await _write(store, life)
            return
        if life.fault is Fault.FULL:
            _fill_disk(folder)
        async with open_reference(folder / FAR) as far:
            draw = Random(life.number)
            faulty = Faulty(far, draw, Notes(folder), life.fault)
            await _deliver(store, Courier(store.outbox, faulty, PACE, lambda: _clock(life), draw.random))


async def _write(store: SqlStore, life: Life) -> None:
    """Say of every visit that it is written, after it is."""
    first, count = life.writes
    for n in range(first, first + count):
        await write(store, n, life.people[n % len(life.people)])
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()


async def _deliver(store: SqlStore, courier: Courier) -> None:
    sys.stdout.write("delivering\n")
    sys.stdout.flush()
    moved = time.monotonic()
    while time.monotonic() - moved < STUCK_SECONDS:
        with suppress(StorageError):
            if await courier.empty():
                moved = time.monotonic()
            counts = await store.outbox.counts()
            if not counts[OutboxStatus.WAITING] + counts[OutboxStatus.LEASED]:
                return
        await asyncio.sleep(PACE.idle_seconds)


def _clock(life: Life) -> int:
    jump = {Fault.BACK: -DAY_MS, Fault.AHEAD: DAY_MS}.get(life.fault, 0)
    return life.began_ms + jump + int((time.time() * 1000 - life.began_ms) * SPEED)


def _fill_disk(folder: Path) -> None:
    """From a few pages on, every write of this process fails as on a full disk."""
    logs = [path.stat().st_size for path in folder.glob("*-wal")]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(logs, default=0) + ROOM_BYTES, hard))


def _read(text: str) -> Life:
    data = json.loads(text)
    data["fault"] = Fault(data["fault"])
    return Life(**{**data, "writes": tuple(data["writes"]), "people": tuple(data["people"])})


if __name__ == "__main__":
    asyncio.run(_live(_read(sys.argv[1])))
