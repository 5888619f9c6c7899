"""Commands: what understanding asks the engine to do. Imperative names, one frozen dataclass each."""

from __future__ import annotations

from dataclasses import dataclass

from agent.domain.alerts import Alert, Mention
from agent.domain.answers import AnswerKind, SlotFill


@dataclass(frozen=True, slots=True)
class SetSlots:
    """Fill slots of the ask that is open, or volunteered ones."""

    fills: tuple[SlotFill, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class CorrectSlots:
    """Replace values given earlier in this conversation."""

    fills: tuple[SlotFill, ...]


@dataclass(frozen=True, slots=True)
class ReopenAsk:
    """The resident says an earlier answer was wrong, without the new value."""

    ask: str


@dataclass(frozen=True, slots=True)
class GiveAnswer:
    """An answer without a value to the open ask: yes, no, unknown, refused, self, proxy …"""

    kind: AnswerKind


@dataclass(frozen=True, slots=True)
class Clarify:
    """The utterance bears on the ask, but the value is vague, impossible or contradictory."""

    reason: str


@dataclass(frozen=True, slots=True)
class CannotUnderstand:
    """Nothing in the utterance could be used."""


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """A red flag is present now."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class ProbeMention:
    """A red flag may be present: ask one question."""

    mention: Mention


@dataclass(frozen=True, slots=True)
class StartPattern:
    """A repair or side pattern: its id is the flow name under dialogues/flows/patterns/ without ``pattern_``.

    repeat, slower, louder, skip, human_handoff, opt_out, withdraw, cancel, resume_later, hand_over, small_talk,
    are_you_robot, abuse, goodbye, ask_knowledge, wait, hello
    """

    pattern: str
    words: str = ""


Command = (
    SetSlots
    | CorrectSlots
    | ReopenAsk
    | GiveAnswer
    | Clarify
    | CannotUnderstand
    | RaiseAlert
    | ProbeMention
    | StartPattern
)
