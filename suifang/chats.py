"""Web chats: running conversations by visit, taken up from the event log after a restart."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

from agent.domain.answers import Resident, SlotValue
from agent.domain.effects import Effect, Say
from agent.errors import InputError
from connectors.api.ports import Turn
from connectors.storage.ports import Channel
from suifang.visits import Caller, Visit, Visits

MOST_HELD = 500
"""Conversations kept in memory; older ones are rebuilt from their events when they go on."""


class WebChats:
    """The ``Chats`` port over visits. Messages of one visit are taken one after the other."""

    def __init__(self, visits: Visits, ended: Callable[[str], Awaitable[object]], now: Callable[[], datetime]) -> None:
        self._visits = visits
        self._ended = ended
        self._now = now
        self._held: OrderedDict[str, Visit] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def start(self, flow: str, resident: Resident, history: Mapping[str, SlotValue], team: str = "") -> Turn:
        """Open a conversation."""
        caller = Caller(resident, history, team=team)
        visit, effects = await self._visits.open(flow, caller, Channel.CHAT, self._now())
        self._hold(visit)
        return _turn(visit, effects)

    async def say(self, visit_id: str, text: str) -> Turn:
        """Give what the resident typed."""
        async with self._turns.setdefault(visit_id, asyncio.Lock()):
            return await self._say(visit_id, text)

    async def _say(self, visit_id: str, text: str) -> Turn:
        visit = self._held.get(visit_id) or await self._visits.resume(visit_id)
        self._hold(visit)
        if visit.conversation.outcome is not None:
            raise InputError("visit-ended", "this visit has ended", "start a new one with POST /api/chat")
        try:
            effects = await (visit.hear(text, self._now()) if text else visit.silence(self._now()))
        except BaseException:
            self._held.pop(visit_id, None)  # what is stored is the truth; the next message starts from it
            raise
        if visit.conversation.outcome is not None:
            self._held.pop(visit_id, None)
            await self._ended(visit_id)
        return _turn(visit, effects)

    def _hold(self, visit: Visit) -> None:
        self._held[visit.id] = visit
        self._held.move_to_end(visit.id)
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)


def _turn(visit: Visit, effects: Sequence[Effect]) -> Turn:
    outcome = visit.conversation.outcome
    replies = tuple(effect.text for effect in effects if isinstance(effect, Say))
    return Turn(visit.id, replies, visit.conversation.ask, outcome.value if outcome else None)
