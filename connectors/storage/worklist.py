"""What one team has before it: visits with the newest version of their record, alerts, and who looks after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select

from connectors.database.transactions import Database
from connectors.storage.console_tables import alert_care, proposals, recalls
from connectors.storage.parcels import Lane, OutboxStatus
from connectors.storage.ports import VisitStatus
from connectors.storage.proposals import ProposalStatus
from connectors.storage.reviews import SIGNED
from connectors.storage.tables import alerts, events, outbox, records, residents, visits

MOST_OPEN, MOST_DONE = 300, 60
"""Rows of one list; a team that has more sees the oldest first, and the rest as it works on."""

TRIES_IN_VAIN = 5
"""So often a message was tried (about half a minute) before its team is told; when it arrives, the word goes."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with whoever looks after it."""

    visit_id: str
    seq: int
    flag: str
    severity: str
    subject: str
    evidence: str
    at: str
    by: str = ""
    """Who took it; empty for nobody yet."""
    taken: str = ""
    closed: str = ""
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A visit that is to be held again."""

    visit_id: str
    why: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A visit as lists show it."""

    visit_id: str
    resident_id: str
    name: str
    sex: str
    birth_date: str
    flow: str
    channel: str
    status: str
    started: str
    ended: str
    outcome: str
    last: str
    """When something last happened."""
    version: int = 0
    """0 as long as there is no record."""
    record_status: str = ""
    author: str = ""
    recorded: str = ""
    """When the newest version was made."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """The newest record; of visits that wait for a doctor only."""
    alerts: tuple[AlertRow, ...] = ()
    recall: RecallRow | None = None
    proposals: int = 0
    """Facts for the health record that wait for a doctor."""
    unreached: bool = False
    """The message with the way to the doctor's video has not arrived: somebody is to call."""

    @property
    def signed(self) -> bool:
        """A doctor has signed the newest version."""
        return self.record_status == SIGNED

    @property
    def running(self) -> bool:
        """The conversation goes on."""
        return self.status == VisitStatus.OPEN.value


class SqlWorklist:
    """Lists of visits, one team at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_team(self, team: str) -> tuple[WorkRow, ...]:
        """What is to be done, the oldest first; then what was signed, the newest first."""
        mine = residents.c.team == team
        todo = _visits(mine & func.coalesce(records.c.status, "").is_distinct_from(SIGNED), bodies=True)
        done = _visits(mine & (records.c.status == SIGNED), bodies=False)
        return await self._read(
            todo.order_by(visits.c.started).limit(MOST_OPEN), done.order_by(visits.c.started.desc()).limit(MOST_DONE)
        )

    async def of_resident(self, resident_id: str) -> tuple[WorkRow, ...]:
        """All visits of a resident, the newest first."""
        mine = _visits(visits.c.resident_id == resident_id, bodies=True)
        return await self._read(mine.order_by(visits.c.started.desc()).limit(MOST_DONE))

    async def visit(self, visit_id: str) -> WorkRow | None:
        """One visit."""
        found = await self._read(_visits(visits.c.id == visit_id, bodies=True))
        return found[0] if found else None

    async def residents(self, team: str, most: int) -> tuple[tuple[str, str], ...]:
        """Ids and names of a team's residents of whom something is stored."""
        wanted = select(residents.c.id, residents.c.name).where(residents.c.team == team).order_by(residents.c.id)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted.limit(most))).all()
        return tuple((row.id, row.name) for row in rows)

    async def alerts_of(self, team: str, since: str) -> tuple[AlertRow, ...]:
        """Alerts of a team that are not closed, or were raised after ``since``; the newest first."""
        wanted = (
            _alerts().join(visits, visits.c.id == alerts.c.visit_id).join(residents)
            .where(residents.c.team == team, alert_care.c.closed.is_(None), events.c.at > since)
            .order_by(events.c.at.desc()).limit(MOST_DONE)
        )  # fmt: skip
        async with self._database.begin() as connection:
            return tuple(_alert(row) for row in (await connection.execute(wanted)).all())

    async def outcomes(self, team: str, since: str) -> dict[str, int]:
        """How the conversations of a team ended that were begun after ``since``: outcome → how many."""
        wanted = (
            select(visits.c.outcome, func.count()).join(residents, residents.c.id == visits.c.resident_id)
            .where(residents.c.team == team, visits.c.started > since, visits.c.outcome.is_not(None))
            .group_by(visits.c.outcome)
        )  # fmt: skip
        async with self._database.begin() as connection:
            return {str(outcome): int(count) for outcome, count in (await connection.execute(wanted)).all()}

    async def _read(self, *wanted: Select[Any]) -> tuple[WorkRow, ...]:
        async with self._database.begin() as connection:
            rows = [row for one in wanted for row in (await connection.execute(one)).all()]
            ids = [row.id for row in rows]
            raised = (await connection.execute(_alerts().where(alerts.c.visit_id.in_(ids)))).all()
            again = (await connection.execute(select(recalls).where(recalls.c.visit_id.in_(ids)))).all()
        flags = [_alert(row) for row in raised]
        wanted_again = {row.visit_id: RecallRow(row.visit_id, row.why, row.by, row.at) for row in again}
        return tuple(_work(row, flags, wanted_again.get(row.id)) for row in rows)


def _visits(where: ColumnElement[bool], *, bodies: bool) -> Select[Any]:
    newest = select(records.c.visit_id, func.max(records.c.version).label("version")).group_by(records.c.visit_id)
    last = newest.subquery()
    happened = select(func.max(events.c.at)).where(events.c.visit_id == visits.c.id).scalar_subquery()
    open_ = (proposals.c.visit_id == visits.c.id) & (proposals.c.status == ProposalStatus.WAITING.value)
    told = select(func.count()).where(open_).scalar_subquery()
    lost = (outbox.c.status == OutboxStatus.DEAD) | (
        (outbox.c.status != OutboxStatus.SENT) & (outbox.c.tries >= TRIES_IN_VAIN)
    )
    unreached = exists().where(outbox.c.visit_id == visits.c.id, outbox.c.lane == Lane.MESSAGE, lost)
    columns: list[Any] = [
        visits, residents.c.name, residents.c.sex, residents.c.birth_date, happened.label("last"),
        told.label("told"), unreached.label("unreached"),
        records.c.version, records.c.status.label("record_status"), records.c.author, records.c.at.label("recorded"),
    ]  # fmt: skip
    return (
        select(*columns, *([records.c.body] if bodies else []))
        .join(residents, residents.c.id == visits.c.resident_id)
        .outerjoin(last, last.c.visit_id == visits.c.id)
        .outerjoin(records, and_(records.c.visit_id == visits.c.id, records.c.version == last.c.version))
        .where(where)
    )


def _alerts() -> Select[Any]:
    return (
        select(alerts, events.c.at.label("raised"), alert_care.c.by, alert_care.c.at, alert_care.c.closed,
               alert_care.c.outcome, alert_care.c.note)
        .join(events, and_(events.c.visit_id == alerts.c.visit_id, events.c.seq == alerts.c.seq))
        .outerjoin(alert_care, and_(alert_care.c.visit_id == alerts.c.visit_id, alert_care.c.seq == alerts.c.seq))
    )  # fmt: skip


def _alert(row: Row[Any]) -> AlertRow:
    return AlertRow(
        row.visit_id, row.seq, row.flag, row.severity, row.subject, row.evidence, row.raised, row.by or "",
        row.at or "", row.closed or "", row.outcome or "", row.note or "",
    )  # fmt: skip


def _work(row: Row[Any], flags: Sequence[AlertRow], recall: RecallRow | None) -> WorkRow:
    return WorkRow(
        row.id, row.resident_id, row.name, row.sex, row.birth_date or "", row.flow, row.channel, row.status,
        row.started, row.ended or "", row.outcome or "", row.last or row.started, row.version or 0,
        row.record_status or "", row.author or "", row.recorded or "", getattr(row, "body", None) or {},
        tuple(alert for alert in flags if alert.visit_id == row.id), recall, row.told,
        bool(row.unreached),
    )  # fmt: skip
