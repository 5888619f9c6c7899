"""What was asked for in a conversation is queued with its end, once, and only with consent; on every database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import pytest

from agent.domain.answers import Resident
from agent.domain.events import AskClosed, ConsentGiven, Event, EventBody, SlotSet, TipGiven
from connectors.storage import SqlStore, VisitStart
from connectors.storage.parcels import Lane
from connectors.storage.ports import Channel

AT = "2026-11-23T09:30:00"
YES = ConsentGiven(2, granted=True, words="行", notice_version="1")
NO = ConsentGiven(9, granted=False, words="别记了", notice_version="1")
TIP = TipGiven(8, "salt")
Check = Callable[[SqlStore], Awaitable[None]]


def said(slot: str, value: Any, turn: int = 3, speaker: str = "self") -> SlotSet:
    return SlotSet(turn, slot, value, slot, "骨科", speaker)


DEPARTMENT = said("appointment_department", "orthopedics")
TIME = said("appointment_time", "2026-11-24 上午", 4, "daughter")


async def ended(
    store: SqlStore, bodies: Sequence[EventBody], visit: str = "v1", who: str = "R1", outcome: str = "completed"
) -> list[tuple[str, dict[str, Any]]]:
    """A conversation with these events; key and body of what is in the outbox after its end."""
    person = Resident("王桂花", who, "2", date(1948, 5, 3))
    await store.visits.open(VisitStart(visit, person, "appointment", "appointment", Channel.VOICE, AT))
    await store.events.append(visit, [Event(n, AT, body) for n, body in enumerate(bodies)])
    assert [row for row in await store.outbox.rows() if row.visit_id == visit] == []  # not before the end
    await store.visits.close(visit, outcome, AT)
    await store.visits.close(visit, "completed", AT)
    rows = [row for row in await store.outbox.rows() if row.visit_id == visit]
    assert all(row.lane is Lane.WISH and row.key == f"{visit}:{row.kind}" for row in rows)
    return [(row.kind, dict(row.body)) for row in rows]


APPOINTMENT = {"status": "proposed", "department": "orthopedics", "time": "2026-11-24 上午", "by": "daughter"}
CONTRACT = {"what": "intend", "wish": "renew", "years": 2, "call_at": "2026-11-24T09:00", "by": "self"}


@pytest.mark.parametrize("outcome", ["completed", "incomplete"])
def test_wishes_are_queued_once_with_the_end(holds: Callable[[Check], None], outcome: str) -> None:
    async def check(store: SqlStore) -> None:
        talk = [
            YES, DEPARTMENT, TIME, said("contract_topic", "package"), said("contract_wish", "renew"),
            said("contract_years", 2), said("callback_time", "2026-11-24T09:00"), TIP,
        ]  # fmt: skip
        assert await ended(store, talk, outcome=outcome) == [
            ("appointment", APPOINTMENT), ("contract", CONTRACT), ("education", {"topic": "salt"}),
        ]  # fmt: skip

    holds(check)


NOTHING: dict[str, Sequence[EventBody]] = {
    "refused": [NO, DEPARTMENT, TIP],
    "taken back in the talk": [YES, DEPARTMENT, TIP, NO],
    "nobody was asked": [DEPARTMENT, TIP],
    "a time for no department": [YES, TIME],
    "only questions": [YES, said("contract_topic", "package"), said("contract_wish", "none")],
    "in doubt": [YES, DEPARTMENT, AskClosed(5, "appointment_department", ("appointment_department",), "refused")],
    "carried over": [YES, said("appointment_department", "orthopedics", 0)],
}


@pytest.mark.parametrize("talk", NOTHING.values(), ids=NOTHING.keys())
def test_nothing_is_told_that_was_not_agreed_to_or_not_asked_for(
    holds: Callable[[Check], None], talk: Sequence[EventBody]
) -> None:
    async def check(store: SqlStore) -> None:
        assert await ended(store, talk) == []

    holds(check)


def test_a_consent_that_staff_withdrew_counts_no_more(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        person = Resident("王桂花", "R1", "2", date(1948, 5, 3))
        await store.visits.open(VisitStart("v1", person, "appointment", "appointment", Channel.VOICE, AT))
        await store.events.append("v1", [Event(n, AT, body) for n, body in enumerate([YES, DEPARTMENT])])
        await store.ledger.withdraw("R1", "李医生", AT)
        await store.visits.close("v1", "completed", AT)
        assert await store.outbox.rows() == ()

    holds(check)


def test_the_wish_of_a_stranger_is_told_and_the_tip_is_not(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        assert await ended(store, [YES, DEPARTMENT, TIP], who="") == [
            ("appointment", {**APPOINTMENT, "time": "", "by": "self"})
        ]

    holds(check)
