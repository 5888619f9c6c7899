"""Whom we may call: what was sent back and what the backend holds due, without those who want no calls.

The one door to the dialler.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.signing.ports import Due, SigningBackend
from connectors.storage.caring import Recalled
from connectors.storage.children import is_child
from connectors.storage.ledger import SqlLedger
from connectors.storage.sql import SqlStore


@dataclass(frozen=True, slots=True)
class CallList:
    """Follow-ups that may be called for, those sent back first, and how many may not."""

    due: tuple[Due, ...]
    opted_out: int
    recalled: tuple[Recalled, ...] = ()
    """Of the list those that a doctor or nurse sent back, with why; their ``Due`` has the visit as its id."""
    children: int = 0
    """Under fourteen: nobody calls them."""


async def call_list(backend: SigningBackend, store: SqlStore, on: date, most: int = 100) -> CallList:
    """The list of a day. Opting out takes effect with the next list, and the dialler asks ``may_call`` again."""
    again = await store.caring.recalled(most)
    first = [_due(one) for one in again]
    known = {(item.resident_id, item.flow) for item in first}
    usual = [item for item in await backend.due(on, most) if (item.resident_id, item.flow) not in known]
    grown = [item for item in (*first, *usual) if not is_child(_born(item), on)]
    wanted = grown[:most]
    left_out = await store.ledger.not_to_be_called({item.resident_id: item.phone for item in wanted})
    kept = tuple(item for item in wanted if item.resident_id not in left_out)
    sent_back = tuple(one for one in again if one.resident_id not in left_out)
    return CallList(kept, len(wanted) - len(kept), sent_back, len(first) + len(usual) - len(grown))


def _born(item: Due) -> date | None:
    """Another backend may not know it, or write it in a way of its own."""
    try:
        return date.fromisoformat(item.birth_date)
    except ValueError:
        return None


async def may_call(ledger: SqlLedger, resident_id: str, phone: str) -> bool:
    """Asked right before dialling."""
    return not await ledger.not_to_be_called({resident_id: phone})


def _due(one: Recalled) -> Due:
    return Due(
        one.visit_id, one.resident_id, one.name, one.sex, one.birth_date, one.phone, one.flow, one.at[:10], one.team
    )
