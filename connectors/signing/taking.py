"""What the reference backend does with each kind of parcel, inside one transaction; refusals are typed."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import BackendError
from connectors.signing import tables
from connectors.signing.health_record import fill_from_intake, take_change
from connectors.signing.ports import Parcel, ParcelKind
from connectors.signing.trend_alerts import mark_seen

LIMITS: Mapping[str, tuple[float, float]] = {
    "sbp": (50, 300), "dbp": (20, 200), "heart_rate": (20, 250), "weight_kg_now": (20, 250), "height_cm": (80, 230),
    "bmi": (8, 80), "fpg": (1, 50), "pbg_2h": (1, 60), "hba1c": (2, 25), "spo2": (40, 100), "waist_cm": (40, 200),
}  # fmt: skip
"""Outside of these a value is in another unit, or nobody's."""
FUTURE = timedelta(days=1)
"""A clock may be a day ahead."""
LONGEST = timedelta(days=5 * 366)
"""Of a contract."""
PHONE = "3"
"""随访方式 3 电话."""
SCORES = ("1", "2", "3", "4", "5")
QUEUE = 12
"""Numbers given out for one slot of a department."""


async def take(connection: AsyncConnection, parcel: Parcel, today: date) -> None:
    """Write the parcel down. Raises ``BackendError`` without having written anything that stays."""
    known = select(tables.residents.c.id).where(tables.residents.c.id == parcel.resident_id)
    if parcel.kind is not ParcelKind.ALERT and (await connection.execute(known)).first() is None:
        raise BackendError(
            "resident-unknown", f"there is no resident {parcel.resident_id}", "enter the person in the backend first"
        )
    await _KINDS[parcel.kind](connection, parcel, today)


async def _follow_up(connection: AsyncConnection, parcel: Parcel, today: date) -> None:
    body, table = parcel.body, tables.follow_ups
    visit, version, flow = _text(body, "visit"), _whole(body, "version"), _text(body, "flow")
    held_on = _day(body, "held_on")
    if held_on > today + FUTURE:
        raise _refused(f"held_on {held_on} lies ahead")
    readings = _readings(body)
    contract = await _contract_on(connection, parcel.resident_id, held_on)
    kept = (await connection.execute(select(table.c.version).where(table.c.visit == visit))).scalar()
    if kept is not None and kept >= version:
        return  # an older version that arrives late changes nothing
    mode = str(body.get("mode", "3"))
    row = {
        "version": version, "resident_id": parcel.resident_id, "flow": flow, "held_on": held_on.isoformat(),
        "mode": mode, "visit_class": str(body.get("visit_class") or ""), "signed_by": _text(body, "signed_by"),
        "body": dict(body),
    }  # fmt: skip
    if kept is None:
        await connection.execute(insert(table).values(visit=visit, **row))
        await _close_due(connection, parcel.resident_id, flow, visit)
        if mode != PHONE:  # a telephone call is no service performed until local rules say so
            mine = (tables.contracts.c.number == contract.number) & (
                tables.contracts.c.done < tables.contracts.c.planned
            )
            await connection.execute(update(tables.contracts).where(mine).values(done=tables.contracts.c.done + 1))
    else:
        await connection.execute(update(table).where(table.c.visit == visit).values(**row))
    await _file_readings(connection, parcel.resident_id, readings, (visit, held_on, mode))
    await _next_due(connection, parcel.resident_id, flow, visit, body.get("next_visit_date"))
    await _file_satisfaction(connection, parcel, visit, held_on)
    await fill_from_intake(connection, parcel)
    history = update(tables.residents).where(tables.residents.c.id == parcel.resident_id)
    await connection.execute(history.values(history=dict(body.get("values") or {})))


async def _close_due(connection: AsyncConnection, resident_id: str, flow: str, visit: str) -> None:
    table = tables.due
    oldest = (
        select(table.c.id).where(table.c.resident_id == resident_id, table.c.flow == flow, table.c.done_by == "")
        .order_by(table.c.due).limit(1)
    )  # fmt: skip
    await connection.execute(update(table).where(table.c.id == oldest.scalar_subquery()).values(done_by=visit))


async def _file_readings(
    connection: AsyncConnection, resident_id: str, readings: Mapping[str, float], of: tuple[str, date, str]
) -> None:
    visit, held_on, mode = of
    await connection.execute(delete(tables.indicators).where(tables.indicators.c.visit == visit))
    rows = [
        {"resident_id": resident_id, "slot": slot, "at": held_on.isoformat(), "visit": visit, "value": value,
         "mode": mode}
        for slot, value in readings.items()
    ]  # fmt: skip
    if rows:
        await connection.execute(insert(tables.indicators), rows)


async def _file_satisfaction(connection: AsyncConnection, parcel: Parcel, visit: str, held_on: date) -> None:
    """What a resident answered at the end of a follow-up counts once, in its newest version."""
    key, table = f"{visit}:satisfaction", tables.notes
    await connection.execute(delete(table).where(table.c.key == key))
    score = str((parcel.body.get("values") or {}).get("satisfaction_score", ""))
    if score in SCORES:
        row = {"kind": ParcelKind.SATISFACTION.value, "at": held_on.isoformat(), "body": {"score": int(score)}}
        await connection.execute(insert(table).values(key=key, resident_id=parcel.resident_id, **row))


async def _next_due(connection: AsyncConnection, resident_id: str, flow: str, visit: str, day: Any) -> None:
    name, table = f"after-{visit}", tables.due
    await connection.execute(delete(table).where(table.c.id == name, table.c.done_by == ""))
    if day:
        due = _day({"next_visit_date": day}, "next_visit_date").isoformat()
        row = {"id": name, "resident_id": resident_id, "flow": flow, "due": due, "done_by": ""}
        if (await connection.execute(select(table.c.id).where(table.c.id == name))).first() is None:
            await connection.execute(insert(table).values(**row))


async def _appointment(connection: AsyncConnection, parcel: Parcel, today: date) -> None:
    table, body = tables.appointments, parcel.body
    department = _text(body, "department")
    if body.get("status") == "proposed":
        if when := body.get("time"):
            _day({"time": str(when)[:10]}, "time")
        await _note(connection, parcel, today)
        return
    slot = _text(body, "slot")
    _day({"slot": slot[:10]}, "slot")
    taken = select(func.count()).where(table.c.department == department, table.c.slot == slot)
    queue = int((await connection.execute(taken)).scalar_one()) + 1
    if queue > QUEUE:
        raise BackendError("slot-full", f"{department} {slot} is full", "choose another slot")
    row = {"key": parcel.key, "resident_id": parcel.resident_id, "department": department, "slot": slot}
    await connection.execute(insert(table).values(queue=queue, **row))


async def _contract(connection: AsyncConnection, parcel: Parcel, today: date) -> None:
    body, table = parcel.body, tables.contracts
    what = _text(body, "what")
    if what == "intend":
        if _text(body, "wish") not in ("sign", "renew", "end"):
            raise _refused(f"wish is {body['wish']!r}, not sign, renew or end")
        await _note(connection, parcel, today)
        return
    current = await _latest_contract(connection, parcel.resident_id)
    if what == "end":
        if current is None or current.stopped:
            raise BackendError("contract-missing", "there is no contract to end", "look at the resident's file")
        mine = table.c.number == current.number
        stop = {"stopped": today.isoformat(), "stop_reason": str(body.get("reason", "99"))}
        await connection.execute(update(table).where(mine).values(**stop))
        return
    if what not in ("sign", "renew"):
        raise _refused(f"what is {what!r}, not sign, renew or end")
    start, end = _day(body, "start"), _day(body, "end")
    if not start < end <= start + LONGEST:
        raise _refused(f"a contract runs one to five years, not from {start} to {end}")
    if current is not None and not current.stopped and current.end > start.isoformat() and what == "sign":
        raise BackendError("contract-running", "a contract runs already", "renew it, or end it first")
    packages = tables.packages
    offered = select(packages.c.id).where(packages.c.id == _text(body, "package"))
    if (await connection.execute(offered)).first() is None:
        raise _refused(f"there is no package {body['package']!r}")
    if current is not None:
        await connection.execute(update(table).where(table.c.number == current.number).values(renewed=True))
    number = "C" + hashlib.sha256(parcel.key.encode()).hexdigest()[:15].upper()
    row = {
        "number": number, "resident_id": parcel.resident_id, "package_id": _text(body, "package"),
        "start": start.isoformat(), "end": end.isoformat(), "stop_reason": "", "renewed": False, "planned": 4,
        "done": 0,
    }  # fmt: skip
    await connection.execute(insert(table).values(**row))


async def _note(connection: AsyncConnection, parcel: Parcel, today: date) -> None:
    if parcel.kind is ParcelKind.SATISFACTION and not 1 <= _whole(parcel.body, "score") <= 5:
        raise _refused("score is 1 to 5")
    row = {"key": parcel.key, "resident_id": parcel.resident_id, "kind": parcel.kind.value, "at": today.isoformat()}
    await connection.execute(insert(tables.notes).values(body=dict(parcel.body), **row))


_KINDS: Mapping[ParcelKind, Callable[[AsyncConnection, Parcel, date], Awaitable[None]]] = {
    ParcelKind.FOLLOW_UP: _follow_up,
    ParcelKind.APPOINTMENT: _appointment,
    ParcelKind.CONTRACT: _contract,
    ParcelKind.ALERT: _note,
    ParcelKind.EDUCATION: _note,
    ParcelKind.SATISFACTION: _note,
    ParcelKind.RECORD_CHANGE: take_change,
    ParcelKind.TREND_SEEN: mark_seen,
}


async def _latest_contract(connection: AsyncConnection, resident_id: str) -> Any:
    table = tables.contracts
    wanted = select(table).where(table.c.resident_id == resident_id).order_by(table.c.end.desc()).limit(1)
    return (await connection.execute(wanted)).first()


async def _contract_on(connection: AsyncConnection, resident_id: str, day: date) -> Any:
    """The contract that runs on a day, or a typed refusal."""
    current = await _latest_contract(connection, resident_id)
    if current is None:
        raise BackendError("contract-missing", f"{resident_id} has no contract", "sign one, then send again")
    until = min(current.end, current.stopped or current.end)
    if until < day.isoformat():
        raise BackendError(
            "contract-expired", f"the contract of {resident_id} ended on {until}", "renew it, then send again"
        )
    return current


def _readings(body: Mapping[str, Any]) -> dict[str, float]:
    """The measured values; one that is out of its limits refuses the parcel."""
    values = body.get("values")
    if not isinstance(values, Mapping):
        raise _refused("values are missing")
    found = {}
    for slot, (low, high) in LIMITS.items():
        value = values.get(slot)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise _refused(f"{slot} {value!r} is not within {low} to {high}")
        found[slot] = float(value)
    return found


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise _refused(f"{name} is missing")
    return value


def _whole(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused(f"{name} is no whole number")
    return value


def _day(body: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(body.get(name, "")))
    except ValueError:
        raise _refused(f"{name} {body.get(name)!r} is no date") from None


def _refused(why: str) -> BackendError:
    return BackendError("backend-refused", why, "correct the record and sign a new version")
