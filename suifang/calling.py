"""Whom we may call: what the backend holds due, without those who want no calls. The one door to the dialler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.signing.ports import Due, SigningBackend
from connectors.storage.ledger import SqlLedger


@dataclass(frozen=True, slots=True)
class CallList:
    """Due follow-ups that may be called for, and how many may not."""

    due: tuple[Due, ...]
    opted_out: int


async def call_list(backend: SigningBackend, ledger: SqlLedger, on: date, most: int = 100) -> CallList:
    """The list of a day. Opting out takes effect with the next list, and the dialler asks ``may_call`` again."""
    due = await backend.due(on, most)
    left_out = await ledger.not_to_be_called({item.resident_id: item.phone for item in due})
    kept = tuple(item for item in due if item.resident_id not in left_out)
    return CallList(kept, len(due) - len(kept))


async def may_call(ledger: SqlLedger, resident_id: str, phone: str) -> bool:
    """Asked right before dialling."""
    return not await ledger.not_to_be_called({resident_id: phone})
