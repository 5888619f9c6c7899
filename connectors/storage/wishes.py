"""What a conversation asked for, or gave, beside its record: told to the backend in the transaction that ends it.

A wish is a proposal: the clinic confirms an appointment, the doctor a contract. Only of visits with consent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, select

from agent.domain.events import AskClosed, Event, SlotSet, TipGiven, from_dict
from connectors.database.engine import padded
from connectors.storage import tables
from connectors.storage.enqueue import NewParcel
from connectors.storage.ledger import agreed
from connectors.storage.parcels import Lane
from connectors.storage.proposing import TYPES as FACTS

INTENTIONS = {"sign": "sign", "renew": "renew", "stop": "end"}
"""Codes of suifang-contract-topic that are a wish, in the backend's words."""
_TYPES = [kind.__name__ for kind in {SlotSet, AskClosed, TipGiven, *FACTS}]
_WANTED = (
    select(tables.events).where(
        tables.events.c.visit_id.in_(bindparam("visits", expanding=True)), tables.events.c.type.in_(_TYPES)
    ).order_by(tables.events.c.visit_id, tables.events.c.seq)
)  # fmt: skip


def ended_logs(connection: Connection, ended: Mapping[str, str]) -> Mapping[str, Sequence[Event]]:
    """What counts here of the logs of visits that end now (id → resident id), of those with consent.

    A few statements, however many they are.
    """
    asked = agreed(connection, list(ended))
    if not asked:
        return {}
    rows = connection.execute(_WANTED, {"visits": padded(sorted(asked))}).all()
    return {
        visit: [from_dict({"seq": row.seq, "at": row.at, "type": row.type, **row.body}) for row in mine]
        for visit, mine in groupby(rows, lambda row: str(row.visit_id))
    }


def is_known(resident_id: str, visit_id: str) -> bool:
    """A stranger has no file in which a tip, or a fact, could stand."""
    return resident_id != f"of-{visit_id}"


def wishes_of(logs: Mapping[str, Sequence[Event]], ended: Mapping[str, str]) -> Sequence[tuple[str, NewParcel]]:
    """Visit and parcel."""
    return [
        (visit, parcel)
        for visit, events in logs.items() for parcel in wish_parcels(visit, events)
        if parcel.kind != "education" or is_known(ended[visit], visit)
    ]  # fmt: skip


def wish_parcels(visit_id: str, events: Sequence[Event]) -> Iterator[NewParcel]:
    """At most one parcel of each kind, with the key ``visit:kind``. Pure.

    A value whose ask was closed again without one is in doubt: it stands in the record and is not told. What was
    only carried over from a conversation that was broken off was told by that one.
    """
    said: dict[str, Event] = {}
    tips: list[NewParcel] = []
    for event in events:
        match event.body:
            case SlotSet(slot=slot):
                said[slot] = event
            case AskClosed(ask=ask, slots=slots):
                for slot in slots or (ask,):
                    said.pop(slot, None)
            case TipGiven(tip=topic):
                tips = [NewParcel(f"{visit_id}:education", Lane.WISH, "education", {"topic": topic}, event.at)]
            case _:
                pass
    yield from _parcel(visit_id, "appointment", *_appointment(said))
    yield from _parcel(visit_id, "contract", *_contract(said))
    yield from tips


def _appointment(said: Mapping[str, Event]) -> tuple[dict[str, Any], list[Event]]:
    if "appointment_department" not in said:
        return {}, []
    body = {"status": "proposed", "department": _value(said, "appointment_department")}
    return body | {"time": _value(said, "appointment_time") or ""}, _events(said, "appointment_")


def _contract(said: Mapping[str, Event]) -> tuple[dict[str, Any], list[Event]]:
    topics = (_value(said, slot) for slot in ("contract_topic", "contract_wish"))
    wish = next((INTENTIONS[topic] for topic in topics if topic in INTENTIONS), None)
    if wish is None:
        return {}, []
    body = {"what": "intend", "wish": wish, "years": None if wish == "end" else _value(said, "contract_years")}
    return body | {"call_at": _value(said, "callback_time") or ""}, _events(said, "contract_")


def _parcel(visit_id: str, kind: str, body: Mapping[str, Any], given: Sequence[Event]) -> Iterator[NewParcel]:
    answers = [event.body for event in given if isinstance(event.body, SlotSet)]
    if any(answer.turn for answer in answers):
        last = max(given, key=lambda event: event.seq)
        by = {"by": next(answer.speaker for answer in reversed(answers) if answer.turn)}
        yield NewParcel(f"{visit_id}:{kind}", Lane.WISH, kind, {**body, **by}, last.at)


def _events(said: Mapping[str, Event], beginning: str) -> list[Event]:
    return sorted((event for slot, event in said.items() if slot.startswith(beginning)), key=lambda event: event.seq)


def _value(said: Mapping[str, Event], slot: str) -> Any:
    body = said[slot].body if slot in said else None
    return body.value if isinstance(body, SlotSet) else None
