"""Reviews in the database: the list of drafts, new versions with their corrections, the signed one with its parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import InputError
from agent.report.revision import Correction
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.database import Database
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

    async def waiting(self, most: int = 100) -> tuple[Waiting, ...]:
        """Ended visits whose newest version is not signed: with red flags first, then the oldest."""
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
        async with self._database.write() as connection:
            await _next_version(connection, record)
            await connection.execute(insert(records).values(**{**asdict(record), "body": dict(record.body)}))
            rows = [
                {"visit_id": record.visit_id, "version": record.version, **asdict(correction)} for correction in changed
            ]
            if rows:
                await connection.execute(insert(corrections), rows)
            if parcel is not None:
                await enqueue(connection, record.visit_id, parcel)
            act = "sign" if record.status == SIGNED else "correct"
            detail = {"version": record.version, "slots": [correction.slot for correction in changed]}
            await append_audit(connection, AuditEntry(record.at, record.author, act, record.visit_id, detail))


async def _next_version(connection: AsyncConnection, record: StoredRecord) -> None:
    wanted = select(func.max(records.c.version)).where(records.c.visit_id == record.visit_id)
    newest = (await connection.execute(wanted)).scalar() or 0
    if record.version != newest + 1:
        raise InputError(
            "record-changed", f"the record of visit {record.visit_id} is at version {newest} by now",
            "look at it again: suifang review show",
        )  # fmt: skip


def as_record(row: Row[Any]) -> StoredRecord:
    """A row as the port's record."""
    return StoredRecord(row.visit_id, row.form, row.body, row.version, row.status, row.author, row.at)
