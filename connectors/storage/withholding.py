"""What stays in a log when the resident refuses: the refusal, red flags, the course of the talk without contents.

Pure. Red flags stay: danger to life goes before consent, and is told to a doctor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from agent.domain.events import (
    AgentSaid,
    ConsentGiven,
    ConversationOpened,
    Event,
    EventBody,
    MentionJudged,
    PatternUsed,
    RecordMentioned,
    ResidentSaid,
    SlotSet,
    StaffWrote,
    SuggestionMade,
    TipGiven,
    TurnTimed,
)

PLAIN_SLOTS = frozenset({"identity", "consent", "consent_words", "callback_time", "contact_relation"})
"""Values that say nothing about health."""
WITHHELD = "withheld"
"""Pattern that stands where a value was."""


def refused(events: Sequence[Event]) -> bool | None:
    """Whether the last word on consent is a refusal; None when there is none."""
    words = [event.body.granted for event in events if isinstance(event.body, ConsentGiven)]
    return not words[-1] if words else None


def withhold(events: Sequence[Event]) -> tuple[Event, ...]:
    """The same positions and times, without what the resident did not agree to."""
    return tuple(_bare(events))


def _bare(events: Sequence[Event]) -> Iterator[Event]:
    spoken_of = False
    for event in events:
        spoken_of = spoken_of or (isinstance(event.body, SlotSet) and event.body.slot not in PLAIN_SLOTS)
        yield replace(event, body=_body(event.body, spoken_of=spoken_of))


def _body(body: EventBody, *, spoken_of: bool) -> EventBody:
    match body:
        case SlotSet(turn=turn, slot=slot) if slot not in PLAIN_SLOTS:
            return PatternUsed(turn, WITHHELD)
        case SlotSet() | MentionJudged():
            return replace(body, words="")
        case ResidentSaid() | StaffWrote():
            return replace(body, text="")
        case AgentSaid() if spoken_of:  # it may repeat a value
            return replace(body, text="")
        case ConversationOpened():
            return replace(body, history={})
        case SuggestionMade(turn=turn) | TipGiven(turn=turn) | RecordMentioned(turn=turn):
            return PatternUsed(turn, WITHHELD)
        case TurnTimed():
            return replace(body, clip=None)
        case _:
            return body


WORDS = ("text", "words", "evidence", "notes")
"""Fields of events that hold what was said."""
TOLD = frozenset({"said", "transcript", "questions", "doctor_calls"})
"""Parts of a record's body that hold what was said, beside its values."""


def without_words(events: Sequence[Event]) -> tuple[Event, ...]:
    """The same events without what was said; values, flags, times and the course of the talk stay."""
    return tuple(replace(event, body=_wordless(event.body)) for event in events)


def _wordless(body: EventBody) -> EventBody:
    bare: dict[str, Any] = {f.name: "" for f in fields(body) if f.name in WORDS}
    if isinstance(body, TurnTimed):
        bare["clip"] = None
    return replace(body, **bare)


def record_without_words(value: Any) -> Any:
    """A record's body with its values, without what was said."""
    if isinstance(value, dict):
        return {key: type(item)() if key in TOLD else record_without_words(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [record_without_words(item) for item in value]
    return value
