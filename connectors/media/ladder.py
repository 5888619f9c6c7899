"""Who is rung, in what order, and what the resident is told. Pure: time is an argument, nothing is sent from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Step(StrEnum):
    """Where a call for a doctor stands."""

    RINGING = "ringing"
    ACCEPTED = "accepted"
    NOBODY = "nobody"
    """Everybody was tried: it is an urgent task now, and the resident was told to call 120 if need be."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A doctor who can be rung."""

    id: str
    shown: str


class Said(StrEnum):
    """What a doctor said of themselves; who said nothing can be rung."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a doctor stands on the roster."""

    on_shift: bool = False
    said: Said = Said.AVAILABLE


@dataclass(frozen=True, slots=True)
class Ring:
    """One call for a doctor."""

    visit_id: str
    team: str
    reason: str
    """The flag of the alert, or resident_asked."""
    step: Step = Step.RINGING
    doctor: OnDuty | None = None
    """Who is rung, or who accepted."""
    tried: tuple[str, ...] = ()
    since_s: float = 0.0
    """When the present step began."""
    number: int = 0
    """Counts what the resident is told."""

    @property
    def over(self) -> bool:
        """Nobody is rung any more."""
        return self.step in (Step.NOBODY, Step.ENDED)


def order(here: Sequence[OnDuty], roster: Mapping[str, Standing], talking: frozenset[str]) -> list[OnDuty]:
    """Whom to ring, the first first: those whose shift it is, then others who are here, the busy last.

    Who said that they are away is left out. Who talks with a resident already is busy whatever they said: a second
    emergency still reaches them when nobody else is left.
    """

    def rank(doctor: OnDuty) -> tuple[bool, bool]:
        standing = roster.get(doctor.id, Standing())
        return (standing.said is Said.BUSY or doctor.id in talking, not standing.on_shift)

    ready = [doctor for doctor in here if roster.get(doctor.id, Standing()).said is not Said.AWAY]
    return sorted(ready, key=rank)


def advance(ring: Ring, duty: Sequence[OnDuty], now_s: float, ring_s: float) -> Ring:
    """Ring on: the next doctor when one did not answer in ``ring_s``, a task when all were tried or nobody came."""
    if ring.step is not Step.RINGING:
        return ring
    here = {doctor.id for doctor in duty}
    gone = ring.doctor is not None and (ring.doctor.id not in here or ring.doctor.id in ring.tried)
    if now_s - ring.since_s < ring_s and ring.doctor is not None and not gone:
        return ring
    tried = ring.tried if ring.doctor is None else tuple(dict.fromkeys((*ring.tried, ring.doctor.id)))
    fresh = [doctor for doctor in duty if doctor.id not in tried]
    if fresh:
        return replace(ring, doctor=fresh[0], tried=tried, since_s=now_s, number=ring.number + 1)
    if ring.doctor is None and not tried and now_s - ring.since_s < ring_s:
        return ring
    return replace(ring, step=Step.NOBODY, doctor=None, tried=tried, since_s=now_s, number=ring.number + 1)


def decline(ring: Ring, doctor_id: str) -> Ring:
    """This doctor cannot come; ``advance`` goes on to the next at once."""
    return replace(ring, tried=tuple(dict.fromkeys((*ring.tried, doctor_id))))


def accept(ring: Ring, doctor: OnDuty, now_s: float) -> Ring:
    """The first who takes it has it; also late, after everybody was tried."""
    if ring.step in (Step.ACCEPTED, Step.ENDED):
        return ring
    return replace(ring, step=Step.ACCEPTED, doctor=doctor, since_s=now_s, number=ring.number + 1)


def told(ring: Ring) -> str:
    """What the resident is told now, in plain spoken Chinese."""
    name = ring.doctor.shown if ring.doctor else ""
    return {
        Step.RINGING: f"正在给您叫{name or '医生'}，请您别走开。",
        Step.ACCEPTED: f"{name}来了，正在和您连上。",
        Step.NOBODY: "医生们都在忙，我已经记成急事，医生会尽快给您打过来。要是难受得厉害，请马上打幺二零。",
        Step.ENDED: "和医生的通话结束了。",
    }[ring.step]
