"""Web chats: running conversations by visit, taken up from the event log after a restart, or from another worker."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from agent.domain.answers import Resident, SlotValue
from agent.domain.effects import Effect, Escalate, Say
from agent.domain.events import Event, ResidentSaid, TurnTimed
from agent.errors import InputError, StorageError
from agent.library import Library
from connectors.api.ports import DoctorNews, Said, Sight, Turn
from connectors.live import Live
from connectors.storage.ports import Channel, Store
from speech.ports import Pcm
from suifang.sights import open_sight, stored_sight
from suifang.visits import Caller, Visit, Visits

log = logging.getLogger(__name__)

NEWS = "visits"
"""Topic of visits in which something happened: their ids, no words."""
LISTEN_AGAIN_SECONDS = 2.0
MOST_MESSAGES = 60
"""Messages of one visit in a minute, at all workers together: nobody types more."""
MOST_HELD = 500
"""Conversations kept in memory; older ones are rebuilt from their events when they go on."""


class Hooks(Protocol):
    """What happens around a chat."""

    async def ended(self, visit_id: str) -> object:
        """The conversation has ended: its papers are drawn up."""

    async def escalate(self, visit: Visit, effect: Escalate) -> None:
        """A doctor is wanted."""

    def doctor(self, visit_id: str) -> DoctorNews | None:
        """Where a call for a doctor stands."""

    async def keep_clip(self, visit_id: str, turn: int, sound: Pcm) -> str | None:
        """Keep the sound of a spoken message; its file name, None of nothing."""


@dataclass(frozen=True, slots=True)
class ChatParts:
    """What chats are made of."""

    library: Library
    visits: Visits
    store: Store
    hooks: Hooks
    now: Callable[[], datetime]
    live: Live


class WebChats:
    """The ``Chats`` port over visits. Messages of one visit are taken one after the other, by whichever worker."""

    def __init__(self, parts: ChatParts) -> None:
        self._parts = parts
        self._held: OrderedDict[str, Visit] = OrderedDict()
        self.hooks = parts.hooks
        self._in_call: dict[str, Visit] = {}
        self._watchers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    async def start(
        self, flow: str, resident: Resident, history: Mapping[str, SlotValue], team: str = "", *, spoken: bool = False
    ) -> Turn:
        """Open a conversation."""
        visits, now = self._parts.visits, self._parts.now()
        channel = Channel.VOICE if spoken else Channel.CHAT
        visit, effects = await visits.open(flow, Caller(resident, history, team=team), channel, now)
        await self._parts.live.take(_session(visit.id))
        self._hold(visit)
        return _turn(visit, effects)

    async def say(self, visit_id: str, said: Said) -> Turn:
        """Give what the resident wrote or said."""
        if not await self._parts.live.allow(f"chat:{visit_id}", MOST_MESSAGES, 60):
            raise InputError("too-many", f"more than {MOST_MESSAGES} messages in a minute", "wait a minute, then go on")
        async with self._in_turn(visit_id):
            return await self._say(visit_id, said)

    async def by_staff(self, visit_id: str, work: Callable[[Visit], Awaitable[Sequence[Effect]]]) -> None:
        """What staff do to a running conversation, in turn with what the resident writes."""
        async with self._in_turn(visit_id):
            visit = await self._taken_up(visit_id)
            await self._act(visit, lambda: work(visit))

    def with_staff(self) -> tuple[Visit, ...]:
        """Conversations in memory in which staff write in place of the agent."""
        return tuple(visit for visit in self._held.values() if visit.conversation.state.staff)

    @asynccontextmanager
    async def _in_turn(self, visit_id: str) -> AsyncIterator[None]:
        """One at a time; what another worker wrote is read again; whoever watches is told."""
        live = self._parts.live
        async with live.hold(_session(visit_id)):
            if not await live.take(_session(visit_id)):  # another worker went on with it
                self._held.pop(visit_id, None)
            try:
                yield
            finally:
                await self._tell(visit_id)

    async def look(self, visit_id: str, after: int) -> Sight:
        """The state, with the messages later than ``after``."""
        visit, library = self.running(visit_id), self._parts.library
        if visit is None or not await self._parts.live.mine(_session(visit_id)):
            seen = await stored_sight(library, self._parts.store, visit_id, after)
        else:
            seen = open_sight(library, visit_id, visit.conversation, after)
        return replace(seen, doctor=self._parts.hooks.doctor(visit_id))

    def running(self, visit_id: str) -> Visit | None:
        """The visit, while its conversation is in memory."""
        return self._in_call.get(visit_id) or self._held.get(visit_id)

    @asynccontextmanager
    async def spoken(self, visit: Visit) -> AsyncIterator[None]:
        """The visit is a call now: it is looked at here, and nothing is written into it."""
        await self._parts.live.take(_session(visit.id))
        self._held.pop(visit.id, None)
        self._in_call[visit.id] = visit
        try:
            yield
        finally:
            del self._in_call[visit.id]

    @contextmanager
    def watching(self, visit_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be something new."""
        news = asyncio.Event()
        self._watchers[visit_id].add(news)
        try:
            yield news
        finally:
            self._watchers[visit_id].discard(news)
            if not self._watchers[visit_id]:
                del self._watchers[visit_id]

    async def listen(self) -> None:
        """Wake those who watch here when another worker has gone on with their visit; until cancelled."""
        while True:
            try:
                async for news in self._parts.live.follow(NEWS):
                    self.stir(news.body.get("visit", ""))
            except StorageError as error:
                log.warning("live.news", extra={"code": error.code})
                await asyncio.sleep(LISTEN_AGAIN_SECONDS)

    async def _tell(self, visit_id: str) -> None:
        """News for whoever watches, here and elsewhere; a conversation does not depend on them."""
        self.stir(visit_id)
        try:
            await self._parts.live.publish(NEWS, {"visit": visit_id})
        except StorageError as error:
            log.warning("live.news", extra={"code": error.code})

    def stir(self, visit_id: str) -> None:
        """Wake whoever watches a visit."""
        for news in self._watchers.get(visit_id, ()):
            news.set()

    async def _say(self, visit_id: str, said: Said) -> Turn:
        visit = await self._taken_up(visit_id)
        state = visit.conversation.state
        words = self._words(said)
        stale = said.turn is not None and said.turn <= state.turn
        if stale and _given_before(visit.conversation.events, said, words):
            return _turn(visit, ())
        if visit.conversation.outcome is not None:
            raise InputError("visit-ended", "this visit has ended", "start a new one with POST /api/chat")
        effects = await self._act(visit, lambda: self._heard(visit, said, words, stale=stale))
        if visit.conversation.outcome is not None:
            self._held.pop(visit_id, None)
            await self._parts.hooks.ended(visit_id)
        return _turn(visit, effects)

    async def _taken_up(self, visit_id: str) -> Visit:
        if visit_id in self._in_call:
            raise InputError("visit-in-call", "this conversation is being spoken", "hang up first")
        visit = self._held.get(visit_id) or await self._parts.visits.resume(visit_id, self._parts.now())
        self._hold(visit)
        return visit

    async def _act(self, visit: Visit, work: Callable[[], Awaitable[Sequence[Effect]]]) -> Sequence[Effect]:
        try:
            effects = await work()
        except InputError:
            raise
        except BaseException:
            self._held.pop(visit.id, None)  # what is stored is the truth; the next message starts from it
            raise
        for effect in effects:
            if isinstance(effect, Escalate):
                await self._parts.hooks.escalate(visit, effect)
        return effects

    async def _heard(self, visit: Visit, said: Said, words: str, *, stale: bool) -> Sequence[Effect]:
        now = self._parts.now()
        if stale:
            # Somebody else answered meanwhile: an answer to another question is not taken, a cry for help is.
            effects = visit.conversation.overhear(words, now)
            await visit.flush()
            if not effects:
                raise InputError(
                    "turn-taken", "this question has been answered meanwhile", "read the new messages, then write again"
                )
            return effects
        if not words:
            return await visit.silence(now)
        confidence = said.voice.confidence if said.voice else 1.0
        heard = await visit.hear(words, now, confidence)
        if said.voice and visit.conversation.may_record:
            await self._keep(visit, said.voice.sound, now)
        return heard

    async def _keep(self, visit: Visit, sound: Pcm, now: datetime) -> None:
        """The voice behind a spoken message, filed with its turn."""
        turn = visit.conversation.state.turn
        name = await self._parts.hooks.keep_clip(visit.id, turn, sound)
        visit.conversation.note(TurnTimed(turn, 0.0, 0.0, "push to talk", name), now)
        await visit.flush()

    def _words(self, said: Said) -> str:
        """An answer given anew becomes the sentence that the correction path reads."""
        if said.amend is None:
            return said.text
        topics = self._parts.library.knowledge.topics.get(said.amend)
        if not topics:
            raise InputError("ask-unknown", f"{said.amend!r} cannot be answered anew", "write what was wrong")
        return f"刚才的{topics[0]}说错了，是{said.text}"

    def _hold(self, visit: Visit) -> None:
        self._held[visit.id] = visit
        self._held.move_to_end(visit.id)
        while len(self._held) > MOST_HELD:
            self._held.popitem(last=False)


def _given_before(events: Sequence[Event], said: Said, words: str) -> bool:
    """The turn was taken with these very words: the sender did not hear of it."""
    return any(
        isinstance(event.body, ResidentSaid) and event.body.turn == said.turn and event.body.text == words
        for event in events
    )


def _session(visit_id: str) -> str:
    return f"visit:{visit_id}"


def _turn(visit: Visit, effects: Sequence[Effect]) -> Turn:
    conversation = visit.conversation
    replies = tuple(effect.text for effect in effects if isinstance(effect, Say))
    outcome = conversation.outcome.value if conversation.outcome else None
    return Turn(visit.id, replies, conversation.ask, outcome, conversation.state.turn)
