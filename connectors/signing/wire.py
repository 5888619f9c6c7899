"""What goes over the wire between client and backend, and back into the port's own types."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import BackendError
from connectors.signing.ports import (
    Contract,
    Due,
    Figure,
    ParcelKind,
    Reading,
    Receipt,
    RecordFact,
    ResidentFile,
    TrendAlert,
)

CONTRACT = "1"
"""Version of the contract; told in the header below on every answer."""
CONTRACT_HEADER = "Signing-Contract"
GARBAGE = "backend-garbage"


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True)


class ParcelIn(_Wire):
    """A fact; its key is in the path.

    A wish is for people to confirm and changes nothing by itself: kind appointment with body ``status: proposed,
    department, time`` (``2026-11-24 上午``, ``2026-11-24T09:00``, a day alone, or empty); kind contract with body
    ``what: intend, wish: sign | renew | end, years, call_at``. ``by`` says who asked: self or a relation. Kind
    education: ``topic``.

    Kind record_change is a fact for the health record that a doctor accepted: ``slot`` (field of the
    个人基本信息表), ``value`` (a code of that field, a number, or a medicine as ``{id, times_per_day, dose_each,
    dose_unit}``), ``text`` (what the code does not say: which operation), ``label`` (it in words), ``said_on``, ``by``,
    ``visit``, ``accepted_by``, ``accepted_at``. A fact that is there already is taken and changes nothing. Kind
    trend_seen: ``rule`` and ``at`` of an alert of ``/v1/trend-alerts``, ``by`` whom it was seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    resident_id: str = Field(min_length=1, max_length=64)
    kind: ParcelKind
    body: dict[str, Any]


class ReceiptOut(_Wire):
    """The backend has it."""

    key: str
    number: str = Field(min_length=1)
    duplicate: bool


class DueOut(_Wire):
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


class TrendAlertOut(_Wire):
    """A chronic indicator whose course has turned bad, and that the contracted doctor has not seen yet."""

    resident_id: str
    rule: str
    title: str
    why: str
    at: str
    name: str
    sex: str
    birth_date: str
    team: str
    doctor: str


class TrendAlertList(_Wire):
    """Alerts of the backend."""

    alerts: list[TrendAlertOut]


class ContractOut(_Wire):
    """A contract."""

    number: str
    package: str
    team: str
    doctor: str
    status: str
    start: str
    end: str


class ReadingOut(_Wire):
    """A value of an indicator."""

    slot: str
    value: float
    at: str
    source: str


class RecordFactOut(_Wire):
    """A fact of the health record: a field of the 个人基本信息表 and its value."""

    slot: str
    value: Any
    text: str
    at: str
    accepted_by: str


class ResidentOut(_Wire):
    """A resident's file."""

    id: str
    name: str
    sex: str
    birth_date: str
    phone: str
    groups: list[str]
    contract: ContractOut | None
    indicators: list[ReadingOut]
    history: dict[str, Any]
    appointments: list[dict[str, Any]]
    team: str = ""
    notes: list[dict[str, Any]] = []
    record: list[RecordFactOut] = []


class FigureOut(_Wire):
    """A figure with what it is made of; ``share`` is null when there is nobody to count."""

    id: str
    title: str
    part: int
    whole: int
    share: float | None


class TokenOut(_Wire):
    """An access token."""

    access_token: str = Field(min_length=1)
    token_type: str
    expires_in: int


class ErrorOut(_Wire):
    """Every error has this form."""

    code: str
    message: str
    remedy: str


class DueList(_Wire):
    """Follow-ups due."""

    due: list[DueOut]


class FigureList(_Wire):
    """Figures."""

    figures: list[FigureOut]


W = TypeVar("W", bound=BaseModel)


def parsed(form: type[W], data: bytes) -> W:
    """An answer in its form. Raises ``BackendError`` that may be tried again: the parcel may have been taken."""
    try:
        return form.model_validate_json(data)
    except ValidationError:
        raise BackendError(
            GARBAGE, f"the backend's answer is no {form.__name__}", "look at the backend; the parcel is sent again",
            retryable=True,
        ) from None  # fmt: skip


def receipt(out: ReceiptOut) -> Receipt:
    """The port's receipt."""
    return Receipt(out.key, out.number, out.duplicate)


def due(out: DueList) -> tuple[Due, ...]:
    """The port's due list."""
    return tuple(Due(**item.model_dump()) for item in out.due)


def trend_alerts(out: TrendAlertList) -> tuple[TrendAlert, ...]:
    """The port's alerts."""
    return tuple(TrendAlert(**item.model_dump()) for item in out.alerts)


def resident(out: ResidentOut) -> ResidentFile:
    """The port's file."""
    contract = Contract(**out.contract.model_dump()) if out.contract else None
    readings = tuple(Reading(**item.model_dump()) for item in out.indicators)
    return ResidentFile(
        out.id, out.name, out.sex, out.birth_date, out.phone, tuple(out.groups), contract, readings, out.history,
        tuple(out.appointments), out.team, tuple(out.notes),
        tuple(RecordFact(**item.model_dump()) for item in out.record),
    )  # fmt: skip


def figures(out: FigureList) -> tuple[Figure, ...]:
    """The port's figures."""
    return tuple(Figure(item.id, item.title, item.part, item.whole) for item in out.figures)
