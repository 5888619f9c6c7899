"""When a value counts as right, by the rules of the case format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from agent.domain.answers import Medication, Reading

TOLERANCE = 0.05
"""Quantities have one decimal: what rounds to the same tenth is the same."""


def plain(value: Any) -> Any:
    """A slot value as JSON knows it: tuples become lists, medicines mappings."""
    if isinstance(value, Medication):
        return asdict(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def same(want: Any, got: Any) -> bool:
    """Whether the value ``got`` is what the case wants; both in plain form."""
    if isinstance(want, bool) or isinstance(got, bool):
        return isinstance(got, bool) and want == got
    if isinstance(want, list):
        return isinstance(got, list) and _same_list(want, got)
    if isinstance(want, (int, float)) and isinstance(got, str):
        return str(want) == got  # a grade (mMRC, Rankin) that the case writes as a number
    if isinstance(want, (int, float)):
        return isinstance(got, (int, float)) and _same_number(want, got)
    return bool(want == got)


FREE_TEXT = frozenset({"adr_text"})
"""The resident's own words kept beside a code: compared only where a case names them, and as words."""


def mismatches(want: Mapping[str, Any], got: Mapping[str, Any], *, others_empty: bool) -> list[str]:
    """Slots that differ; with ``others_empty`` also those filled though the case does not name them."""
    wrong = [slot for slot, value in want.items() if not _slot_right(slot, value, got.get(slot))]
    if others_empty:
        wrong += [slot for slot in got if slot not in want and slot not in FREE_TEXT]
    return wrong


def slots_of(reading: Reading) -> dict[str, Any]:
    """The slots that a reading fills, in plain form."""
    return {fill.slot: plain(fill.value) for fill in reading.fills}


def asks_back(reading: Reading) -> bool:
    """Whether the reading wants a value read back, or asked for again."""
    return reading.confirm or any(fill.confirm for fill in reading.fills)


def _slot_right(slot: str, want: Any, got: Any) -> bool:
    if slot in FREE_TEXT and isinstance(want, str) and isinstance(got, str):
        return want in got or got in want
    return _slot_same(want, got)


def _slot_same(want: Any, got: Any) -> bool:
    return got is None if want is None else same(want, got)


def _same_number(want: float, got: float) -> bool:
    if isinstance(want, int) and isinstance(got, int):
        return want == got
    return abs(want - got) <= TOLERANCE + 1e-9


def _same_list(want: Sequence[Any], got: Sequence[Any]) -> bool:
    """Any order; a medicine wanted by its id alone is compared by its id alone."""
    if len(want) != len(got):
        return False
    left = list(got)
    for item in want:
        found = next((i for i, other in enumerate(left) if _same_item(item, other)), None)
        if found is None:
            return False
        left.pop(found)
    return True


def _same_item(want: Any, got: Any) -> bool:
    if isinstance(got, Mapping):
        wanted = want if isinstance(want, Mapping) else {"id": want}
        return all(_slot_same(value, got.get(key)) for key, value in wanted.items())
    return same(want, got)
