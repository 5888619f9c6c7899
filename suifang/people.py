"""Residents and times named on a command line or in a request."""

from __future__ import annotations

from datetime import date, datetime

from agent.domain.answers import Resident
from agent.errors import InputError

SOMEBODY = "王桂花/2/1948-05-03"
"""The resident when none is named."""


def resident_from(text: str) -> Resident:
    """``name/sex/birth/id``: sex 1 male, 2 female, 0 unknown; birth 1948-05-03. All but the name may be left out.

    With an id the last signed visit of that resident is known.
    """
    name, sex, born, known, *_ = [*(part.strip() for part in text.split("/")), "", "", ""]
    sex = sex or "0"
    if not name or sex not in ("0", "1", "2", "9"):
        raise InputError("resident", f"{text!r} is no resident", f"write name/sex/birth, such as {SOMEBODY}")
    return Resident(name=name, id=known, sex=sex, birth_date=birth_from(born))


def birth_from(text: str) -> date | None:
    """An ISO date, or None of nothing."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("birth_date", f"{text!r} is no date", "write it as 1948-05-03") from None


def moment_from(text: str | None) -> datetime:
    """An ISO time, or the present."""
    if not text:
        return datetime.now().replace(microsecond=0)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InputError("now", f"{text!r} is no time", "write it as 2026-11-23T09:30") from None
