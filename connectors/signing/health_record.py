"""The health record in the reference backend: facts that a doctor accepted, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.domain.health_record import FLAGS, LISTS, MEDICINES, NO_FIELDS, NONE_CODES, RECORD_FORM
from agent.errors import BackendError
from connectors.signing import tables
from connectors.signing.ports import Parcel, RecordFact

LONGEST = 400
"""Characters of a text, or of a value written out."""
FUTURE_DAYS = 1


async def facts_of(connection: AsyncConnection, resident_id: str) -> tuple[RecordFact, ...]:
    """The record as it stands: of a field with one value the newest, of the others every fact."""
    table = tables.record_facts
    mine = select(table).where(table.c.resident_id == resident_id).order_by(table.c.at, table.c.number)
    found: dict[Any, RecordFact] = {}
    for row in (await connection.execute(mine)).all():
        fact = RecordFact(row.slot, row.value, row.text, row.at, row.accepted_by)
        found.pop(_place(fact), None)
        found[_place(fact)] = fact
    return tuple(found.values())


async def take_change(connection: AsyncConnection, parcel: Parcel, today: date) -> None:
    """One accepted fact. Raises ``BackendError`` for one that nobody accepted, or that says nothing."""
    body = parcel.body
    for name in ("slot", "accepted_by", "visit"):
        if not isinstance(body.get(name), str) or not body[name].strip() or len(body[name]) > LONGEST:
            raise _refused(f"{name} is missing")
    slot, value, text = body["slot"], body.get("value"), body.get("text", "")
    if value in (None, "", [], {}) or len(str(value)) > LONGEST or not isinstance(text, str) or len(text) > LONGEST:
        raise _refused(f"{slot} has no value, or one that is too long")
    if slot in NO_FIELDS or (slot == MEDICINES and not (isinstance(value, Mapping) and value.get("id"))):
        raise _refused(f"{value!r} is nothing for {slot}")
    try:
        said_on = date.fromisoformat(str(body.get("said_on")))
    except ValueError:
        raise _refused(f"said_on {body.get('said_on')!r} is no date") from None
    if (said_on - today).days > FUTURE_DAYS:
        raise _refused(f"said_on {said_on} lies ahead")
    fact = RecordFact(slot, value, text, said_on.isoformat(), body["accepted_by"])
    known = {(_place(known), str(known.value)) for known in await facts_of(connection, parcel.resident_id)}
    if (_place(fact), str(fact.value)) not in known:
        await _add(connection, parcel.resident_id, fact, parcel.key)


async def fill_from_intake(connection: AsyncConnection, parcel: Parcel) -> None:
    """A signed intake fills the fields of which nothing is known; what differs waits for its proposal."""
    body, table = parcel.body, tables.record_facts
    if body.get("form") != RECORD_FORM:
        return
    source = f"{body['visit']}:intake"
    await connection.execute(delete(table).where(table.c.source == source))
    known = {fact.slot for fact in await facts_of(connection, parcel.resident_id)}
    for slot, value in dict(body["values"]).items():
        if slot in known or slot in NO_FIELDS:
            continue
        for one in _each(slot, value):
            fact = RecordFact(slot, one, "", body["held_on"], body["signed_by"])
            await _add(connection, parcel.resident_id, fact, source)


def _each(slot: str, value: Any) -> list[Any]:
    """The facts in the value of a form: codes of a list one by one, and none for 无."""
    if slot == MEDICINES:
        return [one if isinstance(one, Mapping) else {"id": one} for one in value or ()]
    if slot in LISTS:
        return [code for code in value or () if code not in NONE_CODES]
    return [] if value in (None, "", []) or (slot in FLAGS and value in NONE_CODES) else [value]


def _place(fact: RecordFact) -> Any:
    """Facts of one place replace each other: a new telephone number, another dose of one medicine."""
    if fact.slot == MEDICINES:
        return fact.slot, fact.value["id"]
    return (fact.slot, str(fact.value), fact.text) if fact.slot in LISTS | FLAGS else fact.slot


async def _add(connection: AsyncConnection, resident_id: str, fact: RecordFact, source: str) -> None:
    row = {"slot": fact.slot, "value": fact.value, "text": fact.text, "at": fact.at, "accepted_by": fact.accepted_by}
    await connection.execute(insert(tables.record_facts).values(resident_id=resident_id, source=source, **row))


def _refused(why: str) -> BackendError:
    return BackendError("backend-refused", why, "see to it by hand in the health record")
