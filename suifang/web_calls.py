"""Calls from browsers: the same conductor as every call, on a line that a page may connect to again and again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent.domain.effects import Effect, Escalate, Say
from agent.domain.events import AgentSaid, DoctorCall, Event, ResidentSaid, TurnTimed
from agent.errors import InputError, SuifangError
from connectors.media.turn import Ice
from models.errors import ModelError
from speech.call import Act, CallParts, run_call
from speech.notices import AgentSpeaks, Carried, Notice, PartialHeard, ResidentHeard
from suifang.app import App
from suifang.call_records import CallRecord
from suifang.chat_voice import SharedEngines
from suifang.chats import WebChats
from suifang.finishing import finished
from suifang.visits import Visit
from suifang.web import ChatHooks, present

if TYPE_CHECKING:
    from connectors.media.webrtc import RtcLine

log = logging.getLogger(__name__)

MOST_NEWS = 200
MOST_TYPED = 20
GONE_S = 20.0
"""A call whose last page is gone so long is ended: nobody listens."""


@dataclass(eq=False)
class Page:
    """One page of a call; see ``connectors.api.calls.CallPage``."""

    call: WebCall
    waiting: asyncio.Queue[dict[str, Any]] = field(default_factory=lambda: asyncio.Queue(MOST_NEWS))

    async def news(self) -> dict[str, Any]:
        """The next thing to be shown."""
        return await self.waiting.get()

    async def connect(self, offer: str) -> str:
        """Connect the page's sound."""
        answer = await self.call.line.connect(offer)
        self.call.sounds_at(self)
        self.call.begin()
        return answer

    def typed(self, text: str) -> None:
        """Words that were tapped."""
        if text and len(self.call.typed) < MOST_TYPED:
            self.call.typed.append(text)

    def hang_up(self) -> None:
        """The resident ends the call."""
        self.call.stop()

    def tell(self, message: dict[str, Any]) -> None:
        """Show something; a page that does not read loses the oldest."""
        if self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(message)


class WebCall:
    """One call: its line, its pages, its visit. The observer of the conductor."""

    def __init__(self, visit: Visit, calls: WebCalls, line: RtcLine) -> None:
        self.visit = visit
        self.line = line
        self.pages: set[Page] = set()
        self.typed: list[str] = []
        self.news = asyncio.Event()
        self.record = calls.record_of(visit)
        self.acts: deque[Act] = deque()
        self.at_end: list[Callable[[], None]] = []
        """Done once the call is over, before it is put away."""
        self._calls = calls
        self._sounds: Page | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Hold the call; it is begun once."""
        if self._task is None:
            self._task = self._calls.start(self)

    @property
    def begun(self) -> bool:
        """Sound was connected, at least once."""
        return self._task is not None

    def sounds_at(self, page: Page) -> None:
        """The newest page has the sound; an earlier one that is still open is told, or the two would fight for it."""
        if self._sounds is not page and self._sounds in self.pages:
            self._sounds.tell({"type": "elsewhere"})
        self._sounds = page

    def stop(self) -> None:
        """End it from outside."""
        self._calls.spawn(self.line.aclose(), "hang up")

    async def over(self) -> None:
        """Until what was said is put away."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def do(self, act: Act) -> bool:
        """Have something done to the conversation by the conductor, between two turns; False when the call is over."""
        if self._task is None:
            return False
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def doing(now: datetime) -> Sequence[Effect]:
            if done.done():  # nobody waits for it any more
                return ()
            done.set_result(True)
            self.news.set()
            return act(now)

        self.acts.append(doing)
        either: set[asyncio.Future[Any]] = {done, self._task}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            await self._calls.flush(self)
            return done.done()
        finally:
            done.cancel()

    def note(self, body: DoctorCall) -> None:
        """Into the visit's log."""
        self.visit.conversation.note(body, present())
        self.news.set()

    def take_typed(self) -> str | None:
        """What was tapped, oldest first."""
        return self.typed.pop(0) if self.typed else None

    def observe(self, notice: Notice) -> None:
        """Captions for the pages; effects for the house."""
        self.news.set()
        match notice:
            case AgentSpeaks(text=text, ask=ask, response=response):
                said = {"text": text, "ask": ask, "response": response}
                self.tell({"type": "caption", "by": "agent", "final": True, **said})
            case PartialHeard(text=text):
                self.tell({"type": "caption", "by": "resident", "text": text, "final": False})
            case ResidentHeard(text=text):
                self.tell({"type": "caption", "by": "resident", "text": text, "final": True})
            case Carried(effect=Escalate() as effect):
                self._calls.escalate(self.visit, effect)
            case _:
                pass

    def tell(self, message: dict[str, Any]) -> None:
        """All pages."""
        for page in self.pages:
            page.tell(message)


class WebCalls:
    """The ``Calls`` port."""

    def __init__(self, app: App, chats: WebChats, hooks: ChatHooks, engines: SharedEngines, ice: Ice) -> None:
        self._app = app
        self._chats = chats
        self._hooks = hooks
        self._engines = engines
        self._ice = ice
        self._running: dict[str, WebCall] = {}
        self._waiting: set[asyncio.Task[None]] = set()
        """Tasks that only wait: they are let go with the service."""

    async def aclose(self) -> None:
        """End all calls, with what was said put away."""
        calls = list(self._running.values())
        await asyncio.gather(*(call.line.aclose() for call in calls))
        for call in calls:
            await call.over()
        for task in self._waiting:
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)

    @asynccontextmanager
    async def page(self, visit_id: str) -> AsyncIterator[Page]:
        """Be a page of the call."""
        call = self._running.get(visit_id) or await self._taken_up(visit_id)
        page = Page(call)
        page.tell({"type": "hello", **self._ice.told("caller", time.time())})
        call.pages.add(page)
        try:
            yield page
        finally:
            call.pages.discard(page)
            if not call.pages:
                self.spawn(self._lonely(call), "nobody listens")

    def running(self, visit_id: str) -> WebCall | None:
        """A call that has begun here."""
        call = self._running.get(visit_id)
        return call if call is not None and call.begun else None

    async def end(self, visit_id: str) -> None:
        """The agent gives way: a doctor has come."""
        call = self._running.get(visit_id)
        if call is not None:
            await call.line.aclose()
            await call.over()

    def start(self, call: WebCall) -> asyncio.Task[None]:
        """Hold a call in a task of its own."""
        return self.spawn(self._hold(call), "browser call")

    def record_of(self, visit: Visit) -> CallRecord:
        """Where a call is recorded."""
        return CallRecord(self._app, visit)

    def escalate(self, visit: Visit, effect: Escalate) -> None:
        """A doctor is wanted; the call goes on meanwhile."""
        self.spawn(self._hooks.escalate(visit, effect), "escalate")

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """A task that this owns."""
        task = asyncio.create_task(work, name=name)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return task

    async def _taken_up(self, visit_id: str) -> WebCall:
        if len(self._running) >= self._app.settings.web_calls:
            raise InputError("line-busy", "all lines are busy", "call again in a few minutes")
        visit = self._chats.running(visit_id) or await self._app.visits.resume(visit_id, datetime.now())
        found = self._running.get(visit_id)  # another page may have been quicker
        if found is not None:
            return found
        from connectors.media.webrtc import RtcLine  # noqa: PLC0415 - nobody waits for WebRTC before the first call

        call = WebCall(visit, self, RtcLine(self._ice.told("agent", time.time())["ice"]))
        self._running[visit_id] = call
        self.spawn(self._load(), "engines")
        return call

    async def _load(self) -> None:
        """The first caller's microphone and connection take as long as the engines: they are ready by then."""
        with suppress(SuifangError, ModelError):  # told where a call needs them
            await self._engines.get()

    async def _lonely(self, call: WebCall) -> None:
        """End a call that no page came back to."""
        await asyncio.sleep(GONE_S)
        if not call.pages:
            await call.line.aclose()
            if not call.begun:
                self._running.pop(call.visit.id, None)

    async def _hold(self, call: WebCall) -> None:
        visit = call.visit
        writing = self.spawn(self._write(call), "call log")
        try:
            async with self._chats.spoken(visit):
                await self._talk(call)
        except SuifangError as error:
            log.error("call.failed", extra={"code": error.code})
        finally:
            await finished(self._put_away(call, writing))

    async def _talk(self, call: WebCall) -> None:
        engines = await self._engines.get()
        clips = self._app.papers.folder_of(call.visit.id) / "clips"
        parts = CallParts(
            engines.recognizer, engines.agent, engines.bench, present(), style=engines.style, clips=clips,
            seal_clip=self._app.store.media.seal, typed=call.take_typed, keys=True,
            acts=call.acts,
        )  # fmt: skip
        await run_call(call.record.around(call.line), call.visit.conversation, last_words(call.visit), parts, call)

    async def _write(self, call: WebCall) -> None:
        """Events as they come, and the clips that they name."""
        while True:
            await call.news.wait()
            call.news.clear()
            await self.flush(call)

    async def flush(self, call: WebCall) -> None:
        """Write what is new, and tell those who watch."""
        visit = call.visit
        clips = self._app.papers.folder_of(visit.id) / "clips"
        for event in await visit.flush():
            if isinstance(event.body, TurnTimed) and event.body.clip:
                await self._app.store.clips.add(visit.id, event.body.turn, str(clips / event.body.clip))
        await call.record.file()
        self._chats.stir(visit.id)

    async def _put_away(self, call: WebCall, writing: asyncio.Task[None]) -> None:
        writing.cancel()
        visit = call.visit
        for act in call.at_end:
            act()
        await self.flush(call)
        await call.record.close()
        await visit.close("hung_up", present())
        self._running.pop(visit.id, None)
        await self._hooks.ended(visit.id)
        outcome = visit.conversation.outcome
        call.tell({"type": "ended", "outcome": outcome.value if outcome else "incomplete"})
        self._chats.stir(visit.id)


def last_words(visit: Visit) -> Sequence[Effect]:
    """What the agent said since the resident spoke last: the opening, or the question that a lost call stopped at."""
    said: list[Event] = []
    for event in visit.conversation.events:
        if isinstance(event.body, ResidentSaid):
            said.clear()
        elif isinstance(event.body, AgentSaid):
            said.append(event)
    bodies = [event.body for event in said if isinstance(event.body, AgentSaid)]
    return [Say(body.text, body.response, body.turn > 0, body.ask) for body in bodies]
