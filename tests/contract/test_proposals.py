"""Facts for the health record: filed with the end of a conversation, decided once, sealed, gone with their person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agent.domain.answers import Medication, Resident
from agent.domain.events import AskClosed, ConsentGiven, ConversationOpened, Event, EventBody, RecordMentioned, SlotSet
from agent.errors import InputError
from connectors.storage import SqlStore, VisitStart
from connectors.storage.caring import Doer
from connectors.storage.parcels import Lane
from connectors.storage.persons import Act
from connectors.storage.ports import Channel
from connectors.storage.proposals import Proposal
from connectors.storage.retention import Kind

AT, LATER = "2026-11-23T09:30:00", "2026-11-23T14:00:00"
YES = ConsentGiven(2, granted=True, words="行", notice_version="1")
NO = ConsentGiven(9, granted=False, words="别记了", notice_version="1")
WORDS = "我对青霉素过敏"
ALLERGY = RecordMentioned(3, "drug_allergy", ("2",), WORDS, WORDS)
SURGERY = RecordMentioned(4, "surgery", "2", "我前年做过胆囊手术", "对，我前年做过胆囊手术", "3")
DOCTOR = Doer("li", "李医生", LATER)
Check = Callable[[SqlStore], Awaitable[None]]


def opened(form: str = "gw3-htn", **history: Any) -> ConversationOpened:
    return ConversationOpened("f", form, {"name": "王桂花"}, history, AT)


def said(slot: str, value: Any, ask: str = "volunteered", turn: int = 5) -> SlotSet:
    return SlotSet(turn, slot, value, ask, "说的话")


async def ended(
    store: SqlStore, bodies: Sequence[EventBody], visit: str = "v1", who: str = "R1"
) -> tuple[Proposal, ...]:
    """A conversation with these events; what is proposed after its end."""
    person = Resident("王桂花", who, "2", date(1948, 5, 3))
    await store.visits.open(VisitStart(visit, person, "f", "gw3-htn", Channel.VOICE, AT, team="T1"))
    await store.events.append(visit, [Event(n, AT, body) for n, body in enumerate(bodies)])
    assert await store.proposals.of_visit(visit) == ()  # not before the end
    await store.visits.close(visit, "completed", AT)
    await store.visits.close(visit, "completed", AT)
    return await store.proposals.of_visit(visit)


def facts(found: Sequence[Proposal]) -> list[tuple[str, Any]]:
    return [(one.fact.slot, one.fact.value) for one in found]


def test_facts_are_proposed_once_with_whose_words_they_are(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        first = await ended(store, [opened(), YES, ALLERGY, ALLERGY, SURGERY])
        assert [(one.fact.slot, one.fact.value, one.fact.text, one.fact.by) for one in first] == [
            ("drug_allergy", "2", "", "self"), ("surgery", "2", "我前年做过胆囊手术", "3"),
        ]  # fmt: skip
        assert first[0].fact.words == WORDS
        assert facts(await ended(store, [opened(), YES, ALLERGY], "v2")) == []  # it waits already
        await store.proposals.accept("v1", first[0].id, DOCTOR, "药物过敏史 青霉素")
        assert facts(await ended(store, [opened(), YES, ALLERGY], "v3")) == []  # it was accepted
        await store.proposals.reject("v1", first[1].id, DOCTOR)
        assert facts(await ended(store, [opened(), YES, SURGERY], "v4")) == [("surgery", "2")]  # said again: look again
        assert facts(await ended(store, [opened(), YES, ALLERGY], "v5", "R2")) == [("drug_allergy", "2")]

    holds(check)


METFORMIN, AMLODIPINE = Medication("metformin", 2), Medication("amlodipine")
CASES: dict[str, tuple[list[EventBody], list[Any]]] = {
    "refused": ([opened(), NO, ALLERGY], []),
    "taken back in the talk": ([opened(), YES, ALLERGY, NO], []),
    "nobody was asked": ([opened(), ALLERGY], []),
    "known from the last visit": ([opened(drug_allergy=("2",)), YES, ALLERGY], []),
    "what the programme is about": ([opened(), YES, RecordMentioned(3, "past_disease", ("2", "3"), "", "")], ["3"]),
    "a medicine that is new": (
        [opened(medications=(AMLODIPINE,)), YES, said("medications", (AMLODIPINE, METFORMIN))],
        [{"id": "metformin", "times_per_day": 2, "dose_each": None, "dose_unit": None}],
    ),
    "in doubt at the end": (
        [opened(), YES, said("medications", (METFORMIN,)), AskClosed(6, "medications", (), "refused")], [],
    ),
    "carried over": ([opened(), YES, said("medications", (METFORMIN,), turn=0)], []),
    "a habit told unasked": ([opened(smoke_per_day_now=20), YES, said("smoke_per_day_now", 5)], [5]),
    "a habit that was asked": ([opened(), YES, said("smoke_per_day_now", 5, "smoke_per_day_now")], []),
    "the intake, of what is new": ([opened("gw3-record"), YES, said("drug_allergy", ("2",), "drug_allergy")], []),
    "the intake, of what differs": (
        [opened("gw3-record", drug_allergy=("3",), phone="1"), YES, said("drug_allergy", ("2", "3"), "drug_allergy"),
         said("phone", "2", "phone")],
        ["2", "2"],
    ),
    "no 无": ([opened("gw3-record", drug_allergy=("3",)), YES, said("drug_allergy", ("1",), "drug_allergy")], []),
}  # fmt: skip


@pytest.mark.parametrize(("talk", "expected"), CASES.values(), ids=CASES.keys())
def test_what_is_a_proposal_and_what_is_none(
    holds: Callable[[Check], None], talk: list[EventBody], expected: list[Any]
) -> None:
    async def check(store: SqlStore) -> None:
        assert [value for _, value in facts(await ended(store, talk))] == expected

    holds(check)


def test_a_stranger_has_no_record(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        assert await ended(store, [opened(), YES, ALLERGY], who="") == ()

    holds(check)


def test_only_what_is_accepted_leaves_and_it_is_decided_once(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        allergy, surgery = await ended(store, [opened(), YES, ALLERGY, SURGERY])
        assert await store.outbox.rows() == ()
        await store.proposals.reject("v1", surgery.id, DOCTOR)
        await store.proposals.accept("v1", allergy.id, DOCTOR, "药物过敏史 青霉素")
        (row,) = await store.outbox.rows()
        assert (row.key, row.lane, row.kind) == (f"v1:file:{allergy.id}", Lane.FILE, "record_change")
        assert row.body == {
            "slot": "drug_allergy", "value": "2", "text": "", "label": "药物过敏史 青霉素", "visit": "v1",
            "said_on": "2026-11-23", "by": "self", "accepted_by": "李医生", "accepted_at": LATER,
        }  # fmt: skip
        for visit, number, code in (
            ("v1", allergy.id, "decided"),
            ("v2", allergy.id, "unknown"),
            ("v1", 99, "unknown"),
        ):
            with pytest.raises(InputError) as caught:
                await store.proposals.accept(visit, number, DOCTOR, "")
            assert caught.value.code == f"proposal-{code}"
        assert len(await store.outbox.rows()) == 1
        told = [(entry.act, entry.who, entry.detail["slot"]) for entry in await store.audit.entries("v1")]
        assert told == [("file_rejected", "li", "surgery"), ("file_accepted", "li", "drug_allergy")]

    holds(check)


def test_they_are_sealed_and_go_with_their_person(holds: Callable[[Check], None], tmp_path: Path) -> None:
    async def check(store: SqlStore) -> None:
        await ended(store, [opened(), YES, ALLERGY, SURGERY])
        async with store.database.begin() as connection:
            raw = (await connection.execute(text("SELECT value, text, words FROM proposals"))).all()
        assert "胆囊".encode() not in b"".join(bytes(part) for row in raw for part in row)
        act = Act("admin", LATER)
        export = await store.persons.export("R1", act)
        assert [row["words"] for row in export["proposals"]] == [WORDS, SURGERY.words]
        await store.retention.delete(Kind.WORDS, "v1", act, tmp_path)
        kept = await store.proposals.of_visit("v1")
        assert [(one.fact.value, one.fact.words, one.fact.text) for one in kept] == [("2", "", ""), ("2", "", "")]
        gone = await store.persons.erase("R1", act, tmp_path, signed_too=False)
        assert gone["proposals"] == 2
        assert await store.proposals.of_resident("R1") == ()

    holds(check)
