"""The figures that managers ask for, by the definitions of the domain's §3.4, for the year up to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.signing import tables
from connectors.signing.ports import Figure, ParcelKind

KEY_GROUPS = frozenset({"01", "02", "03", "04", "05", "06", "07", "08", "09", "11", "13"})
"""重点人群: people flags that local programmes count."""
VISITS_A_YEAR = 4
OLD_YEARS = 65


@dataclass(frozen=True, slots=True)
class _Year:
    """What the figures are made of."""

    residents: dict[str, tuple[frozenset[str], int]]
    """Groups and age by id."""
    signed: frozenset[str]
    """Residents with a contract that runs on the day."""
    visits: dict[str, int]
    """Visits that count, by resident."""
    latest: dict[tuple[str, str], float]
    """The last value of the year by resident and slot."""


async def count_figures(connection: AsyncConnection, on: date, *, phone_counts: bool) -> tuple[Figure, ...]:
    """All figures; ``phone_counts``: whether a visit by telephone counts like one face to face."""
    since = (on - timedelta(days=365)).isoformat()
    year = await _read(connection, on, since, phone_counts=phone_counts)
    key = {who for who, (groups, _) in year.residents.items() if groups & KEY_GROUPS}
    managed = {who for who, (groups, _) in year.residents.items() if groups & {"04", "05"}}
    regular = {who for who in managed if year.visits.get(who, 0) >= VISITS_A_YEAR}
    return (
        Figure("sign_rate", "签约率", len(year.signed), len(year.residents)),
        Figure("key_sign_rate", "重点人群签约率", len(year.signed & key), len(key)),
        await _performed(connection, on),
        await _renewed(connection, on, since),
        Figure("std_manage_rate", "规范管理率", len(regular), len(managed)),
        _controlled("bp_ctrl_rate", "血压控制率", "04", year),
        _controlled("fpg_ctrl_rate", "血糖控制率", "05", year),
        await _satisfied(connection, since, on),
    )


async def _read(connection: AsyncConnection, on: date, since: str, *, phone_counts: bool) -> _Year:
    people, contracts, visits = tables.residents, tables.contracts, tables.follow_ups
    rows = (await connection.execute(select(people.c.id, people.c.groups, people.c.birth_date))).all()
    residents = {row.id: (frozenset(row.groups), _age(row.birth_date, on)) for row in rows}
    day = on.isoformat()
    running = select(contracts.c.resident_id).where(
        contracts.c.start <= day, contracts.c.end >= day, contracts.c.stopped.is_(None) | (contracts.c.stopped > day)
    )
    counted = (
        select(visits.c.resident_id, func.count()).where(visits.c.held_on > since, visits.c.held_on <= day)
        .group_by(visits.c.resident_id)
    )  # fmt: skip
    if not phone_counts:
        counted = counted.where(visits.c.mode != "3")
    values = tables.indicators
    wanted = select(values).where(values.c.at > since, values.c.at <= day).order_by(values.c.at)
    return _Year(
        residents,
        frozenset((await connection.execute(running)).scalars()),
        {who: int(count) for who, count in (await connection.execute(counted)).all()},
        {(row.resident_id, row.slot): row.value for row in (await connection.execute(wanted)).all()},
    )


def _controlled(name: str, title: str, group: str, year: _Year) -> Figure:
    managed = [who for who, (groups, _) in year.residents.items() if group in groups]
    good = _pressure_good if group == "04" else _sugar_good
    return Figure(name, title, sum(good(who, year) for who in managed), len(managed))


def _pressure_good(who: str, year: _Year) -> bool:
    sbp, dbp = year.latest.get((who, "sbp")), year.latest.get((who, "dbp"))
    limit = 150 if year.residents[who][1] >= OLD_YEARS else 140
    return sbp is not None and dbp is not None and sbp < limit and dbp < 90


def _sugar_good(who: str, year: _Year) -> bool:
    fpg = year.latest.get((who, "fpg"))
    return fpg is not None and fpg < 7.0


async def _performed(connection: AsyncConnection, on: date) -> Figure:
    table, day = tables.contracts, on.isoformat()
    wanted = select(func.coalesce(func.sum(table.c.done), 0), func.coalesce(func.sum(table.c.planned), 0)).where(
        table.c.start <= day, table.c.end >= day, table.c.stopped.is_(None)
    )
    done, planned = (await connection.execute(wanted)).one()
    return Figure("perform_rate", "履约率", int(done), int(planned))


async def _renewed(connection: AsyncConnection, on: date, since: str) -> Figure:
    table = tables.contracts
    wanted = select(table.c.renewed).where(table.c.end > since, table.c.end < on.isoformat(), table.c.stopped.is_(None))
    ended: list[Any] = list((await connection.execute(wanted)).scalars())
    return Figure("renew_rate", "续签率", sum(map(bool, ended)), len(ended))


async def _satisfied(connection: AsyncConnection, since: str, on: date) -> Figure:
    table = tables.notes
    wanted = select(table.c.body).where(
        table.c.kind == ParcelKind.SATISFACTION.value, table.c.at > since, table.c.at <= on.isoformat()
    )
    scores = [int(body["score"]) for body in (await connection.execute(wanted)).scalars()]
    return Figure("satisfaction", "满意度", sum(score >= 4 for score in scores), len(scores))


def _age(birth_date: str, on: date) -> int:
    born = date.fromisoformat(birth_date)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
