"""What is known of a resident from the last visit that a doctor signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.domain.answers import Medication, SlotValue
from connectors.storage import Store

NOT_CARRIED = frozenset({"visit_date", "doctor_sign", "satisfaction_score", "callback_time", "wants_doctor"})
"""Fields that say something of that one visit only."""


async def last_values(store: Store, resident_id: str, form: str) -> Mapping[str, SlotValue]:
    """Values by slot id of the resident's last signed visit on one of the forms (joined by ``+``); empty for none."""
    if not resident_id:
        return {}
    record = await store.records.last_signed(resident_id, form)
    return values_of(record.body) if record else {}


def values_of(body: Mapping[str, Any]) -> dict[str, SlotValue]:
    """The values of a stored record (``render_json``) as a conversation takes them."""
    lines = body.get("fields", ())
    found = {str(line["slot"]): line["value"] for line in lines if line.get("value") is not None}
    return {slot: _value(slot, value) for slot, value in found.items() if slot not in NOT_CARRIED}


def _value(slot: str, value: Any) -> SlotValue:
    if slot == "medications":
        return tuple(Medication(**item) if isinstance(item, Mapping) else Medication(item) for item in value)
    given: SlotValue = tuple(value) if isinstance(value, list) else value
    return given
