"""What the house asks of a contract-management system: take what happened, and tell what is known and due.

Every write is a parcel with a key; a backend takes a key once, however often it is sent. A backend raises
``BackendError``: ``retryable`` says whether the same parcel may be sent again later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol


class ParcelKind(StrEnum):
    """What a parcel tells."""

    FOLLOW_UP = "follow_up"
    """A signed follow-up record."""
    ALERT = "alert"
    """A red flag, for the contracted doctor."""
    APPOINTMENT = "appointment"
    """Department and slot; or, with status proposed, department and the time wished, for the clinic to confirm."""
    EDUCATION = "education"
    """What about: topic."""
    CONTRACT = "contract"
    """Signed, renewed or ended; or an intention (what: intend) for the doctor to confirm, which changes no contract."""
    SATISFACTION = "satisfaction"
    RECORD_CHANGE = "record_change"
    """A fact for the health record that a doctor accepted: field, value, whose word it is, by whom accepted."""
    TREND_SEEN = "trend_seen"
    """A doctor has looked at an alert that the backend raised: rule, at, by."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One write to the backend."""

    key: str
    """Names the fact, not the attempt: visit and record version."""
    resident_id: str
    kind: ParcelKind
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The backend has it."""

    key: str
    number: str
    """The backend's own number."""
    duplicate: bool = False
    """It had it before."""


@dataclass(frozen=True, slots=True)
class Due:
    """A follow-up that ought to be held."""

    id: str
    resident_id: str
    name: str
    sex: str
    birth_date: str
    phone: str
    flow: str
    due: str
    team: str


@dataclass(frozen=True, slots=True)
class TrendAlert:
    """A chronic indicator whose course has turned bad, and that the contracted doctor has not seen yet."""

    resident_id: str
    rule: str
    """Id of the backend's rule; one resident has one alert of a rule."""
    title: str
    why: str
    """The values with their days, in words for doctors."""
    at: str
    """Day of the newest value."""
    name: str
    sex: str
    birth_date: str
    team: str
    doctor: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A resident's contract as it stands on the day asked for."""

    number: str
    package: str
    team: str
    doctor: str
    status: str
    """active, expiring, expired, terminated"""
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a chronic indicator."""

    slot: str
    value: float
    at: str
    source: str


@dataclass(frozen=True, slots=True)
class RecordFact:
    """One fact of the health record."""

    slot: str
    """Field of the 个人基本信息表."""
    value: Any
    """A code, a number, a text, or a medicine as a mapping."""
    text: str
    """What the code does not say."""
    at: str
    """The day on which it was told."""
    accepted_by: str


@dataclass(frozen=True, slots=True)
class ResidentFile:
    """What the backend knows of a resident."""

    id: str
    name: str
    sex: str
    birth_date: str
    phone: str
    groups: tuple[str, ...]
    """People flags of domain.md §3.1."""
    contract: Contract | None
    indicators: tuple[Reading, ...]
    history: Mapping[str, Any]
    """Values of the last follow-up, by slot id."""
    appointments: tuple[Mapping[str, Any], ...] = ()
    team: str = ""
    """Id of the team, as in ``Due``; empty when the backend does not tell."""
    notes: tuple[Mapping[str, Any], ...] = ()
    """Appointments and contracts that wait to be confirmed, and education sent: kind, day, and the parcel's body."""
    record: tuple[RecordFact, ...] = ()
    """The health record, as far as doctors accepted it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that managers ask for: a share with what it is made of."""

    id: str
    title: str
    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """None when there is nobody to count."""
        return round(self.part / self.whole, 4) if self.whole else None


class SigningBackend(Protocol):
    """A contract-management system."""

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Take a parcel; the same key again changes nothing. Raises ``BackendError``."""

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """Follow-ups due on or before a day, the longest overdue first."""

    async def trend_alerts(self, most: int = 100) -> tuple[TrendAlert, ...]:
        """What has turned bad and no doctor has seen, the newest first."""

    async def resident(self, resident_id: str, on: date) -> ResidentFile | None:
        """What is known of a resident, or None."""

    async def figures(self, on: date) -> tuple[Figure, ...]:
        """The figures for managers, for the year up to a day."""
