"""What a conversation told of the health record, as proposals: pure, from its log.

A proposal is one fact. Nothing of it reaches the record before a doctor accepts it. What stands in the form that the
doctor signs anyway is none; nor is what the resident denies, or what was in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.domain.answers import Medication, SlotValue
from agent.domain.events import AskClosed, ConversationOpened, Event, RecordMentioned, SlotSet
from agent.domain.health_record import (
    FLAGS,
    GOES_WITHOUT_SAYING,
    HABITS,
    LISTS,
    MEDICINES,
    NO_FIELDS,
    NONE_CODES,
    OTHER,
    RECORD_FORM,
)

TYPES = (ConversationOpened, SlotSet, RecordMentioned, AskClosed)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that the health record does not have yet."""

    slot: str
    value: Any
    """A code, a number, or a medicine as a mapping."""
    text: str
    """The clause that says what no code does (which operation); empty where the code says it all."""
    words: str
    by: str
    """self, or the relation of who said it."""
    turn: int
    at: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two facts one."""
        value = self.value["id"] if isinstance(self.value, Mapping) else self.value
        return self.slot, str(value), self.text


def facts_of(events: Sequence[Event]) -> tuple[Fact, ...]:
    """Facts told in one conversation, each once, in order. What was only carried over is an earlier one's."""
    opened = next((event.body for event in events if isinstance(event.body, ConversationOpened)), None)
    if opened is None:
        return ()
    said = _said(events)
    found = [fact for event in said.values() for fact in _answered(opened, event)]
    found += [fact for event in events for fact in _mentioned(opened, event)]
    return tuple({fact.key: fact for fact in reversed(sorted(found, key=lambda fact: fact.turn))}.values())[::-1]


def _said(events: Sequence[Event]) -> Mapping[str, Event]:
    """The answer that counts of each slot; one whose ask was closed again is in doubt."""
    said: dict[str, Event] = {}
    for event in events:
        match event.body:
            case SlotSet(slot=slot, turn=turn) if turn:
                said[slot] = event
            case AskClosed(ask=ask, slots=slots):
                for slot in slots or (ask,):
                    said.pop(slot, None)
            case _:
                pass
    return said


def _mentioned(opened: ConversationOpened, event: Event) -> Iterator[Fact]:
    told = event.body
    if isinstance(told, RecordMentioned):
        for code in _new(told.slot, told.value, opened):
            text = told.text if told.slot in FLAGS or (told.slot, code) in OTHER else ""
            yield Fact(told.slot, code, text, told.words, told.speaker, told.turn, event.at)


def _answered(opened: ConversationOpened, event: Event) -> Iterator[Fact]:
    answer = event.body
    if not isinstance(answer, SlotSet) or not _counts(opened, answer):
        return
    for value in _new(answer.slot, answer.value, opened):
        text = answer.words if answer.slot in FLAGS or (answer.slot, value) in OTHER else ""
        plain = asdict(value) if isinstance(value, Medication) else value
        yield Fact(answer.slot, plain, text, answer.words, answer.speaker, answer.turn, event.at)


def _counts(opened: ConversationOpened, answer: SlotSet) -> bool:
    """The intake is signed as a whole: of it only what differs from the record is asked about on its own."""
    if answer.slot in NO_FIELDS:
        return False
    if opened.form == RECORD_FORM:
        return answer.slot in opened.history
    return answer.slot == MEDICINES or (answer.slot in HABITS and answer.ask == "volunteered")


def _new(slot: str, value: SlotValue, opened: ConversationOpened) -> Iterator[Any]:
    """What of a value the record does not have, as far as the conversation knew."""
    known = opened.history.get(slot)
    if slot == MEDICINES:
        had = {_id(item) for item in known} if isinstance(known, tuple) else set()
        yield from (item for item in value if _id(item) not in had) if isinstance(value, tuple) else ()
    elif slot in LISTS:
        had = {str(code) for code in known} if isinstance(known, tuple) else set()
        if slot == "past_disease":
            had |= {GOES_WITHOUT_SAYING[form] for form in opened.form.split("+") if form in GOES_WITHOUT_SAYING}
        codes = value if isinstance(value, tuple) else ()
        yield from (code for code in codes if code not in had and code not in NONE_CODES)
    elif value != known and not (slot in FLAGS and value in NONE_CODES):
        yield list(value) if isinstance(value, tuple) else value


def _id(medicine: Any) -> str:
    return medicine.id if isinstance(medicine, Medication) else str(medicine)
