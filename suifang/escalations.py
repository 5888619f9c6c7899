"""Brings a doctor in: rings those on duty one after the other, tells the resident each step, writes it to the log."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from agent.domain.events import DoctorCall, RoomOpened
from agent.errors import InputError
from connectors.access.people import Purpose, ResidentLink, Role, Speaker, Staff
from connectors.api.ports import DoctorNews
from connectors.media.ladder import OnDuty, Ring, Standing, Step, accept, advance, decline, order, told
from connectors.media.places import Guest
from connectors.media.rooms import Peer, Rooms
from suifang.meetings import Meetings

log = logging.getLogger(__name__)

MOST_NEWS = 100
TICK_S = 1.0
STAFF_PLACES = frozenset({"doctor", "nurse"})


class House(Protocol):
    """What the escalation needs of the house around it."""

    async def brief(self, visit_id: str, reason: str) -> dict[str, Any]:
        """What a doctor must know before answering."""

    async def roster(self, team: str) -> Mapping[str, Standing]:
        """Whose shift it is and what they said of themselves, by id."""

    async def note(self, visit_id: str, body: DoctorCall | RoomOpened) -> None:
        """Append to the visit's log."""

    async def speak(self, text: str) -> bytes:
        """Words as WAV."""

    def stir(self, visit_id: str) -> None:
        """Wake the resident's pages."""

    def taken_over(self, visit_id: str) -> bool:
        """Somebody of the staff has taken the agent's call over."""

    async def doctor_comes(self, visit_id: str) -> None:
        """The agent's own call gives way."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator sets."""

    ring_s: float
    """So long it rings at one doctor's."""
    meetings: Meetings
    """Where doctor and resident meet."""


@dataclass(eq=False)
class DoctorDesk:
    """One open page of a doctor; see ``connectors.api.video.Desk``."""

    staff: Staff
    owner: Escalations
    waiting: asyncio.Queue[dict[str, Any]] = field(default_factory=lambda: asyncio.Queue(MOST_NEWS))

    async def news(self) -> dict[str, Any]:
        """The next thing to be told."""
        return await self.waiting.get()

    async def accept(self, visit_id: str) -> None:
        """Take a call."""
        await self.owner.accept(visit_id, self.staff)

    async def decline(self, visit_id: str) -> None:
        """Let it ring at the next doctor's."""
        self.owner.decline(visit_id, self.staff)

    def tell(self, message: dict[str, Any]) -> None:
        """Queue news; a page that does not read loses the oldest."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(message)


@dataclass(eq=False)
class RoomSeat:
    """One browser in a room; see ``connectors.api.video.Seat``."""

    rooms: Rooms
    room: str
    peer: Peer
    meetings: Meetings
    goes_on: Callable[[str], bool]
    """Whether there is still something to meet for."""

    async def news(self) -> dict[str, Any]:
        """The next thing to be told."""
        return await self.peer.outbox.get()

    def pass_on(self, to: int, signal: dict[str, Any]) -> None:
        """A signal for another browser."""
        self.rooms.pass_on(self.room, self.peer, to, signal)

    async def stranded(self, problem: str) -> None:
        """This browser cannot get in where the others are: all of them meet elsewhere."""
        if not self.goes_on(self.room):  # the room was closed behind them
            return
        place = await self.meetings.leave(self.room, problem)
        if place is None:
            return
        for peer in self.rooms.peers(self.room):
            peer.tell({"type": "moved", **place.entry(self.room, peer.guest)})


class Escalations:
    """The ``Doctors`` port. One ring a visit; rings live as long as the process, their steps in the log."""

    def __init__(self, house: House, terms: Terms) -> None:
        self._house = house
        self._terms = terms
        self._tasks: set[asyncio.Task[None]] = set()
        self._rings: dict[str, Ring] = {}
        self._changed: dict[str, asyncio.Event] = {}
        self._desks: list[DoctorDesk] = []
        self._rooms = Rooms()
        self._now_s: Callable[[], float] = time.monotonic

    async def aclose(self) -> None:
        """Stop ringing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._terms.meetings.aclose()

    def news(self, visit_id: str) -> DoctorNews | None:
        """What the resident is told now."""
        ring = self._rings.get(visit_id)
        if ring is None:
            return None
        return DoctorNews(ring.step.value, ring.doctor.shown if ring.doctor else "", ring.number, told(ring))

    async def call(self, visit_id: str, team: str, reason: str) -> None:
        """Ring for a doctor; one that rings already goes on ringing, and one who is with them is not called."""
        ring = self._rings.get(visit_id)
        if (ring is not None and not ring.over) or "doctor" in self._rooms.roles(visit_id):
            return
        self._rings[visit_id] = Ring(visit_id, team, reason, since_s=self._now_s())
        self._changed[visit_id] = asyncio.Event()
        self._terms.meetings.prepare(visit_id)
        brief = await self._house.brief(visit_id, reason)
        task = asyncio.create_task(self._ring(visit_id, brief), name="ring")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def accept(self, visit_id: str, staff: Staff) -> None:
        """A doctor takes it."""
        ring = self._of_team(visit_id, staff)
        mine = ring.doctor is not None and ring.doctor.id == staff.id
        if ring.step is Step.ACCEPTED and not mine:
            raise InputError("call-taken", "another doctor has taken this call", "see the other calls")
        if ring.step is not Step.ACCEPTED:
            # Before anything is waited for: of two who accept at once, one has it.
            ring = self._rings[visit_id] = accept(ring, OnDuty(staff.id, staff.shown), self._now_s())
            self._terms.meetings.prepare(visit_id)
            await self._house.doctor_comes(visit_id)
            await self._put(ring)
        self._tell(staff.id, {"type": "accepted", "visit_id": visit_id})

    def decline(self, visit_id: str, staff: Staff) -> None:
        """A doctor cannot come."""
        ring = self._of_team(visit_id, staff)
        self._rings[visit_id] = decline(ring, staff.id)
        self._changed[visit_id].set()

    async def finish(self, visit_id: str, staff: Staff, outcome: str, notes: str) -> None:
        """The talk has ended."""
        ring = self._of_team(visit_id, staff)
        if ring.step is not Step.ACCEPTED:
            raise InputError("no-call", "there is no talk to end", "accept the call first")
        seconds = round(self._now_s() - ring.since_s, 1)
        ended = DoctorCall(Step.ENDED.value, ring.reason, staff.shown, seconds, outcome, notes)
        await self._put(replace(ring, step=Step.ENDED, number=ring.number + 1), ended)
        self._rooms.tell_all(visit_id, {"type": "ended"})
        await self._terms.meetings.end(visit_id)

    def attended(self, visit_id: str) -> bool:
        """Somebody of the staff is in the room."""
        return bool(self._rooms.roles(visit_id) & STAFF_PLACES)

    async def announcement(self, visit_id: str, number: int) -> bytes:
        """What is told at the present step; earlier ones are out of date."""
        ring = self._rings.get(visit_id)
        if ring is None or ring.number != number:
            raise InputError("message-unknown", "this is not what is told now", "ask for the state again")
        return await self._house.speak(told(ring))

    @asynccontextmanager
    async def on_duty(self, staff: Staff) -> AsyncIterator[DoctorDesk]:
        """A doctor's page is open."""
        desk = DoctorDesk(staff, self)
        self._desks.append(desk)
        said = (await self._roster(staff.team)).get(staff.id, Standing()).said
        desk.tell({"type": "duty", "shown": staff.shown, "id": staff.id, "said": said.value})
        for ring in [ring for ring in self._rings.values() if ring.team == staff.team]:
            await self._catch_up(desk, ring)
        try:
            yield desk
        finally:
            self._desks.remove(desk)
            for changed in self._changed.values():
                changed.set()

    @asynccontextmanager
    async def seat(self, visit_id: str, who: Staff | ResidentLink, *, family: bool) -> AsyncIterator[RoomSeat]:
        """Be in the room of a visit that a doctor was called for, or that somebody took over."""
        if not self._goes_on(visit_id):
            raise InputError("no-call", "no doctor is in this room", "wait until a doctor has come")
        role, meetings = _place(who, family=family), self._terms.meetings
        guest = Guest(f"{role}-{uuid.uuid4().hex[:16]}", role)
        place = await meetings.of(visit_id)
        shown = who.shown if isinstance(who, Staff) else ""
        with self._rooms.inside(visit_id, guest, shown) as peer:
            hello = {"type": "hello", "id": peer.id, "role": role, **place.entry(visit_id, guest)}
            waiting = [peer.outbox.get_nowait() for _ in range(peer.outbox.qsize())]
            for message in (hello, *waiting):
                peer.tell(message)
            yield RoomSeat(self._rooms, visit_id, peer, meetings, self._goes_on)
        if not self._talking(visit_id) and not self._rooms.peers(visit_id):
            await meetings.end(visit_id)

    def _goes_on(self, visit_id: str) -> bool:
        """Somebody of the staff may be met."""
        return self._talking(visit_id) or self._house.taken_over(visit_id)

    def _talking(self, visit_id: str) -> bool:
        """A doctor has accepted, and has not written what came of it."""
        ring = self._rings.get(visit_id)
        return ring is not None and ring.step is Step.ACCEPTED

    async def _ring(self, visit_id: str, brief: dict[str, Any]) -> None:
        """Climb the ladder until somebody has come, or nobody is left."""
        told_of: tuple[Step, str] | None = None
        while self._rings[visit_id].step is Step.RINGING:
            changed = self._changed[visit_id]
            changed.clear()
            duty = await self._duty(self._rings[visit_id].team)
            if (ring := self._rings[visit_id]).step is not Step.RINGING:  # somebody took it meanwhile
                break
            ring = advance(ring, duty, self._now_s(), self._terms.ring_s)
            now = (ring.step, ring.doctor.id if ring.doctor else "")
            if now != told_of:
                await self._put(ring)
                self._ring_at(ring, brief)
                told_of = now
            try:
                async with asyncio.timeout(TICK_S):
                    await changed.wait()
            except TimeoutError:
                continue
        await self._ring_over(self._rings[visit_id], brief)

    async def _put(self, ring: Ring, body: DoctorCall | None = None) -> None:
        """The new state: told to the resident, written to the log. A log that fails stops nothing."""
        self._rings[ring.visit_id] = ring
        self._changed[ring.visit_id].set()
        self._house.stir(ring.visit_id)
        shown = ring.doctor.shown if ring.doctor else ""
        try:
            await self._house.note(ring.visit_id, body or DoctorCall(ring.step.value, ring.reason, shown))
        except Exception as error:  # the doctor comes all the same
            log.error("escalation.note_failed", extra={"kind": type(error).__name__})

    def _ring_at(self, ring: Ring, brief: dict[str, Any]) -> None:
        over = {"type": "ring-over", "visit_id": ring.visit_id}
        for desk in self._of(ring.team):
            rung = ring.step is Step.RINGING and ring.doctor is not None and desk.staff.id == ring.doctor.id
            desk.tell(
                {"type": "ring", "visit_id": ring.visit_id, "seconds": self._terms.ring_s, **brief} if rung else over
            )

    async def _ring_over(self, ring: Ring, brief: dict[str, Any]) -> None:
        """Somebody took it, or it is a task for everybody now."""
        missed = ring.step is Step.NOBODY
        if missed and not self._rooms.peers(ring.visit_id):  # whoever took the talk over may be in it
            await self._terms.meetings.end(ring.visit_id)
        kind = {"type": "missed", **brief} if missed else {"type": "ring-over"}
        for desk in self._of(ring.team):
            desk.tell({**kind, "visit_id": ring.visit_id})

    async def _catch_up(self, desk: DoctorDesk, ring: Ring) -> None:
        mine = ring.doctor is not None and ring.doctor.id == desk.staff.id
        if ring.step is Step.ACCEPTED and mine:
            desk.tell({"type": "accepted", "visit_id": ring.visit_id})
        elif ring.step is Step.NOBODY:
            brief = await self._house.brief(ring.visit_id, ring.reason)
            desk.tell({"type": "missed", "visit_id": ring.visit_id, **brief})
        elif ring.step is Step.RINGING and mine:
            brief = await self._house.brief(ring.visit_id, ring.reason)
            desk.tell({"type": "ring", "visit_id": ring.visit_id, "seconds": self._terms.ring_s, **brief})
        else:
            self._changed[ring.visit_id].set()

    def _of_team(self, visit_id: str, staff: Staff) -> Ring:
        ring = self._rings.get(visit_id)
        if ring is None or ring.team != staff.team:
            raise InputError("call-unknown", "there is no such call", "see the list of calls")
        return ring

    def _of(self, team: str) -> list[DoctorDesk]:
        return [desk for desk in self._desks if desk.staff.team == team]

    async def _duty(self, team: str) -> list[OnDuty]:
        """Doctors of a team whose page is open, in the order in which they are rung."""
        here = {desk.staff.id: OnDuty(desk.staff.id, desk.staff.shown) for desk in self._of(team)}
        talks = [ring.doctor for ring in self._rings.values() if ring.step is Step.ACCEPTED]
        talking = frozenset(doctor.id for doctor in talks if doctor)
        return order(list(here.values()), await self._roster(team), talking)

    async def _roster(self, team: str) -> Mapping[str, Standing]:
        try:
            return await self._house.roster(team)
        except Exception as error:  # a roster that cannot be read rings nobody less
            log.error("escalation.roster_failed", extra={"kind": type(error).__name__})
            return {}

    def _tell(self, staff_id: str, message: dict[str, Any]) -> None:
        for desk in self._desks:
            if desk.staff.id == staff_id:
                desk.tell(message)


def _place(who: Staff | ResidentLink, *, family: bool) -> str:
    """What somebody is in a room."""
    if isinstance(who, Staff):
        return "doctor" if who.role is Role.DOCTOR else "nurse"
    sent_to_family = who.purpose is Purpose.ROOM and who.speaker is Speaker.FAMILY
    return "family" if family or sent_to_family else "resident"
