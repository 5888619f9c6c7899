"""What a call tells its observer while it runs: words, timing, effects, faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent.domain.effects import End, Escalate, Schedule, WriteRecord


@dataclass(frozen=True, slots=True)
class PartialHeard:
    """Words that may still change."""

    at_ms: float
    text: str


@dataclass(frozen=True, slots=True)
class ResidentHeard:
    """A finished turn of the resident."""

    at_ms: float
    turn: int
    text: str
    confidence: float
    wait_ms: float
    reason: str
    """Why the agent waited as long as it did."""


@dataclass(frozen=True, slots=True)
class AgentSpeaks:
    """The first sample of a wording is on the line."""

    at_ms: float
    text: str
    response: str
    ask: str | None
    gap_ms: float | None
    """Since the end of the resident's speech, when it answers a turn."""


@dataclass(frozen=True, slots=True)
class AgentStopped:
    """The agent gave way."""

    at_ms: float
    text: str
    heard_chars: int
    """Characters of ``text`` that were heard."""


@dataclass(frozen=True, slots=True)
class Overlapped:
    """Sound over the agent's speech was judged."""

    at_ms: float
    verdict: str
    text: str


@dataclass(frozen=True, slots=True)
class Carried:
    """An effect that somebody outside must carry out."""

    at_ms: float
    effect: Escalate | Schedule | WriteRecord | End


@dataclass(frozen=True, slots=True)
class Fault:
    """Something failed and the call went on."""

    at_ms: float
    stage: str
    """hearing, recognition, synthesis, dialogue, recording, observer."""
    code: str
    message: str
    remedy: str


Notice = PartialHeard | ResidentHeard | AgentSpeaks | AgentStopped | Overlapped | Carried | Fault


class CallObserver(Protocol):
    """Told of everything; must return at once and not raise."""

    def observe(self, notice: Notice) -> None:
        """Take one notice."""
        ...
