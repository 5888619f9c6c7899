"""What the conversation tells the voice about a turn: what is expected, and whether the words so far answer it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Expected(StrEnum):
    """What kind of answer the open ask wants: tells how an answer usually ends."""

    NUMBER = "number"
    """One quantity."""
    NUMBERS = "numbers"
    """Several quantities, given one behind the other."""
    DIGITS = "digits"
    """A number that is dictated in groups."""
    LIST = "list"
    """Things named one by one: complaints, diseases."""
    MEDICINES = "medicines"
    """A list whose items have a dose and a time."""
    CHOICE = "choice"
    """One of a few words."""
    CONSENT = "consent"
    """Whether the resident wants it; people like to add a word."""
    YES_NO = "yes_no"
    TIME = "time"
    OPEN = "open"
    """Anything."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the open ask lets the recogniser and the turn taking expect."""

    ask: str | None
    phrases: tuple[str, ...] = ()
    """Words to prefer: values of the ask, medicine names."""
    expected: Expected = Expected.OPEN


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
