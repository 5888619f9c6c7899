"""The rows of the outbox and its rules: statuses, lanes, how long to wait, when to give up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

MOST_TRIES = 40
"""Deliveries before a row becomes a dead letter: with the waits below 15 to 29 hours, a backend that is down for a
night loses nobody's time."""
FIRST_WAIT_MS = 2_000
LONGEST_WAIT_MS = 3_600_000
LEASE_MS = 60_000
"""A delivery takes at most a third of it; whoever died is replaced after it."""


class Lane(StrEnum):
    """Order is kept per resident and lane."""

    RECORD = "record"
    ALERT = "alert"
    """Red flags wait for no record."""
    WISH = "wish"
    """Appointments and contracts that were asked for, and the tip that was given: no record waits for them."""
    FILE = "file"
    """Facts that a doctor accepted for the health record."""
    MESSAGE = "message"
    """Messages to a resident's or a relative's telephone: not for the backend, for the gateway; in no order."""


class OutboxStatus(StrEnum):
    """Where a row stands."""

    WAITING = "waiting"
    LEASED = "leased"
    """A process is delivering it."""
    SENT = "sent"
    """The backend has acknowledged it."""
    DEAD = "dead"
    """Refused, or tried too often: a person decides."""
    SUPERSEDED = "superseded"
    """A dead letter in whose place a newer version of the record was queued."""


HOLDS = (OutboxStatus.WAITING, OutboxStatus.LEASED, OutboxStatus.DEAD)
"""An earlier row in one of these holds back the later ones of its resident and lane."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One row."""

    id: int
    key: str
    visit_id: str
    resident_id: str
    lane: Lane
    kind: str
    body: Mapping[str, Any]
    status: OutboxStatus
    tries: int
    """Deliveries begun, this one included."""
    due_ms: int
    created: str
    code: str = ""
    """Why the last delivery failed."""
    problem: str = ""
    receipt: str = ""
    lease: str = ""
    """Who delivers it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a leased row."""

    row: OutboxRow
    receipt: str = ""
    """The backend's number: it was taken."""
    code: str = ""
    problem: str = ""
    final: bool = False
    """No use in trying again."""

    @property
    def sent(self) -> bool:
        """The backend has it."""
        return bool(self.receipt)


class Outbox(Protocol):
    """The queue as a courier sees it."""

    async def lease(
        self, owner: str, now_ms: int, most: int, lanes: Sequence[Lane] = tuple(Lane)
    ) -> tuple[OutboxRow, ...]:
        """Take rows of ``lanes`` that are due, at most one a resident and lane (messages: all), for ``LEASE_MS``."""

    async def settle(self, outcomes: Sequence[Settled], now_ms: int, draw: Callable[[], float]) -> None:
        """Write down what became of them; ``draw`` gives 0..1 and spreads the next tries."""

    async def release(self, owner: str) -> None:
        """Give back what ``owner`` still holds, as if it had not been tried."""


def wait_ms(tries: int, chance: float) -> int:
    """How long to wait after the ``tries``-th failure: doubling, between half and the whole of it."""
    whole = min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** min(tries - 1, 30))
    return int(whole * (0.5 + chance / 2))
