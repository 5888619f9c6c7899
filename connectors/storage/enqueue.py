"""Putting rows into the outbox, inside the transaction that makes the fact: both are kept, or neither."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from agent.domain.events import AlertRaised, Event, RoomLinkOffered
from agent.errors import StorageError
from connectors.database.engine import padded
from connectors.storage import tables
from connectors.storage.parcels import Lane, OutboxStatus


@dataclass(frozen=True, slots=True)
class NewParcel:
    """What is to be told."""

    key: str
    """Visit id and record version; for an alert visit id and event, for a wish visit id and kind."""
    lane: Lane
    kind: str
    body: Mapping[str, Any]
    created: str


_INSERT = insert(tables.outbox)
_RESIDENTS = select(tables.visits.c.id, tables.visits.c.resident_id).where(
    tables.visits.c.id.in_(bindparam("which", expanding=True))
)
_SUPERSEDE = (
    update(tables.outbox)
    .where(
        tables.outbox.c.lane == Lane.RECORD,
        tables.outbox.c.status == OutboxStatus.DEAD,
        tables.outbox.c.visit_id.in_(bindparam("which", expanding=True)),
    )
    .values(status=OutboxStatus.SUPERSEDED.value)
)


def enqueue(connection: Connection, parcels: Sequence[tuple[str, NewParcel]]) -> None:
    """Add a row for each (visit id, parcel), in order.

    A dead letter of the same visit is superseded: the newer version says what it would have said.
    """
    if not parcels:
        return
    told = {"which": padded(sorted({visit for visit, _ in parcels}))}
    residents = {row.id: row.resident_id for row in connection.execute(_RESIDENTS, told).all()}
    for visit, _ in parcels:
        if visit not in residents:
            raise StorageError("no_visit", f"there is no visit {visit}", "Open the visit first.")
    newer = sorted({visit for visit, parcel in parcels if parcel.lane is Lane.RECORD})
    if newer:
        connection.execute(_SUPERSEDE, {"which": padded(newer)})
    connection.execute(_INSERT, [_row(visit, residents[visit], parcel) for visit, parcel in parcels])


def _row(visit_id: str, resident_id: str, parcel: NewParcel) -> dict[str, Any]:
    return {
        "key": parcel.key, "visit_id": visit_id, "resident_id": resident_id, "lane": parcel.lane.value,
        "kind": parcel.kind, "body": dict(parcel.body), "status": OutboxStatus.WAITING.value, "tries": 0,
        "due_ms": int(time.time() * 1000), "created": parcel.created, "code": "", "problem": "", "receipt": "",
    }  # fmt: skip


def alert_parcels(visit_id: str, events: Sequence[Event]) -> Iterator[NewParcel]:
    """A parcel for every red flag, on the lane that nothing else can hold up."""
    for event in events:
        if isinstance(event.body, AlertRaised):
            body = {
                "flag": event.body.flag, "severity": str(event.body.severity), "subject": str(event.body.subject),
                "evidence": event.body.evidence, "at": event.at,
            }  # fmt: skip
            yield NewParcel(f"{visit_id}:alert:{event.seq}", Lane.ALERT, "alert", body, event.at)


ROOM_LINK = "room_link"


def link_parcels(visit_id: str, events: Sequence[Event]) -> Iterator[NewParcel]:
    """A message for every way to the video room that was promised; number and link are looked up when it is sent."""
    for event in events:
        if isinstance(event.body, RoomLinkOffered):
            yield NewParcel(f"{visit_id}:{ROOM_LINK}", Lane.MESSAGE, ROOM_LINK, {"to": event.body.to}, event.at)
