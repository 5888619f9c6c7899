"""What the house asks of a store: four small ports and the rows that cross them.

Times are ISO 8601 strings, as in the event log. A store raises ``StorageError`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from agent.domain.answers import Resident
from agent.domain.events import Event


class VisitStatus(StrEnum):
    """Where a visit stands; a doctor's signature comes later and elsewhere."""

    OPEN = "open"
    """The conversation runs, or may be taken up again."""
    DRAFT = "draft"
    """Ended; its record waits for the doctor."""
    INCOMPLETE = "incomplete"
    """Broken off before its end; the events so far are kept."""


class Channel(StrEnum):
    """How the resident talks. Only web chats outlive the process that opened them."""

    TERMINAL = "terminal"
    VOICE = "voice"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class VisitStart:
    """What is known when a visit begins."""

    id: str
    resident: Resident
    flow: str
    form: str
    channel: Channel
    started: str
    owner: str = ""
    """The process that runs it, as ``host:pid``."""
    team: str = ""
    """Id of the team of a resident who is new; one who is stored keeps theirs."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stored visit."""

    id: str
    resident_id: str
    flow: str
    form: str
    channel: Channel
    owner: str
    status: VisitStatus
    started: str
    ended: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One version of a visit's record; versions count from 1 and are never changed."""

    visit_id: str
    form: str
    body: Mapping[str, Any]
    version: int = 0
    """Given by the store."""
    status: str = "draft"
    """draft, corrected or signed."""
    author: str = ""
    """Who made this version; empty for the agent."""
    at: str = ""


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """A red flag raised in a visit, at the event ``seq``."""

    visit_id: str
    seq: int
    flag: str
    severity: str
    subject: str
    evidence: str


def share_form(one: str, other: str) -> bool:
    """Whether two visits fill a form in common; several forms are joined by ``+``."""
    return bool(set(one.split("+")) & set(other.split("+")))


class EventLog(Protocol):
    """The append-only log of every visit."""

    async def append(self, visit_id: str, events: Sequence[Event]) -> None:
        """Write events, all or none; a position that is taken is a StorageError. Alerts are filed along."""

    async def read(self, visit_id: str) -> tuple[Event, ...]:
        """All events of a visit in order; empty when there are none."""

    async def alerts(self, visit_id: str) -> tuple[StoredAlert, ...]:
        """The red flags raised in a visit."""


class Visits(Protocol):
    """The visits themselves."""

    async def open(self, start: VisitStart) -> None:
        """File a new visit, and its resident. Raises ``InputError`` visit-running: one at a time with a resident."""

    async def close(self, visit_id: str, outcome: str, ended: str) -> None:
        """End an open visit; a visit that has ended stays as it is."""

    async def get(self, visit_id: str) -> Visit | None:
        """The visit, or None."""

    async def abandoned(self, ended: str) -> tuple[str, ...]:
        """Mark open visits incomplete whose process is gone; their ids."""


class Records(Protocol):
    """Records drawn up from visits."""

    async def save(self, record: StoredRecord) -> int:
        """Add a version; its number."""

    async def latest(self, visit_id: str) -> StoredRecord | None:
        """The newest version, or None."""

    async def last_signed(self, resident_id: str, form: str) -> StoredRecord | None:
        """The signed record of the resident's last visit on one of the forms (joined by ``+``), or None."""


class Clips(Protocol):
    """Where the audio of each turn lies."""

    async def add(self, visit_id: str, turn: int, path: str) -> None:
        """File the clip of a turn; replaces an earlier one."""

    async def of(self, visit_id: str) -> dict[int, str]:
        """Paths by turn."""


class Store(Protocol):
    """All of it, behind one door."""

    @property
    def events(self) -> EventLog:
        """The event log."""

    @property
    def visits(self) -> Visits:
        """The visits."""

    @property
    def records(self) -> Records:
        """The records."""

    @property
    def clips(self) -> Clips:
        """The clips."""
