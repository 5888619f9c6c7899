"""Alerts that the reference backend raises itself: a chronic indicator whose course has turned bad, for the doctor."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.clinical.trends import Measured, Watch
from agent.errors import BackendError
from connectors.signing import tables
from connectors.signing.ports import Parcel, TrendAlert

_LAST_VALUES = 60
"""Values of one resident that are looked at: years of visits."""


async def watch_course(connection: AsyncConnection, resident_id: str, watch: Watch, today: date) -> None:
    """Raise what has turned bad, and take back what is good again; who has seen one sees it again when it goes on."""
    table = tables.trend_alerts
    found = watch.found(await _course(connection, resident_id, watch), await _age(connection, resident_id, today))
    mine = table.c.resident_id == resident_id
    before = {row.rule: row for row in (await connection.execute(select(table).where(mine))).all()}
    await connection.execute(delete(table).where(mine))
    for bad in found:
        row, day = before.get(bad.rule), bad.day.isoformat()
        seen = row.seen_by if row is not None and row.at == day else ""
        new = {"resident_id": resident_id, "rule": bad.rule, "title": bad.title, "why": bad.why, "at": day}
        await connection.execute(insert(table).values(seen_by=seen, **new))


async def open_alerts(connection: AsyncConnection, most: int) -> tuple[TrendAlert, ...]:
    """Those that no doctor has seen yet, the newest first."""
    table, people, teams = tables.trend_alerts, tables.residents, tables.teams
    wanted = (
        select(table, people.c.name, people.c.sex, people.c.birth_date, people.c.team_id, teams.c.doctor)
        .join(people, people.c.id == table.c.resident_id).join(teams, teams.c.id == people.c.team_id)
        .where(table.c.seen_by == "").order_by(table.c.at.desc(), table.c.resident_id, table.c.rule).limit(most)
    )  # fmt: skip
    rows = (await connection.execute(wanted)).all()
    return tuple(
        TrendAlert(r.resident_id, r.rule, r.title, r.why, r.at, r.name, r.sex, r.birth_date, r.team_id, r.doctor)
        for r in rows
    )


async def mark_seen(connection: AsyncConnection, parcel: Parcel, _today: date) -> None:
    """A doctor has looked. One that was taken back meanwhile, or raised anew, stays as it is."""
    body, table = parcel.body, tables.trend_alerts
    if not all(isinstance(body.get(name), str) and 0 < len(body[name]) <= 64 for name in ("rule", "at", "by")):
        raise BackendError("backend-refused", "rule, at or by is missing", "name the alert and who has seen it")
    mine = (table.c.resident_id == parcel.resident_id) & (table.c.rule == body["rule"]) & (table.c.at == body["at"])
    await connection.execute(update(table).where(mine).values(seen_by=body["by"]))


async def _course(connection: AsyncConnection, resident_id: str, watch: Watch) -> list[Measured]:
    table = tables.indicators
    mine = (table.c.resident_id == resident_id) & table.c.slot.in_(sorted(watch.slots))
    newest = select(table).where(mine).order_by(table.c.at.desc(), table.c.visit.desc()).limit(_LAST_VALUES)
    rows = (await connection.execute(newest)).all()
    visits = groupby(rows, lambda row: (row.at, row.visit))
    return [Measured(date.fromisoformat(at), {r.slot: r.value for r in some}) for (at, _), some in visits][::-1]


async def _age(connection: AsyncConnection, resident_id: str, today: date) -> int | None:
    people = tables.residents
    born = (await connection.execute(select(people.c.birth_date).where(people.c.id == resident_id))).scalar()
    try:
        day = date.fromisoformat(born or "")
    except ValueError:
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))
