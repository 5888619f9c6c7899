"""Children under fourteen: no conversation begins without a guardian's own consent, and no flow asks for one yet."""

from __future__ import annotations

from datetime import date

from agent.errors import InputError

CHILD_UNDER = 14
"""Years; 个人信息保护法 28 and 31."""


def is_child(born: date | None, on: date) -> bool:
    """Whether somebody is under fourteen on a day; nobody is whose birth date is not known."""
    if born is None:
        return False
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) < CHILD_UNDER


def refuse_child(resident_id: str, born: date | None, started: str) -> None:
    """Raises ``InputError`` resident-child; ``started`` is ISO 8601."""
    if is_child(born, date.fromisoformat(started[:10])):
        raise InputError(
            "resident-child", f"{resident_id} is under {CHILD_UNDER}: a guardian must consent first",
            "see the family in person; no follow-up by voice or chat is made for children",
        )  # fmt: skip
