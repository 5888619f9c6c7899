"""Putting rows into the outbox, inside the transaction that makes the fact: both are kept, or neither."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.domain.events import AlertRaised, Event
from agent.errors import StorageError
from connectors.storage import tables
from connectors.storage.parcels import Lane, OutboxStatus


@dataclass(frozen=True, slots=True)
class NewParcel:
    """What is to be told."""

    key: str
    """Visit id and record version; for an alert visit id and event."""
    lane: Lane
    kind: str
    body: Mapping[str, Any]
    created: str


async def enqueue(connection: AsyncConnection, visit_id: str, parcel: NewParcel) -> None:
    """Add a row. A dead letter of the same visit is superseded: the newer version says what it would have said."""
    visits, table = tables.visits, tables.outbox
    wanted = select(visits.c.resident_id).where(visits.c.id == visit_id)
    resident_id = (await connection.execute(wanted)).scalar()
    if resident_id is None:
        raise StorageError("no_visit", f"there is no visit {visit_id}", "Open the visit first.")
    if parcel.lane is Lane.RECORD:
        dead = (table.c.visit_id == visit_id) & (table.c.lane == Lane.RECORD) & (table.c.status == OutboxStatus.DEAD)
        await connection.execute(update(table).where(dead).values(status=OutboxStatus.SUPERSEDED.value))
    row = {
        "key": parcel.key, "visit_id": visit_id, "resident_id": resident_id, "lane": parcel.lane.value,
        "kind": parcel.kind, "body": dict(parcel.body), "status": OutboxStatus.WAITING.value, "tries": 0,
        "due_ms": int(time.time() * 1000), "created": parcel.created, "code": "", "problem": "", "receipt": "",
    }  # fmt: skip
    await connection.execute(insert(table).values(**row))


async def enqueue_alerts(connection: AsyncConnection, visit_id: str, events: Sequence[Event]) -> None:
    """A row for every red flag, on the lane that nothing else can hold up."""
    for event in events:
        if isinstance(event.body, AlertRaised):
            body = {
                "flag": event.body.flag, "severity": str(event.body.severity), "subject": str(event.body.subject),
                "evidence": event.body.evidence, "at": event.at,
            }  # fmt: skip
            await enqueue(
                connection, visit_id, NewParcel(f"{visit_id}:alert:{event.seq}", Lane.ALERT, "alert", body, event.at)
            )
