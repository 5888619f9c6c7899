"""Doctors and nurses who speak in a running browser call in place of the agent, in the visit's video room.

The agent's own line stays open behind it: the agent is silent, its ear and both red-flag nets are not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.domain.effects import Effect
from agent.domain.events import DoctorCall, StaffWrote
from agent.errors import InputError
from connectors.access.people import Staff
from suifang.web_calls import WebCall, WebCalls

REASON = "taken_over"
"""As the report knows it."""
LOOKS_S = 1.0
LEFT_S = 12.0
"""Whoever is not in the room for so long has left: the agent goes on."""
ACT_S = 12.0


class Room(Protocol):
    """Who of the staff is in a visit's room."""

    def attended(self, visit_id: str) -> bool:
        """Somebody is."""


@dataclass(eq=False, slots=True)
class Holding:
    """Who of the staff has a call."""

    staff: str
    since_s: float
    seen_s: float


class TakingCalls:
    """At most one of the staff speaks in a call."""

    def __init__(self, calls: WebCalls, room: Room) -> None:
        self._calls = calls
        self._room = room
        self._held: dict[WebCall, Holding] = {}
        self.now_s: Callable[[], float] = time.monotonic
        self.left_s = LEFT_S

    def call(self, visit_id: str) -> WebCall | None:
        """The call, while somebody is on the line."""
        return self._calls.running(visit_id)

    def holds(self, visit_id: str) -> bool:
        """Whether somebody of the staff has it."""
        call = self.call(visit_id)
        return call is not None and call in self._held

    async def take(self, call: WebCall, staff: Staff) -> None:
        """Speak in place of the agent; it says who comes. Raises ``InputError`` talk-taken."""
        held = self._held.get(call)
        if held is not None and held.staff != staff.shown:
            raise InputError("talk-taken", f"{held.staff} speaks here", "wait until they hand it back")
        if held is not None:
            return
        held = self._held[call] = Holding(staff.shown, self.now_s(), self.now_s())
        call.at_end.append(lambda: self._over(call, "over"))
        wrote = StaffWrote("taken", staff.shown)
        try:
            await self._do(call, lambda now: call.visit.conversation.staff_writes(wrote, now))
        except InputError:
            self._held.pop(call, None)
            raise
        held.since_s = held.seen_s = self.now_s()
        self._calls.spawn(self._mind(call), "call that staff have")

    async def hand_back(self, call: WebCall, staff: Staff) -> None:
        """The agent goes on with its question."""
        self._check(call, staff)
        await self._back(call, left=False)

    def end(self, call: WebCall, staff: Staff) -> None:
        """Nothing is left to be asked: the call is over."""
        self._check(call, staff)
        call.stop()

    def _check(self, call: WebCall, staff: Staff) -> None:
        held = self._held.get(call)
        if held is None or held.staff != staff.shown:
            raise InputError("talk-loose", "the agent has this call, or somebody else", "take it over first")

    async def _mind(self, call: WebCall) -> None:
        """Until it is handed back: nobody waits for staff who have gone."""
        while (held := self._held.get(call)) is not None:
            if self._room.attended(call.visit.id):
                held.seen_s = self.now_s()
            elif self.now_s() - held.seen_s > self.left_s:
                await self._back(call, left=True)
                return
            await asyncio.sleep(LOOKS_S)

    async def _back(self, call: WebCall, *, left: bool) -> None:
        def act(now: datetime) -> Sequence[Effect]:
            conversation = call.visit.conversation
            self._over(call, "left" if left else "handed_back")
            return conversation.hand_back(conversation.state.staff, now, left=left)

        await self._do(call, act)

    def _over(self, call: WebCall, outcome: str) -> None:
        """How long it was and how it ended goes to the log."""
        held = self._held.pop(call, None)
        if held is not None:
            seconds = round(self.now_s() - held.since_s, 1)
            call.note(DoctorCall("ended", REASON, held.staff, seconds, outcome))

    async def _do(self, call: WebCall, act: Callable[[datetime], Sequence[Effect]]) -> None:
        """Between two turns of the call. Raises ``InputError`` visit-ended when it ends before that."""
        try:
            async with asyncio.timeout(ACT_S):
                done = await call.do(act)
        except TimeoutError:
            done = False
        if not done:
            raise InputError("visit-ended", "this call has ended", "call the resident, or send a new link")
