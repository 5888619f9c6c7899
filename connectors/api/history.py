"""Values of the last visit, as JSON tells them and as a conversation takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.domain.answers import Medication, SlotValue


def history_of(values: Mapping[str, Any]) -> dict[str, SlotValue]:
    """Lists become tuples; medicines are named by their ids."""
    history: dict[str, SlotValue] = {}
    for slot, value in values.items():
        if not isinstance(value, list):
            history[slot] = value
        elif slot == "medications":
            history[slot] = tuple(Medication(item) for item in value)
        else:
            history[slot] = tuple(value)
    return history
