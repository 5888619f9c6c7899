"""The outbox at work and under fire: visits written, delivered by processes that are killed, counted at the far end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from agent.errors import InputError
from connectors.database.engine import BUSY_SECONDS, Place
from connectors.database.keys import FILE, Keys
from connectors.signing import tables as far_tables
from connectors.signing.reference import ReferenceBackend, open_reference
from connectors.signing.seed import seed
from connectors.storage import SqlStore, open_store
from connectors.storage.parcels import OutboxStatus
from evaluation.intervals import percentile
from suifang.bench_faults import FAR, OF_A_LIFE, ONCE, Fault, Life, Notes, place_of, visit_of, write, write_all

RESIDENTS = 500
LEAST = 200
"""Visits that make a measurement."""
STORE = "store.db"
ALIVE_SECONDS = (1.5, 4.0)
"""How long a process lives before it is killed."""
WRITER_SECONDS = (0.2, 1.0)
LOCKED_SECONDS = BUSY_SECONDS + 1.5
"""Longer than anybody waits for a lock."""


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault, and the visits that met it."""

    fault: Fault
    times: int
    visits: int
    lost: int
    doubled: int


@dataclass(frozen=True, slots=True)
class OutboxSpeed:
    """What was measured."""

    visits: int
    """Acknowledged."""
    written_per_second: float
    append_p50_ms: float
    append_p99_ms: float
    delivered_per_second: float
    faults: tuple[Struck, ...]
    lost: int
    doubled: int
    out_of_order: int
    dead: int

    @property
    def held(self) -> bool:
        """Nothing lost, nothing doubled, all in order."""
        return not (self.lost or self.doubled or self.out_of_order or self.dead)


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
    place = load.place or folder / STORE
    people = await _people(folder, load.number)
    async with open_store(place, Keys(folder / FILE)) as store:
        if sum((await store.outbox.counts()).values()):
            raise InputError("bench-database", "the database is not empty", "name a new one: it is filled with visits")
        alone, killed = max(LEAST // 4, load.visits // 10), load.visits // 10
        appends = [await write(store, n, people[n % len(people)]) for n in range(alone)]
        begun, rest = time.perf_counter(), iter(range(alone, load.visits - killed))
        async with asyncio.TaskGroup() as group:
            for _ in range(load.at_once):
                group.create_task(write_all(store, rest, people))
        per_second = (load.visits - killed - alone) / (time.perf_counter() - begun)
    life = Life(str(folder), str(place), int(time.time() * 1000), load.number)
    written = [*range(load.visits - killed), *await _killed_writers(life, people, (load.visits - killed, killed))]
    begun = time.perf_counter()
    await _deliver(life, load)
    delivered = len(written) / (time.perf_counter() - begun)
    return await _judge(folder, place, written, (per_second, delivered, appends))


async def _people(folder: Path, number: int) -> tuple[str, ...]:
    """Residents of the far end with a contract that runs."""
    today = date.today()
    async with open_reference(folder / FAR) as far:
        await seed(far.database, RESIDENTS, number, today)
        due = [due.resident_id for due in await far.due(today + timedelta(days=60), 1000)]
        return tuple(sorted({who for who in due if await _runs(far, who, today)}))


async def _runs(far: ReferenceBackend, who: str, today: date) -> bool:
    file = await far.resident(who, today)
    return bool(file and file.contract and file.contract.status in ("active", "expiring"))


async def _killed_writers(life: Life, people: tuple[str, ...], which: tuple[int, int]) -> list[int]:
    """Visits of processes that are killed while they write: those of which they could still say so."""
    first, wanted = which
    draw, notes, written = Random(life.number), Notes(Path(life.folder)), list[int]()
    while len(written) < wanted:
        one = replace(life, writes=(first, wanted - len(written)), people=people)
        child = await asyncio.create_subprocess_exec(*one.command(), stdout=asyncio.subprocess.PIPE)
        said = await _said(child, draw.uniform(*WRITER_SECONDS))
        written += said
        first = (said[-1] if said else first) + 2  # the one that was being written may be there or not
        if child.returncode == -signal.SIGKILL:
            notes.add(Fault.WRITER, [ONCE, *map(visit_of, said[-1:])])
        elif child.returncode:
            raise InputError("bench-writer", "a process that writes ended with an error", "see its message above")
    return written


async def _said(child: asyncio.subprocess.Process, seconds: float) -> list[int]:
    """What a writer could say until it was killed, so long after its first word."""
    assert child.stdout is not None
    said, killing = list[int](), None
    async for line in child.stdout:
        killing = killing or asyncio.get_running_loop().call_later(seconds, _kill, child)
        if line.endswith(b"\n"):
            said.append(int(line))
    await child.wait()
    if killing is not None:
        killing.cancel()
    return said


def _kill(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        os.kill(child.pid, signal.SIGKILL)


async def _deliver(life: Life, load: Load) -> None:
    """Processes deliver one after the other; all but the last one are killed."""
    draw = Random(load.number)
    faults = [*OF_A_LIFE[: load.kills], *[Fault.KILLED] * (load.kills - len(OF_A_LIFE))]
    for number, fault in enumerate(faults):
        one = replace(life, number=load.number * 1000 + number, fault=fault)
        if fault is not Fault.KILLED:
            Notes(Path(life.folder)).add(fault, [ONCE])
        await _one_life(one, draw.uniform(*ALIVE_SECONDS))
    await _one_life(replace(life, number=load.number * 1000 + load.kills), None)


async def _one_life(life: Life, seconds: float | None) -> None:
    child = await asyncio.create_subprocess_exec(*life.command(), stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    try:
        await child.stdout.readline()  # it delivers from now on
        await asyncio.wait_for(child.wait(), seconds)
    except TimeoutError:
        if life.fault is Fault.LOCKED:
            await _lock(life)
        _kill(child)
        await child.wait()
        await _note(life, Fault.KILLED)
    finally:
        _kill(child)
        await child.wait()


async def _lock(life: Life) -> None:
    """Hold the store's lock longer than the courier waits for it."""
    async with _store(life) as store, store.database.write() as connection:
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(LOCKED_SECONDS)


async def _note(life: Life, fault: Fault) -> None:
    """The rows that the dead process held."""
    async with _store(life) as store:
        rows = await store.outbox.rows(OutboxStatus.LEASED, 1000)
    Notes(Path(life.folder)).add(fault, [ONCE, *(row.key for row in rows)])


def _store(life: Life) -> AbstractAsyncContextManager[SqlStore]:
    return open_store(place_of(life.place), Keys(Path(life.folder) / FILE))


async def _judge(
    folder: Path, place: Place, written: Sequence[int], measured: tuple[float, float, Sequence[float]]
) -> OutboxSpeed:
    """Lost, doubled, out of order: by the far end's own tables."""
    came, doubled, disorder = await _arrived(folder)
    lost = {visit_of(n) for n in written} - set(came)
    async with open_store(place, Keys(folder / FILE)) as store:
        dead = (await store.outbox.counts())[OutboxStatus.DEAD]
    per_second, delivered, appends = measured
    return OutboxSpeed(
        len(written), round(per_second, 1), round(percentile(appends, 50) or 0, 2),
        round(percentile(appends, 99) or 0, 2), round(delivered, 1),
        tuple(_struck(fault, keys, lost, doubled) for fault, keys in Notes(folder).read().items()),
        len(lost), len(doubled), disorder, dead,
    )  # fmt: skip


def _struck(fault: Fault, keys: Sequence[str], lost: set[str], doubled: set[str]) -> Struck:
    met = set(keys) - {ONCE}
    return Struck(fault, keys.count(ONCE) or len(keys), len(met), len(met & lost), len(met & doubled))


async def _arrived(folder: Path) -> tuple[Mapping[str, int], set[str], int]:
    """How often each visit is at the far end, those that are there twice in any table, and how many came too early."""
    parcels, follow_ups, indicators = far_tables.parcels, far_tables.follow_ups, far_tables.indicators
    arrived = (
        select(follow_ups.c.resident_id, follow_ups.c.visit)
        .join(parcels, parcels.c.key == follow_ups.c.visit + ":1").order_by(parcels.c.number)
    )  # fmt: skip
    pressures = select(indicators.c.visit, func.count().label("times")).where(indicators.c.slot == "sbp")
    async with open_reference(folder / FAR) as far, far.database.begin() as connection:
        rows = (await connection.execute(arrived.where(follow_ups.c.visit.like("v%")))).all()
        readings = (await connection.execute(pressures.group_by(indicators.c.visit))).all()
    came: dict[str, int] = {}
    last: dict[str, str] = {}
    disorder = 0
    for row in rows:
        came[row.visit] = came.get(row.visit, 0) + 1
        disorder += last.get(row.resident_id, "") > row.visit
        last[row.resident_id] = row.visit
    twice = {row.visit for row in readings if row.times > 1 and row.visit in came}
    return came, twice | {visit for visit, times in came.items() if times > 1}, disorder
