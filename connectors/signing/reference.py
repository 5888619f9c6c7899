"""The reference backend: a small contract-management system in a database of its own, behind the port."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select

from agent.clinical.trends import Watch
from agent.errors import BackendError
from connectors.database.keys import Keys
from connectors.signing import tables
from connectors.signing.database import SigningDatabase, open_signing_database
from connectors.signing.figures import count_figures
from connectors.signing.health_record import facts_of
from connectors.signing.ports import (
    Contract,
    Due,
    Figure,
    Parcel,
    ParcelKind,
    Reading,
    Receipt,
    ResidentFile,
    TrendAlert,
)
from connectors.signing.taking import take
from connectors.signing.trend_alerts import open_alerts, watch_course

EXPIRING = timedelta(days=60)
READINGS = 40
"""Indicator values given out with a file, the newest."""
NOTES = 20
"""Wishes and tips given out with a file, the newest."""


class ReferenceBackend:
    """The ``SigningBackend`` port over its own tables."""

    def __init__(
        self, database: SigningDatabase, today: Callable[[], date] = date.today, watch: Watch | None = None,
        *, phone_counts: bool = False,
    ) -> None:  # fmt: skip
        """``watch``: the rules by which it raises alerts of its own; None raises none."""
        self.database = database
        self._today = today
        self._watch = watch
        self._phone_counts = phone_counts

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Take a parcel once: the number is given, and the contents written, in one transaction."""
        table, digest = tables.parcels, _digest(parcel)
        async with self.database.begin() as connection:
            known = (await connection.execute(select(table).where(table.c.key == parcel.key))).first()
            if known is not None:
                if known.digest != digest:
                    raise BackendError(
                        "key-reused", f"{parcel.key} came before with other contents", "sign a new version"
                    )
                return Receipt(parcel.key, str(known.number), duplicate=True)
            await take(connection, parcel, self._today())
            if self._watch is not None and parcel.kind is ParcelKind.FOLLOW_UP:
                await watch_course(connection, parcel.resident_id, self._watch, self._today())
            new = insert(table).values(key=parcel.key, digest=digest).returning(table.c.number)
            return Receipt(parcel.key, str((await connection.execute(new)).scalar_one()))

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """Follow-ups due on or before a day, of residents whose contract has not ended."""
        table, people, contracts = tables.due, tables.residents, tables.contracts
        day = on.isoformat()
        runs = select(contracts.c.resident_id).where(contracts.c.end >= day, contracts.c.stopped.is_(None))
        wanted = (
            select(table, people.c.name, people.c.sex, people.c.birth_date, people.c.phone, people.c.team_id)
            .join(people, people.c.id == table.c.resident_id)
            .where(table.c.done_by == "", table.c.due <= day, table.c.resident_id.in_(runs))
            .order_by(table.c.due, table.c.id).limit(most)
        )  # fmt: skip
        async with self.database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            Due(r.id, r.resident_id, r.name, r.sex, r.birth_date, r.phone, r.flow, r.due, r.team_id) for r in rows
        )

    async def trend_alerts(self, most: int = 100) -> tuple[TrendAlert, ...]:
        """Courses that have turned bad and that no doctor has seen."""
        async with self.database.begin() as connection:
            return await open_alerts(connection, most)

    async def resident(self, resident_id: str, on: date) -> ResidentFile | None:
        """The file of a resident, or None."""
        people, values, booked = tables.residents, tables.indicators, tables.appointments
        async with self.database.begin() as connection:
            row = (await connection.execute(select(people).where(people.c.id == resident_id))).first()
            if row is None:
                return None
            contract = (await connection.execute(_contract_of(resident_id))).first()
            newest = select(values).where(values.c.resident_id == resident_id).order_by(values.c.at.desc())
            readings = (await connection.execute(newest.limit(READINGS))).all()
            visits = select(booked).where(booked.c.resident_id == resident_id).order_by(booked.c.slot)
            appointments = (await connection.execute(visits)).all()
            notes = (await connection.execute(_notes_of(resident_id))).all()
            record = await facts_of(connection, resident_id)
        return ResidentFile(
            row.id, row.name, row.sex, row.birth_date, row.phone, tuple(row.groups),
            _contract(contract, on) if contract else None,
            tuple(Reading(r.slot, r.value, r.at, r.visit) for r in reversed(readings)),
            row.history,
            tuple({"department": a.department, "slot": a.slot, "queue": a.queue} for a in appointments),
            row.team_id,
            tuple({**n.body, "kind": n.kind, "at": n.at} for n in reversed(notes)),
            record,
        )  # fmt: skip

    async def figures(self, on: date) -> tuple[Figure, ...]:
        """The figures for managers."""
        async with self.database.begin() as connection:
            return await count_figures(connection, on, phone_counts=self._phone_counts)


@asynccontextmanager
async def open_reference(
    path: Path, today: Callable[[], date] = date.today, keys: Keys | None = None, watch: Watch | None = None
) -> AsyncIterator[ReferenceBackend]:
    """The reference backend on the file ``path``; without ``keys``, those in the file beside it."""
    async with open_signing_database(path, keys) as database:
        yield ReferenceBackend(database, today, watch)


def _notes_of(resident_id: str) -> Any:
    table, kinds = tables.notes, (ParcelKind.APPOINTMENT, ParcelKind.CONTRACT, ParcelKind.EDUCATION)
    mine = (table.c.resident_id == resident_id) & table.c.kind.in_([kind.value for kind in kinds])
    return select(table).where(mine).order_by(table.c.at.desc(), table.c.key.desc()).limit(NOTES)


def _contract_of(resident_id: str) -> Any:
    contracts, teams, packages, people = tables.contracts, tables.teams, tables.packages, tables.residents
    return (
        select(contracts, teams.c.name.label("team"), teams.c.doctor, packages.c.name.label("package"))
        .join(packages, packages.c.id == contracts.c.package_id)
        .join(people, people.c.id == contracts.c.resident_id)
        .join(teams, teams.c.id == people.c.team_id)
        .where(contracts.c.resident_id == resident_id)
        .order_by(contracts.c.end.desc()).limit(1)
    )  # fmt: skip


def _contract(row: Row[Any], on: date) -> Contract:
    return Contract(row.number, row.package, row.team, row.doctor, _status(row, on), row.start, row.end)


def _status(row: Row[Any], on: date) -> str:
    if row.stopped and row.stopped <= on.isoformat():
        return "terminated"
    if row.end < on.isoformat():
        return "expired"
    return "expiring" if date.fromisoformat(row.end) - on <= EXPIRING else "active"


def _digest(parcel: Parcel) -> str:
    text = json.dumps([parcel.resident_id, parcel.kind.value, parcel.body], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
