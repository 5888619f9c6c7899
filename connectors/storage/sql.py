"""The store in a database, SQLite or PostgreSQL. Each call is one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Table, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.domain.answers import Resident
from agent.domain.events import AlertRaised, Event, from_dict
from connectors.storage import tables
from connectors.storage.audit import SqlAudit
from connectors.storage.database import Database
from connectors.storage.engine import Place, open_engine
from connectors.storage.enqueue import enqueue_alerts
from connectors.storage.ledger import SqlLedger, file_consents, refused_before
from connectors.storage.outbox import SqlOutbox
from connectors.storage.owners import is_gone
from connectors.storage.persons import SqlPersons
from connectors.storage.ports import (
    Channel,
    StoredAlert,
    StoredRecord,
    Visit,
    VisitStart,
    VisitStatus,
)
from connectors.storage.reviews import SqlReviews, as_record
from connectors.storage.withholding import refused, withhold


class SqlEventLog:
    """Events, and the alerts, consents and parcels filed along with them.

    The one place that writes what residents say: after a refusal it writes, and keeps, no contents.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, visit_id: str, events: Sequence[Event]) -> None:
        """Write events, all or none."""
        if not events:
            return
        gone: Sequence[str] = ()
        said = events
        async with self._database.write() as connection:
            told = refused(events)
            if told if told is not None else await refused_before(connection, visit_id):
                events = withhold(events)
                gone = await _forget(connection, visit_id) if told else ()
            await connection.execute(insert(tables.events), [_event_row(visit_id, event) for event in events])
            alerts = [_alert_row(visit_id, e.seq, e.body) for e in events if isinstance(e.body, AlertRaised)]
            raised = {row["seq"] for row in alerts}
            if alerts:
                await connection.execute(insert(tables.alerts), alerts)
                await enqueue_alerts(connection, visit_id, [event for event in events if event.seq in raised])
            await file_consents(connection, visit_id, said)
        if gone:
            await asyncio.to_thread(remove_files, gone)

    async def read(self, visit_id: str) -> tuple[Event, ...]:
        """All events in order."""
        wanted = select(tables.events).where(tables.events.c.visit_id == visit_id).order_by(tables.events.c.seq)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(_event(row) for row in rows)

    async def alerts(self, visit_id: str) -> tuple[StoredAlert, ...]:
        """The red flags raised."""
        wanted = select(tables.alerts).where(tables.alerts.c.visit_id == visit_id).order_by(tables.alerts.c.seq)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(StoredAlert(r.visit_id, r.seq, r.flag, r.severity, r.subject, r.evidence) for r in rows)


class SqlVisits:
    """Visits and their residents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, start: VisitStart) -> None:
        """File a new visit, and its resident."""
        resident_id = start.resident.id or f"of-{start.id}"
        row = {
            "id": start.id, "resident_id": resident_id, "flow": start.flow, "form": start.form,
            "channel": start.channel.value, "owner": start.owner, "status": VisitStatus.OPEN.value,
            "started": start.started,
        }  # fmt: skip
        async with self._database.begin() as connection:
            await _file_resident(connection, resident_id, start.resident)
            await connection.execute(insert(tables.visits).values(**row))

    async def close(self, visit_id: str, outcome: str, ended: str) -> None:
        """End an open visit."""
        status = VisitStatus.INCOMPLETE if outcome == "incomplete" else VisitStatus.DRAFT
        mine = (tables.visits.c.id == visit_id) & (tables.visits.c.status == VisitStatus.OPEN.value)
        async with self._database.begin() as connection:
            await connection.execute(
                update(tables.visits).where(mine).values(status=status.value, outcome=outcome, ended=ended)
            )

    async def get(self, visit_id: str) -> Visit | None:
        """The visit, or None."""
        async with self._database.begin() as connection:
            row = (await connection.execute(select(tables.visits).where(tables.visits.c.id == visit_id))).first()
        return _visit(row) if row else None

    async def abandoned(self, ended: str) -> tuple[str, ...]:
        """Mark open visits incomplete whose process is gone."""
        still_open = (tables.visits.c.status == VisitStatus.OPEN.value) & (
            tables.visits.c.channel != Channel.CHAT.value
        )
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(tables.visits).where(still_open))).all()
        gone = tuple(row.id for row in rows if is_gone(row.owner))
        for visit_id in gone:
            await self.close(visit_id, "incomplete", ended)
        return gone


class SqlRecords:
    """Record versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, record: StoredRecord) -> int:
        """Add a version."""
        table = tables.records
        of_visit = select(func.coalesce(func.max(table.c.version), 0) + 1).where(table.c.visit_id == record.visit_id)
        row = select(
            literal(record.visit_id), of_visit.scalar_subquery(), literal(record.form),
            literal(dict(record.body), type_=table.c.body.type), literal(record.status),
            literal(record.author), literal(record.at),
        )  # fmt: skip
        columns = ["visit_id", "version", "form", "body", "status", "author", "at"]
        async with self._database.begin() as connection:
            await connection.execute(insert(table).from_select(columns, row))
            newest = select(func.max(table.c.version)).where(table.c.visit_id == record.visit_id)
            return int((await connection.execute(newest)).scalar_one())

    async def latest(self, visit_id: str) -> StoredRecord | None:
        """The newest version, or None."""
        table = tables.records
        wanted = select(table).where(table.c.visit_id == visit_id).order_by(table.c.version.desc()).limit(1)
        async with self._database.begin() as connection:
            row = (await connection.execute(wanted)).first()
        return as_record(row) if row else None


class SqlClips:
    """Clip paths."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, visit_id: str, turn: int, path: str) -> None:
        """File the clip of a turn; after a refusal the file is removed instead."""
        async with self._database.write() as connection:
            unwanted = await refused_before(connection, visit_id)
            if not unwanted:
                row = {"visit_id": visit_id, "turn": turn, "path": path}
                await _upsert(connection, tables.clips, row, ("visit_id", "turn"))
        if unwanted:
            await asyncio.to_thread(remove_files, [path])

    async def of(self, visit_id: str) -> dict[int, str]:
        """Paths by turn."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(tables.clips).where(tables.clips.c.visit_id == visit_id))).all()
        return {row.turn: row.path for row in rows}


class SqlStore:
    """The four ports, outbox, reviews, ledger and audit log over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.events = SqlEventLog(database)
        self.visits = SqlVisits(database)
        self.records = SqlRecords(database)
        self.clips = SqlClips(database)
        self.outbox = SqlOutbox(database)
        self.reviews = SqlReviews(database)
        self.ledger = SqlLedger(database)
        self.audit = SqlAudit(database)
        self.persons = SqlPersons(database)


@asynccontextmanager
async def open_store(place: Place) -> AsyncIterator[SqlStore]:
    """The store in a SQLite file, or at a PostgreSQL address; created and migrated when needed."""
    database = Database(await open_engine(place), place)
    try:
        yield SqlStore(database)
    finally:
        await database.aclose()


async def _forget(connection: AsyncConnection, visit_id: str) -> Sequence[str]:
    """Take the contents out of what a visit has in the log so far; the clips that are to be removed."""
    table = tables.events
    mine = table.c.visit_id == visit_id
    rows = (await connection.execute(select(table).where(mine).order_by(table.c.seq))).all()
    kept = withhold([_event(row) for row in rows])
    paths = (await connection.execute(select(tables.clips.c.path).where(tables.clips.c.visit_id == visit_id))).scalars()
    gone = list(paths)
    await connection.execute(delete(tables.clips).where(tables.clips.c.visit_id == visit_id))
    await connection.execute(delete(table).where(mine))
    if kept:
        await connection.execute(insert(table), [_event_row(visit_id, event) for event in kept])
    return gone


def remove_files(paths: Sequence[str]) -> None:
    """Clips that may not be kept; one that is gone already is as it should be."""
    for path in paths:
        Path(path).unlink(missing_ok=True)


def _event(row: Row[Any]) -> Event:
    return from_dict({"seq": row.seq, "at": row.at, "type": row.type, **row.body})


def _event_row(visit_id: str, event: Event) -> dict[str, Any]:
    data = event.to_dict()
    head = {key: data.pop(key) for key in ("seq", "at", "type")}
    return {"visit_id": visit_id, **head, "body": data}


def _alert_row(visit_id: str, seq: int, alert: AlertRaised) -> dict[str, Any]:
    return {
        "visit_id": visit_id, "seq": seq, "flag": alert.flag, "severity": str(alert.severity),
        "subject": str(alert.subject), "evidence": alert.evidence,
    }  # fmt: skip


async def _file_resident(connection: AsyncConnection, resident_id: str, resident: Resident) -> None:
    values = {
        "name": resident.name, "sex": resident.sex, "phone": resident.phone,
        "birth_date": resident.birth_date.isoformat() if resident.birth_date else None,
    }  # fmt: skip
    await _upsert(connection, tables.residents, {"id": resident_id, **values}, ("id",))


async def _upsert(connection: AsyncConnection, table: Table, row: dict[str, Any], key: Sequence[str]) -> None:
    """Insert, or replace what has the key: both databases know how, each in its own words."""
    rest = {name: value for name, value in row.items() if name not in key}
    if connection.dialect.name == "postgresql":
        new = postgresql.insert(table).values(**row)
        await connection.execute(new.on_conflict_do_update(index_elements=list(key), set_=rest))
    else:
        old = sqlite.insert(table).values(**row)
        await connection.execute(old.on_conflict_do_update(index_elements=list(key), set_=rest))


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        row.id, row.resident_id, row.flow, row.form, Channel(row.channel), row.owner,
        VisitStatus(row.status), row.started, row.ended, row.outcome,
    )  # fmt: skip
