"""Effects: what the conversation asks the outside to do. Carried out by the conductor, in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.domain.alerts import Alert


class Outcome(StrEnum):
    """How a conversation ended."""

    COMPLETED = "completed"
    ESCALATED = "escalated"
    CALLBACK = "callback"
    REFUSED = "refused"
    WRONG_PERSON = "wrong_person"
    INCOMPLETE = "incomplete"


class Patience(StrEnum):
    """How long the step lets the resident think."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Say:
    """Speak one piece of wording."""

    text: str
    response: str
    """Response id in dialogues/responses/, e.g. ``utter_ask_blood_pressure``."""
    interruptible: bool = True
    ask: str | None = None
    """The ask that this wording puts, when it is a question."""
    rate: float = 1.0
    """Relative speaking rate asked for (慢一点 → 0.8)."""
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Escalate:
    """Bring a person in now."""

    reason: str
    alert: Alert | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Call the resident back at ``at`` (ISO 8601), because of ``reason``."""

    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class WriteRecord:
    """The record is ready for the doctor's review."""

    form: str


@dataclass(frozen=True, slots=True)
class End:
    """Hang up politely after what has been said."""

    outcome: Outcome
    hang_up: bool = True
    """False: the agent has handed over and stays on the line (suicide risk) until a person ends it."""


Effect = Say | Escalate | Schedule | WriteRecord | End
