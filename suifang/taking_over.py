"""Doctors and nurses who write in a running chat, or speak in a call, in place of the agent; it relieves who leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from agent.conversation import SPOKEN
from agent.domain.effects import Effect
from agent.domain.events import StaffWrote
from agent.errors import InputError, SuifangError
from connectors.access.people import Staff
from suifang.chats import WebChats
from suifang.taking_calls import TakingCalls
from suifang.visits import Visit

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=2)
"""A resident who wrote is answered by somebody after so long: by the agent, when nobody of the staff did."""
LOOKS_S = 10.0


class TakingOver:
    """The ``TakeOver`` port."""

    def __init__(self, chats: WebChats, now: Callable[[], datetime], calls: TakingCalls | None = None) -> None:
        self._chats = chats
        self._now = now
        self._calls = calls

    async def take(self, visit_id: str, staff: Staff) -> None:
        """Write, or in a call speak, in place of the agent from now on."""
        if self._calls and (call := self._calls.call(visit_id)):
            await self._calls.take(call, staff)
            return

        async def work(visit: Visit) -> Sequence[Effect]:
            writes = _open(visit)
            if visit.conversation.state.values.get("channel") == SPOKEN:
                raise InputError("no-call", "nobody is on the line of this call", "call the resident")
            if writes and writes != staff.shown:
                raise InputError("talk-taken", f"{writes} writes here", "wait until they hand it back")
            if not writes:
                visit.conversation.staff_writes(StaffWrote("taken", staff.shown), self._now())
                await visit.flush()
            return ()

        await self._chats.by_staff(visit_id, work)

    async def say(self, visit_id: str, text: str, staff: Staff) -> None:
        """A message to the resident."""

        async def work(visit: Visit) -> Sequence[Effect]:
            _check_writes(visit, staff)
            visit.conversation.staff_writes(StaffWrote("said", staff.shown, text), self._now())
            await visit.flush()
            return ()

        await self._chats.by_staff(visit_id, work)

    async def hand_back(self, visit_id: str, staff: Staff) -> None:
        """The agent goes on."""
        if self._calls and (call := self._calls.call(visit_id)):
            await self._calls.hand_back(call, staff)
            return

        async def work(visit: Visit) -> Sequence[Effect]:
            _check_writes(visit, staff)
            return await self._back(visit)

        await self._chats.by_staff(visit_id, work)

    async def end(self, visit_id: str, staff: Staff) -> None:
        """The call is over."""
        call = self._calls.call(visit_id) if self._calls else None
        if self._calls is None or call is None:
            raise InputError("no-call", "nobody is on the line", "hand the conversation back instead")
        self._calls.end(call, staff)

    async def mind(self) -> None:
        """Until cancelled: nobody who wrote waits for staff who have gone."""
        while True:
            await asyncio.sleep(LOOKS_S)
            await self.relieve()

    async def relieve(self) -> None:
        """Hand back what was left."""
        for visit in self._chats.with_staff():
            if self._left(visit):
                try:
                    await self._chats.by_staff(visit.id, self._back_if_left)
                except SuifangError as error:
                    log.warning("chat.not_relieved", extra={"code": error.code})

    async def _back_if_left(self, visit: Visit) -> Sequence[Effect]:
        return await self._back(visit) if self._left(visit) else ()

    async def _back(self, visit: Visit) -> Sequence[Effect]:
        effects = visit.conversation.hand_back(visit.conversation.state.staff, self._now())
        await visit.flush()
        return effects

    def _left(self, visit: Visit) -> bool:
        """The last word is not the staff's, and old."""
        last = visit.conversation.events[-1]
        answered = isinstance(last.body, StaffWrote) and last.body.step == "said"
        return not answered and self._now() - datetime.fromisoformat(last.at) > PATIENCE


def _open(visit: Visit) -> str:
    """Who of the staff writes."""
    if visit.conversation.outcome is not None:
        raise InputError("visit-ended", "this visit has ended", "call the resident, or send a new link")
    return visit.conversation.state.staff


def _check_writes(visit: Visit, staff: Staff) -> None:
    if _open(visit) != staff.shown:
        raise InputError("talk-loose", "the agent has this conversation, or somebody else", "take it over first")
