"""Events: the conversation's log. State is its fold; it is stored, replayed, scored, audited and shown."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from agent.domain.answers import Medication, SlotValue


@dataclass(frozen=True, slots=True)
class ConversationOpened:
    """First event: who, which flow, when."""

    flow: str
    form: str
    resident: Mapping[str, str]
    """name, id, sex, birth_date (ISO), phone."""
    history: Mapping[str, SlotValue]
    now: str
    notice: str = ""
    """Version of the notice that was read out; empty in logs of earlier days."""


@dataclass(frozen=True, slots=True)
class AgentSaid:
    """Wording given to the resident."""

    turn: int
    text: str
    response: str
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class ResidentSaid:
    """A final utterance. ``speaker`` is self, or the proxy's relation code when somebody answers for the resident."""

    turn: int
    text: str
    ask: str | None
    confidence: float = 1.0
    speaker: str = "self"


@dataclass(frozen=True, slots=True)
class ResidentSilent:
    """The resident said nothing for as long as the step allows."""

    turn: int
    ask: str | None


@dataclass(frozen=True, slots=True)
class SlotSet:
    """A slot got a value; replaces an earlier one when ``corrected``."""

    turn: int
    slot: str
    value: SlotValue
    ask: str
    words: str
    """The resident's words of that turn."""
    speaker: str = "self"
    confidence: float = 1.0
    read_back: bool = False
    """Read back to the resident and confirmed."""
    corrected: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordMentioned:
    """A fact of the health record was told beside what was asked (我对青霉素过敏): for the doctor to accept."""

    turn: int
    slot: str
    """Field of the health record."""
    value: SlotValue
    """Codes of the field."""
    text: str
    """The clause that says it."""
    words: str
    """The resident's words of that turn."""
    speaker: str = "self"


@dataclass(frozen=True, slots=True)
class AskClosed:
    """An ask ended without (all) values: why the slots stay empty."""

    turn: int
    ask: str
    slots: tuple[str, ...]
    why: str
    """unknown | refused | skipped | not_understood | not_applicable"""


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """A red flag was raised."""

    turn: int
    flag: str
    severity: str
    subject: str
    evidence: str
    rule: str
    rule_version: str


@dataclass(frozen=True, slots=True)
class MentionJudged:
    """A red-flag mention that did not raise: kept for the audit of misses."""

    turn: int
    flag: str
    status: str
    words: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class PatternUsed:
    """A repair or side pattern ran (repeat, slower, human_handoff, opt_out …)."""

    turn: int
    pattern: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class TipGiven:
    """One sentence of health education was said: its id in ``dialogues/knowledge/``."""

    turn: int
    tip: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """Consent to the follow-up and the recording notice, or its refusal."""

    turn: int
    granted: bool
    words: str
    notice_version: str


@dataclass(frozen=True, slots=True)
class NoticeRenewed:
    """The notice changed while the conversation was open: consent is asked for anew."""

    turn: int
    version: str


@dataclass(frozen=True, slots=True)
class SuggestionMade:
    """Suggested class and next visit; a doctor signs, nobody else."""

    turn: int
    visit_class: str | None
    next_visit_date: str | None
    referral: str | None
    reasons: tuple[str, ...]
    """Rule ids with their words, e.g. ``H8 第一次控制不满意，两周内随访``."""


@dataclass(frozen=True, slots=True)
class TurnTimed:
    """Voice timing of one turn: why the agent waited and how long the resident did."""

    turn: int
    gap_ms: float
    wait_ms: float
    reason: str
    clip: str | None = None
    """File name of the resident's audio of this turn."""


@dataclass(frozen=True, slots=True)
class VoiceFailed:
    """A part of the voice failed and the call went on."""

    stage: str
    """hearing, recognition, synthesis, dialogue, recording."""
    code: str


@dataclass(frozen=True, slots=True)
class DoctorCall:
    """A step of bringing a doctor in: who was rung, who came, what came of it."""

    step: str
    """ringing, accepted, nobody, ended."""
    reason: str
    doctor: str = ""
    """The doctor's name, as shown to residents."""
    seconds: float = 0.0
    """How long the talk was, when it has ended."""
    outcome: str = ""
    notes: str = ""
    """What the doctor wrote down."""


@dataclass(frozen=True, slots=True)
class RoomOpened:
    """Where a doctor and the resident meet by video; written where a LiveKit server is configured."""

    place: str
    """livekit, or own: browser to browser by our own signals."""
    problem: str = ""
    """Why it is not the configured place: the code of the error."""


@dataclass(frozen=True, slots=True)
class RoomLinkOffered:
    """Who calls by telephone has no page on which a doctor could come: a way to the video room is sent by message."""

    turn: int
    to: str
    """self, or family."""


@dataclass(frozen=True, slots=True)
class StaffWrote:
    """A doctor or nurse in place of the agent: takes the conversation over, writes (speaks in a call), hands it back.

    In writing a red flag gives it back by itself (alarm): the agent says what must be said. Of a call that was not
    handed back the connection was lost (left).
    """

    step: str
    """taken, said, back, left, alarm."""
    by: str
    """Their name, as shown to residents."""
    text: str = ""
    """Their words; of a call what they did, in brackets."""


@dataclass(frozen=True, slots=True)
class ConversationClosed:
    """Last event."""

    outcome: str
    reason: str = ""


EventBody = (
    ConversationOpened | AgentSaid | ResidentSaid | ResidentSilent | SlotSet | RecordMentioned | AskClosed | AlertRaised
    | MentionJudged | PatternUsed | TipGiven | ConsentGiven | NoticeRenewed | SuggestionMade | TurnTimed | VoiceFailed
    | DoctorCall | RoomOpened | RoomLinkOffered | StaffWrote | ConversationClosed
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One log entry: position, time (ISO 8601) and body."""

    seq: int
    at: str
    body: EventBody = field()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; ``from_dict`` reads it back."""
        return {"seq": self.seq, "at": self.at, "type": type(self.body).__name__, **asdict(self.body)}


_TYPES: dict[str, type[Any]] = {kind.__name__: kind for kind in typing.get_args(EventBody)}


def _thaw(value: Any) -> Any:
    """JSON lists become tuples again, dicts with a medication's keys medications."""
    if isinstance(value, list):
        return tuple(_thaw(item) for item in value)
    if isinstance(value, dict):
        if set(value) == {f.name for f in fields(Medication)}:
            return Medication(**value)
        return {key: _thaw(item) for key, item in value.items()}
    return value


def from_dict(data: Mapping[str, Any]) -> Event:
    """Read an event stored by ``Event.to_dict``."""
    kind = _TYPES[data["type"]]
    body = kind(**{f.name: _thaw(data[f.name]) for f in fields(kind) if f.name in data})
    return Event(seq=data["seq"], at=data["at"], body=body)
