"""A store that keeps everything in memory: for tests and evaluation. Holds the same contract as SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.domain.events import AlertRaised, Event
from agent.errors import StorageError
from connectors.storage.children import refuse_child
from connectors.storage.owners import already_running, is_gone, still_runs
from connectors.storage.ports import (
    Channel,
    StoredAlert,
    StoredRecord,
    Visit,
    VisitStart,
    VisitStatus,
    share_form,
)
from connectors.storage.withholding import refused, withhold


class MemoryEventLog:
    """Events by visit."""

    def __init__(self, visits: dict[str, Visit]) -> None:
        self._visits = visits
        self.held: dict[str, list[Event]] = {}

    async def append(self, visit_id: str, events: Sequence[Event]) -> None:
        """Write events, all or none."""
        require(visit_id, self._visits)
        log = self.held.setdefault(visit_id, [])
        seqs = [event.seq for event in log] + [event.seq for event in events]
        if len(set(seqs)) != len(seqs):
            raise StorageError("event_taken", f"visit {visit_id} has an event there already", "Read the log again.")
        log.extend(events)
        if refused(log):
            log[:] = withhold(log)

    async def read(self, visit_id: str) -> tuple[Event, ...]:
        """All events in order."""
        return tuple(sorted(self.held.get(visit_id, ()), key=lambda event: event.seq))

    async def alerts(self, visit_id: str) -> tuple[StoredAlert, ...]:
        """The red flags raised."""
        return tuple(
            StoredAlert(visit_id, e.seq, e.body.flag, e.body.severity, e.body.subject, e.body.evidence)
            for e in await self.read(visit_id)
            if isinstance(e.body, AlertRaised)
        )


class MemoryVisits:
    """Visits by id."""

    def __init__(self, visits: dict[str, Visit], events: Mapping[str, Sequence[Event]]) -> None:
        self._visits = visits
        self._events = events

    async def open(self, start: VisitStart) -> None:
        """File a new visit."""
        if start.id in self._visits:
            raise StorageError("visit_taken", f"visit {start.id} exists already", "Choose another id.")
        resident_id = start.resident.id or f"of-{start.id}"
        refuse_child(resident_id, start.resident.birth_date, start.started)
        for visit in [
            v for v in self._visits.values() if v.resident_id == resident_id and v.status is VisitStatus.OPEN
        ]:
            last = [event.at for event in self._events.get(visit.id, ())] or [visit.started]
            outlives = visit.channel is Channel.CHAT
            if still_runs(visit.owner, outlives=outlives, last_at=max(last), now=start.started):
                raise already_running(resident_id, visit.id)
            await self.close(visit.id, "incomplete", start.started)
        self._visits[start.id] = Visit(
            start.id, resident_id, start.flow, start.form, start.channel,
            start.owner, VisitStatus.OPEN, start.started,
        )  # fmt: skip

    async def close(self, visit_id: str, outcome: str, ended: str) -> None:
        """End an open visit."""
        visit = require(visit_id, self._visits)
        if visit.status is VisitStatus.OPEN:
            status = VisitStatus.INCOMPLETE if outcome == "incomplete" else VisitStatus.DRAFT
            self._visits[visit_id] = replace(visit, status=status, outcome=outcome, ended=ended)

    async def get(self, visit_id: str) -> Visit | None:
        """The visit, or None."""
        return self._visits.get(visit_id)

    async def abandoned(self, ended: str) -> tuple[str, ...]:
        """Mark open visits incomplete whose process is gone."""
        gone = [
            visit.id
            for visit in self._visits.values()
            if visit.status is VisitStatus.OPEN and visit.channel is not Channel.CHAT and is_gone(visit.owner)
        ]
        for visit_id in gone:
            await self.close(visit_id, "incomplete", ended)
        return tuple(gone)


class MemoryRecords:
    """Record versions by visit."""

    def __init__(self, visits: dict[str, Visit]) -> None:
        self._visits = visits
        self._records: dict[str, list[StoredRecord]] = {}

    async def save(self, record: StoredRecord) -> int:
        """Add a version."""
        require(record.visit_id, self._visits)
        versions = self._records.setdefault(record.visit_id, [])
        versions.append(replace(record, version=len(versions) + 1))
        return len(versions)

    async def latest(self, visit_id: str) -> StoredRecord | None:
        """The newest version, or None."""
        versions = self._records.get(visit_id)
        return versions[-1] if versions else None

    async def last_signed(self, resident_id: str, form: str) -> StoredRecord | None:
        """The signed record of the resident's last visit on one of the forms, or None."""
        held = [v for v in self._visits.values() if v.resident_id == resident_id and share_form(v.form, form)]
        for visit in sorted(held, key=lambda v: v.started, reverse=True):
            signed = [record for record in self._records.get(visit.id, ()) if record.status == "signed"]
            if signed:
                return signed[-1]
        return None


class MemoryClips:
    """Clip paths by visit and turn; after a refusal none."""

    def __init__(self, visits: dict[str, Visit], events: Mapping[str, Sequence[Event]]) -> None:
        self._visits = visits
        self._events = events
        self._paths: dict[str, dict[int, str]] = {}

    async def add(self, visit_id: str, turn: int, path: str) -> None:
        """File the clip of a turn."""
        require(visit_id, self._visits)
        if not refused(self._events.get(visit_id, ())):
            self._paths.setdefault(visit_id, {})[turn] = path

    async def of(self, visit_id: str) -> dict[int, str]:
        """Paths by turn."""
        return {} if refused(self._events.get(visit_id, ())) else dict(self._paths.get(visit_id, {}))


class MemoryStore:
    """The four ports over one dictionary of visits."""

    def __init__(self) -> None:
        visits: dict[str, Visit] = {}
        self.events = MemoryEventLog(visits)
        self.visits = MemoryVisits(visits, self.events.held)
        self.records = MemoryRecords(visits)
        self.clips = MemoryClips(visits, self.events.held)


def require(visit_id: str, visits: dict[str, Visit]) -> Visit:
    """The visit, or a StorageError."""
    if visit_id not in visits:
        raise StorageError("no_visit", f"there is no visit {visit_id}", "Open the visit first.")
    return visits[visit_id]
