"""The event log in the database, and the alerts, consents and parcels filed along with the events."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from agent.domain.events import AlertRaised, Event, from_dict
from connectors.database.transactions import Database
from connectors.storage import tables
from connectors.storage.enqueue import alert_parcels, enqueue, link_parcels
from connectors.storage.ledger import file_consents, refused_before
from connectors.storage.ports import StoredAlert
from connectors.storage.withholding import refused, withhold


@dataclass(slots=True)
class _Append:
    """Events of one visit on their way."""

    visit_id: str
    said: Sequence[Event]
    """As they happened."""
    gone: Sequence[str] = ()
    """Clips that are to be removed once this is committed."""


class SqlEventLog:
    """The one place that writes what residents say: after a refusal it writes, and keeps, no contents."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._appends = database.grouped(_append_all, lambda job: job.visit_id)

    async def append(self, visit_id: str, events: Sequence[Event]) -> None:
        """Write events, all or none."""
        if not events:
            return
        job = _Append(visit_id, events)
        await self._appends.add(job)
        if job.gone:
            await asyncio.to_thread(remove_files, job.gone)

    async def read(self, visit_id: str) -> tuple[Event, ...]:
        """All events in order."""
        wanted = select(tables.events).where(tables.events.c.visit_id == visit_id).order_by(tables.events.c.seq)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(event_of(row) for row in rows)

    async def alerts(self, visit_id: str) -> tuple[StoredAlert, ...]:
        """The red flags raised."""
        wanted = select(tables.alerts).where(tables.alerts.c.visit_id == visit_id).order_by(tables.alerts.c.seq)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(StoredAlert(r.visit_id, r.seq, r.flag, r.severity, r.subject, r.evidence) for r in rows)


_INSERT_EVENTS, _INSERT_ALERTS = insert(tables.events), insert(tables.alerts)


def _append_all(connection: Connection, jobs: Sequence[_Append]) -> None:
    """The events of several visits: a few statements, however many they are."""
    before = refused_before(connection, [job.visit_id for job in jobs])
    rows, alerts, parcels = [], [], []
    for job in jobs:
        kept, told = job.said, refused(job.said)
        if told if told is not None else job.visit_id in before:
            kept = withhold(job.said)
            job.gone = _forget(connection, job.visit_id) if told else ()
        rows += [event_row(job.visit_id, event) for event in kept]
        alerts += [_alert_row(job.visit_id, e.seq, e.body) for e in kept if isinstance(e.body, AlertRaised)]
        told_on = (*alert_parcels(job.visit_id, kept), *link_parcels(job.visit_id, kept))
        parcels += [(job.visit_id, parcel) for parcel in told_on]
    connection.execute(_INSERT_EVENTS, rows)
    if alerts:
        connection.execute(_INSERT_ALERTS, alerts)
    enqueue(connection, parcels)
    for job in jobs:
        file_consents(connection, job.visit_id, job.said)


def _forget(connection: Connection, visit_id: str) -> Sequence[str]:
    """Take the contents out of what a visit has in the log so far; the clips that are to be removed."""
    table = tables.events
    mine = table.c.visit_id == visit_id
    rows = connection.execute(select(table).where(mine).order_by(table.c.seq)).all()
    kept = withhold([event_of(row) for row in rows])
    paths = connection.execute(select(tables.clips.c.path).where(tables.clips.c.visit_id == visit_id)).scalars()
    gone = list(paths)
    connection.execute(delete(tables.clips).where(tables.clips.c.visit_id == visit_id))
    connection.execute(delete(table).where(mine))
    if kept:
        connection.execute(insert(table), [event_row(visit_id, event) for event in kept])
    return gone


def remove_files(paths: Sequence[str]) -> None:
    """Clips that may not be kept; one that is gone already is as it should be."""
    for path in paths:
        Path(path).unlink(missing_ok=True)


def event_of(row: Row[Any]) -> Event:
    """The event that a row holds."""
    return from_dict({"seq": row.seq, "at": row.at, "type": row.type, **row.body})


def event_row(visit_id: str, event: Event) -> dict[str, Any]:
    """The row of an event."""
    data = event.to_dict()
    head = {key: data.pop(key) for key in ("seq", "at", "type")}
    return {"visit_id": visit_id, **head, "body": data}


def _alert_row(visit_id: str, seq: int, alert: AlertRaised) -> dict[str, Any]:
    return {
        "visit_id": visit_id, "seq": seq, "flag": alert.flag, "severity": str(alert.severity),
        "subject": str(alert.subject), "evidence": alert.evidence,
    }  # fmt: skip
