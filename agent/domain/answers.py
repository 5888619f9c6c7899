"""What an answer means: slot values with their evidence, and the answers that carry no value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Medication:
    """One medicine as the resident takes it; unknown parts stay None, never guessed."""

    id: str
    """Id of domain.md §4 (``amlodipine``), or ``unknown:<words>`` for a medicine not in the lexicon."""
    times_per_day: float | None = None
    dose_each: float | None = None
    """Amount taken each time, in ``dose_unit``; for uneven doses (早上一片晚上半片) the mean."""
    dose_unit: str | None = None
    """片 粒 mg g ml U …"""


SlotValue = str | int | float | bool | tuple[str, ...] | tuple[Medication, ...]
"""Official codes are strings, quantities numbers in the slot's unit, dates ISO 8601 strings, multi-selects tuples."""


class AnswerKind(StrEnum):
    """An answer that is not (only) a value."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    REPEAT = "repeat"
    SELF = "self"
    PROXY = "proxy"
    WRONG_PERSON = "wrong_person"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class SlotFill:
    """One slot value read from an utterance, with the evidence for it."""

    slot: str
    value: SlotValue
    confidence: float = 1.0
    span: tuple[int, int] = (0, 0)
    """Character span in the normalised text (``Utterance.text``)."""
    confirm: bool = False
    """The value must be read back before it counts (unusual, ambiguous, in the C or R range)."""
    reason: str = ""
    """Why this value, and why it is read back."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a parser of one ask reads in one utterance."""

    fills: tuple[SlotFill, ...] = ()
    answer: AnswerKind | None = None
    """``_answer`` of formats.md: unknown, refused, repeat; for opening and yes_no asks also yes, no, self …"""
    confirm: bool = False
    """With fills: read them back. Without: the exact value must be asked for (vague, out of range, impossible)."""
    reason: str = ""
    complete: bool = False
    """The ask is wholly answered: the end of turn need not wait for more."""

    def read_back(self, reason: str = "") -> Reading:
        """The same values, to be read back before they count; ``reason`` in place of the one it has."""
        fills = tuple(replace(fill, confirm=True) for fill in self.fills)
        asks = self.confirm or bool(fills)
        return replace(self, fills=fills, confirm=asks, complete=False, reason=reason or self.reason)

    @property
    def empty(self) -> bool:
        """Nothing at all was understood."""
        return not self.fills and self.answer is None and not self.confirm


@dataclass(frozen=True, slots=True)
class Resident:
    """The person the conversation is about."""

    name: str
    id: str = ""
    sex: str = "0"
    """GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated."""
    birth_date: date | None = None
    phone: str = ""
    id_number: str = ""
    """居民身份证号, where it is known."""

    def age(self, today: date) -> int | None:
        """Full years on ``today``; None when the birth date is unknown."""
        if self.birth_date is None:
            return None
        born = self.birth_date
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def is_mobile(phone: str) -> bool:
    """Whether a number takes messages: a mobile of the mainland, however it is written."""
    return re.fullmatch(r"(86)?1[3-9]\d{9}", "".join(char for char in phone if char.isdigit())) is not None


@dataclass(frozen=True, slots=True)
class AskContext:
    """All that a parser or a rule may look at besides the words."""

    now: datetime
    resident: Resident | None = None
    history: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values of the last visit, by slot id."""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values filled so far in this conversation."""
