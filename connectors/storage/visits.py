"""Visits and their residents in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from connectors.database.engine import padded
from connectors.database.keys import Keys
from connectors.database.sealed import keys_of
from connectors.database.transactions import Database
from connectors.storage import tables
from connectors.storage.children import refuse_child
from connectors.storage.enqueue import enqueue
from connectors.storage.owners import already_running, is_gone, still_runs
from connectors.storage.ports import Channel, Visit, VisitStart, VisitStatus
from connectors.storage.proposals import file_proposals
from connectors.storage.upsert import put
from connectors.storage.wishes import ended_logs, is_known, wishes_of


@dataclass(frozen=True, slots=True)
class _Close:
    """An end on its way."""

    visit_id: str
    status: VisitStatus
    outcome: str
    ended: str


class SqlVisits:
    """Visits and their residents."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opens = database.grouped(_open_all, _resident_id)
        self._closes = database.grouped(_close_all, lambda close: close.visit_id)

    async def open(self, start: VisitStart) -> None:
        """File a new visit, and its resident."""
        await self._opens.add(start)

    async def close(self, visit_id: str, outcome: str, ended: str) -> None:
        """End an open visit."""
        status = VisitStatus.INCOMPLETE if outcome == "incomplete" else VisitStatus.DRAFT
        await self._closes.add(_Close(visit_id, status, outcome, ended))

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


def _open_all(connection: Connection, starts: Sequence[VisitStart]) -> None:
    """A resident who is known keeps the team, and an identity number that is not told again."""
    for start in starts:
        refuse_child(_resident_id(start), start.resident.birth_date, start.started)
    keys = keys_of(connection.dialect)
    rows = [_resident_row(start, keys) for start in starts]
    told = [row for row in rows if row["id_number"]]
    untold = [row for row in rows if not row["id_number"]]
    for some, kept in ((told, ("team",)), (untold, ("team", "id_number", "id_number_mark"))):
        if some:
            put(connection, tables.residents, some, ("id",), kept)
    _one_at_a_time(connection, starts)
    connection.execute(_INSERT, [_visit_row(start) for start in starts])


_INSERT = insert(tables.visits)
_LAST_SAID = select(func.max(tables.events.c.at)).where(tables.events.c.visit_id == tables.visits.c.id)
_STILL_OPEN = select(
    tables.visits, func.coalesce(_LAST_SAID.scalar_subquery(), tables.visits.c.started).label("last_at")
).where(
    tables.visits.c.resident_id.in_(bindparam("residents", expanding=True)),
    tables.visits.c.status == VisitStatus.OPEN.value,
)


def _one_at_a_time(connection: Connection, starts: Sequence[VisitStart]) -> None:
    """Refuse a resident whose conversation runs; one that was left open is ended. The resident's row is locked."""
    begun = {_resident_id(start): start for start in starts}
    left = []
    for row in connection.execute(_STILL_OPEN, {"residents": padded(list(begun))}).all():
        now = begun[row.resident_id].started
        if still_runs(row.owner, outlives=row.channel == Channel.CHAT.value, last_at=row.last_at, now=now):
            raise already_running(row.resident_id, row.id)
        left.append(_Close(row.id, VisitStatus.INCOMPLETE, "incomplete", now))
    if left:
        _close_all(connection, left)


_CLOSE = (
    update(tables.visits)
    .where(tables.visits.c.id == bindparam("visit"), tables.visits.c.status == VisitStatus.OPEN.value)
    .values(status=bindparam("to"), outcome=bindparam("how"), ended=bindparam("when"))
)


_ENDING = (
    select(tables.visits.c.id, tables.visits.c.resident_id)
    .where(
        tables.visits.c.id.in_(bindparam("which", expanding=True)), tables.visits.c.status == VisitStatus.OPEN.value
    ).order_by(tables.visits.c.id).with_for_update()
)  # fmt: skip


def _close_all(connection: Connection, closes: Sequence[_Close]) -> None:
    """With the end of a visit its wishes are queued and its facts for the health record proposed.

    A visit that has ended already has told them.
    """
    which = padded(sorted(close.visit_id for close in closes))
    ending = {row.id: row.resident_id for row in connection.execute(_ENDING, {"which": which}).all()}
    logs = ended_logs(connection, ending) if ending else {}
    enqueue(connection, wishes_of(logs, ending))
    file_proposals(connection, {v: (ending[v], log) for v, log in logs.items() if is_known(ending[v], v)})
    rows = [{"visit": c.visit_id, "to": c.status.value, "how": c.outcome, "when": c.ended} for c in closes]
    connection.execute(_CLOSE, rows)


def _resident_id(start: VisitStart) -> str:
    return start.resident.id or f"of-{start.id}"


def _resident_row(start: VisitStart, keys: Keys) -> dict[str, Any]:
    who = start.resident
    return {
        "id": _resident_id(start), "name": who.name, "sex": who.sex, "team": start.team,
        "phone": who.phone, "phone_mark": tables.PHONE.mark(keys, who.phone),
        "id_number": who.id_number, "id_number_mark": tables.ID_NUMBER.mark(keys, who.id_number),
        "birth_date": who.birth_date.isoformat() if who.birth_date else None,
    }  # fmt: skip


def _visit_row(start: VisitStart) -> dict[str, Any]:
    return {
        "id": start.id, "resident_id": _resident_id(start), "flow": start.flow, "form": start.form,
        "channel": start.channel.value, "owner": start.owner, "status": VisitStatus.OPEN.value,
        "started": start.started,
    }  # fmt: skip


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        row.id, row.resident_id, row.flow, row.form, Channel(row.channel), row.owner,
        VisitStatus(row.status), row.started, row.ended, row.outcome,
    )  # fmt: skip
