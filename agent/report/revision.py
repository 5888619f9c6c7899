"""A doctor's corrections laid over the log: the log stays as it was, the report says what the doctor says.

Pure. A correction keeps the old value, who changed it, when and why; the last one of a slot counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from agent.clinical.forms import Field
from agent.domain.answers import Medication, SlotValue
from agent.domain.events import AskClosed, Event, SlotSet, SuggestionMade, from_dict
from agent.errors import InputError
from agent.report.fold import fold_slots

DOCTOR = "doctor"
"""Speaker of a value that a doctor wrote."""
EMPTY = "-"
"""What a doctor types to take a value out."""
TEXT_CHARS = 200


@dataclass(frozen=True, slots=True)
class Correction:
    """One value changed by a doctor; values are in the plain form of JSON, None is no value."""

    slot: str
    old: Any
    new: Any
    who: str
    at: str
    why: str
    misheard: bool = False
    """The resident said something else than the agent wrote down."""


def revise(events: Sequence[Event], corrections: Sequence[Correction]) -> tuple[Event, ...]:
    """The log as it would be with the doctor's values; what was suggested from other values is left out."""
    if not corrections:
        return tuple(events)
    last = {correction.slot: correction for correction in corrections}
    heard = fold_slots(events)
    kept = [
        event
        for event in events
        if not isinstance(event.body, SuggestionMade)
        and not (isinstance(event.body, SlotSet) and event.body.slot in last and last[event.body.slot].new is None)
    ]
    seq = events[-1].seq
    for number, correction in enumerate(last.values(), start=1):
        kept.append(_written(seq + number, correction, heard.get(correction.slot)))
    return tuple(kept)


def _written(seq: int, correction: Correction, heard: SlotSet | None) -> Event:
    turn, ask = (heard.turn, heard.ask) if heard else (0, "")
    if correction.new is None:
        return Event(seq, correction.at, AskClosed(turn, ask, (correction.slot,), "not_understood"))
    words = f"{correction.who}：{correction.why}"
    body = SlotSet(turn, correction.slot, "", ask, words, DOCTOR, corrected=True, reason=correction.why)
    return from_dict({"seq": seq, "at": correction.at, "type": "SlotSet", **asdict(body), "value": correction.new})


def plain(value: SlotValue | None) -> Any:
    """A slot value as JSON knows it."""
    if isinstance(value, tuple):
        return [asdict(item) if isinstance(item, Medication) else item for item in value]
    return value


def read_value(field: Field, text: str) -> Any:
    """What a doctor typed for a field, in plain form; ``-`` is no value. Raises ``InputError``."""
    text = text.strip()
    if text == EMPTY:
        return None
    try:
        return _READERS[field.type](field, text)
    except (ValueError, KeyError):
        raise InputError(
            "value-unreadable",
            f"{text!r} is no value of {field.slot} ({field.label})",
            f"write {_wanted(field)}, or - for none",
        ) from None


def _wanted(field: Field) -> str:
    if field.codes:
        return "one of " + ", ".join(f"{code} {label}" for code, label in field.codes.items())
    return _WANTED.get(field.type, "a text")


def _number(_field: Field, text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return round(value, 2)


def _code(field: Field, text: str) -> str:
    if text not in field.codes:
        raise ValueError(text)
    return text


def _text(_field: Field, text: str) -> str:
    if not text or len(text) > TEXT_CHARS or not text.isprintable():
        raise ValueError(text)
    return text


def _medicine(text: str) -> dict[str, Any]:
    """``amlodipine:1:1:片``: id, times a day, each dose, unit; all but the id may be left out."""
    name, times, dose, unit, *_ = [*text.split(":"), "", "", ""]
    if not name:
        raise ValueError(text)
    return asdict(Medication(name, float(times) if times else None, float(dose) if dose else None, unit or None))


_READERS: Mapping[str, Callable[[Field, str], Any]] = {
    "int": lambda _field, text: int(text),
    "dec1": _number,
    "dec2": _number,
    "enum": _code,
    "multi": lambda field, text: [_code(field, part) for part in text.split(",")],
    "date": lambda _field, text: date.fromisoformat(text).isoformat(),
    "datetime": lambda _field, text: datetime.fromisoformat(text).isoformat(timespec="minutes"),
    "bool": lambda _field, text: {"是": True, "否": False, "true": True, "false": False}[text],
    "medications": lambda _field, text: [_medicine(part) for part in text.split(",")],
    "text": _text,
}
_WANTED = {
    "int": "a whole number", "dec1": "a number", "dec2": "a number", "date": "a day such as 2026-12-07",
    "datetime": "a time such as 2026-12-07T09:30", "bool": "是 or 否",
    "medications": "ids with times a day, dose and unit, such as amlodipine:1:1:片,metformin",
}  # fmt: skip
