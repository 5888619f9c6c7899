"""State of one conversation: frozen, changed only by ``replace`` inside the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.domain.alerts import Alert, Mention
from agent.domain.answers import AskContext, Resident, SlotFill, SlotValue
from agent.domain.effects import Outcome, Say


@dataclass(frozen=True, slots=True)
class Frame:
    """One running flow and the step it stands at."""

    flow: str
    step: str


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Values waiting for the resident's yes before they count."""

    ask: str
    fills: tuple[SlotFill, ...]
    words: str = ""
    """What the resident said, the evidence for the values."""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """A doubtful red-flag mention waiting for one answer."""

    mention: Mention


NOTICE_VERSION = "2026-11-2"
"""Of the opening words and the question for consent (``dialogues/responses/opening.yml``): it changes with them."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the resident wants to be spoken to."""

    rate: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides what is said next."""

    flow: str
    form: str
    resident: Resident
    history: Mapping[str, SlotValue]
    stack: tuple[Frame, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    """Words for the wording: clinic, team, name …"""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    """Asks that ended without all values, and why."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    """How often an ask was put."""
    in_vain: Mapping[str, str] = field(default_factory=dict)
    """The last words that did not bring an ask on."""
    pending: ReadBack | Probe | None = None
    turn: int = 0
    silences: int = 0
    speaker: str = "self"
    manner: Manner = Manner()
    question: Say | None = None
    """The last question put, for 再说一遍."""
    alerts: tuple[Alert, ...] = ()
    probed: frozenset[str] = frozenset()
    """Flags already asked about once."""
    emergency: Alert | None = None
    """The alert that the running emergency pattern serves."""
    consent: bool | None = None
    notice: str = NOTICE_VERSION
    """Version of the notice that was read out."""
    staff: str = ""
    """Who of the staff writes or speaks in place of the agent; empty while the agent does."""
    staff_turns: int = 0
    """Turns that were theirs: the talk gets no shorter by them."""
    staff_alerts: tuple[Alert, ...] = ()
    """Raised in a call that staff hold: they were told, the agent has said nothing of them."""
    outcome: Outcome | None = None

    def context(self, now: datetime) -> AskContext:
        """What parsers and rules may look at."""
        return AskContext(now=now, resident=self.resident, history=self.history, slots=self.slots)

    def with_slots(self, values: Mapping[str, SlotValue]) -> State:
        """Slots added or replaced."""
        return replace(self, slots={**self.slots, **values})

    def at(self, step: str) -> State:
        """The top frame moved to ``step``."""
        return replace(self, stack=(*self.stack[:-1], replace(self.stack[-1], step=step)))
