"""What the conversation tells the voice about a turn: what is expected, and whether the words so far answer it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Hints:
    """What the open ask lets the recogniser expect."""

    ask: str | None
    phrases: tuple[str, ...] = ()
    """Words to prefer: values of the ask, medicine names."""


class Completeness(StrEnum):
    """How far the words heard so far answer the open ask."""

    COMPLETE = "complete"
    """The ask is wholly answered (both numbers of a blood pressure, 没有); nothing more is expected."""
    PARTIAL = "partial"
    """A part of the answer is there (高压一百五); the rest is expected."""
    UNKNOWN = "unknown"
    """There are words, but they do not tell whether more is coming (no open ask, an open question)."""
    EMPTY = "empty"
    """No words yet."""
