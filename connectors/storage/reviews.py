"""Reviews in the database: the list of drafts, new versions with their corrections, the signed one with its parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from agent.errors import InputError
from agent.report.revision import Correction
from connectors.database.engine import padded
from connectors.database.transactions import Database
from connectors.storage.audit import AuditEntry, chain
from connectors.storage.enqueue import NewParcel, enqueue
from connectors.storage.ports import StoredRecord, VisitStatus
from connectors.storage.tables import alerts, corrections, records, residents, visits

SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that waits for a doctor."""

    visit_id: str
    resident_id: str
    name: str
    form: str
    started: str
    outcome: str
    version: int
    status: str
    alerts: int
    """Red flags raised; those come first."""


class SqlReviews:
    """Drafts, corrections, signatures."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._adds = database.grouped(_add_all, lambda addition: addition.record.visit_id)

    async def waiting(self, most: int = 100, team: str | None = None) -> tuple[Waiting, ...]:
        """Ended visits (of a team) whose newest version is not signed: with red flags first, then the oldest."""
        newest = (
            select(records.c.visit_id, func.max(records.c.version).label("version"))
            .group_by(records.c.visit_id).subquery()
        )  # fmt: skip
        flags = select(func.count()).where(alerts.c.visit_id == visits.c.id).scalar_subquery().label("flags")
        wanted = (
            select(visits, residents.c.name, records.c.version, records.c.status.label("record_status"), flags)
            .join(residents, residents.c.id == visits.c.resident_id)
            .join(newest, newest.c.visit_id == visits.c.id)
            .join(records, (records.c.visit_id == visits.c.id) & (records.c.version == newest.c.version))
            .where(records.c.status != SIGNED, visits.c.status != VisitStatus.OPEN.value)
            .order_by((flags > 0).desc(), visits.c.started)
            .limit(most)
        )  # fmt: skip
        if team is not None:
            wanted = wanted.where(residents.c.team == team)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            Waiting(
                r.id, r.resident_id, r.name, r.form, r.started, r.outcome or "", r.version, r.record_status, r.flags
            )
            for r in rows
        )

    async def ids(self, beginning: str) -> tuple[str, ...]:
        """Visits whose ids begin so; at most a few."""
        wanted = select(visits.c.id).where(visits.c.id.startswith(beginning, autoescape=True)).limit(5)
        async with self._database.begin() as connection:
            return tuple((await connection.execute(wanted)).scalars())

    async def versions(self, visit_id: str) -> tuple[StoredRecord, ...]:
        """Every version in order."""
        wanted = select(records).where(records.c.visit_id == visit_id).order_by(records.c.version)
        async with self._database.begin() as connection:
            return tuple(as_record(row) for row in (await connection.execute(wanted)).all())

    async def corrections(self, visit_id: str) -> tuple[Correction, ...]:
        """What doctors changed, in order."""
        wanted = select(corrections).where(corrections.c.visit_id == visit_id).order_by(corrections.c.id)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(Correction(r.slot, r.old, r.new, r.who, r.at, r.why, r.misheard) for r in rows)

    async def add(
        self, record: StoredRecord, changed: Sequence[Correction] = (), parcel: NewParcel | None = None
    ) -> None:
        """A new version with its corrections, and the parcel that tells of it: all in one transaction.

        Raises ``InputError`` when ``record.version`` is not the next one: somebody else was quicker.
        """
        await self._adds.add(_Addition(record, changed, parcel))


@dataclass(frozen=True, slots=True)
class _Addition:
    """A version on its way."""

    record: StoredRecord
    changed: Sequence[Correction]
    parcel: NewParcel | None

    def entry(self) -> AuditEntry:
        """What the audit log says of it."""
        record, slots = self.record, [correction.slot for correction in self.changed]
        act = "sign" if record.status == SIGNED else "correct"
        return AuditEntry(record.at, record.author, act, record.visit_id, {"version": record.version, "slots": slots})


_INSERT_RECORDS = insert(records)
_NEWEST = (
    select(records.c.visit_id, func.max(records.c.version).label("newest"))
    .where(records.c.visit_id.in_(bindparam("visits", expanding=True))).group_by(records.c.visit_id)
)  # fmt: skip


def _add_all(connection: Connection, additions: Sequence[_Addition]) -> None:
    _next_versions(connection, [addition.record for addition in additions])
    connection.execute(_INSERT_RECORDS, [{**asdict(a.record), "body": dict(a.record.body)} for a in additions])
    rows = [
        {"visit_id": a.record.visit_id, "version": a.record.version, **asdict(correction)}
        for a in additions for correction in a.changed
    ]  # fmt: skip
    if rows:
        connection.execute(insert(corrections), rows)
    enqueue(connection, [(a.record.visit_id, a.parcel) for a in additions if a.parcel is not None])
    chain(connection, *(addition.entry() for addition in additions))


def _next_versions(connection: Connection, new: Sequence[StoredRecord]) -> None:
    which = {"visits": padded([record.visit_id for record in new])}
    newest = {row.visit_id: row.newest for row in connection.execute(_NEWEST, which).all()}
    for record in new:
        if record.version != newest.get(record.visit_id, 0) + 1:
            raise InputError(
                "record-changed",
                f"the record of visit {record.visit_id} is at version {newest.get(record.visit_id, 0)} by now",
                "look at it again: suifang review show",
            )


def as_record(row: Row[Any]) -> StoredRecord:
    """A row as the port's record."""
    return StoredRecord(row.visit_id, row.form, row.body, row.version, row.status, row.author, row.at)
