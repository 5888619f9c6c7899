"""What talks in the service, put together: chats, their speech, calls from browsers, doctors who are rung."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

from agent.clinical.forms import find_form
from agent.domain.events import AlertRaised, ConversationOpened, DoctorCall, Event, ResidentSaid, RoomOpened
from agent.errors import SuifangError
from agent.report.words import evidence_words
from connectors.access.people import Role
from connectors.api.calls import call_routes
from connectors.api.takeover import takeover_routes
from connectors.api.video import video_routes
from connectors.media.ladder import Said, Standing
from connectors.media.turn import Ice
from models.errors import ModelError
from suifang.app import App
from suifang.briefs import BRIEF_VALUES, answered, medicines
from suifang.chat_voice import ChatVoices, SharedEngines
from suifang.chats import WebChats
from suifang.escalations import Escalations, Terms
from suifang.meetings import open_meetings
from suifang.taking_calls import TakingCalls
from suifang.taking_over import TakingOver
from suifang.web import ChatHooks, Talk, present, web_chats
from suifang.web_calls import WebCalls

log = logging.getLogger(__name__)

SAID_LASTS = timedelta(hours=12)
"""A doctor who said yesterday that they are away is rung today."""
LAST_WORDS = 4
"""What a doctor reads of the talk before answering."""


class LiveHouse:
    """The ``House`` of the escalation."""

    def __init__(self, app: App, chats: WebChats, voices: ChatVoices, calls: WebCalls) -> None:
        self._app = app
        self._chats = chats
        self._voices = voices
        self._calls = calls
        self._noting = asyncio.Lock()

    async def brief(self, visit_id: str, reason: str) -> dict[str, Any]:
        """Who, why, which values, the last words."""
        running = self._chats.running(visit_id)
        events = running.conversation.events if running else await self._app.store.events.read(visit_id)
        return brief_of(self._app, tuple(events), reason)

    async def roster(self, team: str) -> dict[str, Standing]:
        """Whose shift it is and what they said of themselves; what was said long ago counts no more."""
        now = present()
        minute, since = now.isoformat(timespec="minutes"), (now - SAID_LASTS).isoformat(timespec="seconds")
        shifts = await self._app.store.roster.shifts(team, minute)
        working = {shift.staff_id for shift in shifts if shift.starts <= minute}
        mates = await self._app.store.roster.mates(team, (Role.DOCTOR.value,))
        said = {mate.staff_id: Said(mate.state) for mate in mates if mate.state and mate.at >= since}
        return {
            mate.staff_id: Standing(mate.staff_id in working, said.get(mate.staff_id, Said.AVAILABLE)) for mate in mates
        }

    async def note(self, visit_id: str, body: DoctorCall | RoomOpened) -> None:
        """Into the running conversation's log, or behind the end of one that is over."""
        async with self._noting:
            running = self._chats.running(visit_id)
            if running is not None:
                running.conversation.note(body, present())
                await running.flush()
                return
            events = await self._app.store.events.read(visit_id)
            last = events[-1].seq if events else -1
            await self._app.store.events.append(visit_id, [Event(last + 1, present().isoformat(), body)])

    async def speak(self, text: str) -> bytes:
        """Words as WAV."""
        return await self._voices.read(text)

    def stir(self, visit_id: str) -> None:
        """Wake the resident's pages."""
        self._chats.stir(visit_id)

    def taken_over(self, visit_id: str) -> bool:
        """Somebody of the staff speaks in the agent's call."""
        call = self._calls.running(visit_id)
        return call is not None and bool(call.visit.conversation.state.staff)

    async def doctor_comes(self, visit_id: str) -> None:
        """The agent's own call gives way."""
        await self._calls.end(visit_id)


def brief_of(app: App, events: tuple[Event, ...], reason: str) -> dict[str, Any]:
    """A brief as JSON: what a doctor reads in the seconds before answering."""
    opened = next((event.body for event in events if isinstance(event.body, ConversationOpened)), None)
    form = find_form(app.library.rules.forms, opened.form) if opened else None
    labels = app.library.rules.labels
    values = [*islice(answered(events, form, labels), BRIEF_VALUES)]
    if taken := medicines(events, labels):
        values.append(("在吃的药", "、".join(taken)))
    said = [event.body.text for event in events if isinstance(event.body, ResidentSaid)]
    return {
        "resident": opened.resident.get("name", "") if opened else "",
        "birth_date": opened.resident.get("birth_date", "") if opened else "",
        "reason": reason,
        "alerts": [evidence_words(e.body.evidence, form) for e in events if isinstance(e.body, AlertRaised)],
        "values": [{"label": label, "value": words} for label, words in values],
        "words": said[-LAST_WORDS:],
        "phone": phone_of(opened),
    }


def phone_of(opened: ConversationOpened | None) -> str:
    """The number of who calls by telephone and sees no page; empty for everybody else."""
    by_phone = opened is not None and opened.resident.get("value_line") == "phone"
    return str(opened.resident.get("phone", "")) if opened and by_phone else ""


@asynccontextmanager
async def open_talk(app: App, engines: SharedEngines, *, warm: bool = True) -> AsyncIterator[tuple[WebChats, Talk]]:
    """Everything that talks, as long as the block runs; ``warm`` loads the engines before somebody needs them."""
    settings = app.settings
    ice = Ice(settings.ice_servers, settings.turn_secret.get_secret_value(), settings.relay_only)
    hooks = ChatHooks(app)
    chats = web_chats(app, hooks)
    voices = ChatVoices(app.library, app.store, engines)
    calls = WebCalls(app, chats, hooks, engines, ice)
    house = LiveHouse(app, chats, voices, calls)
    hooks.doctors = Escalations(house, Terms(settings.ring_seconds, open_meetings(settings, ice, house.note)))
    taking_over = TakingOver(chats, present, TakingCalls(calls, hooks.doctors))
    beside = [
        asyncio.create_task(_warm(engines if warm else None), name="engines"),
        asyncio.create_task(taking_over.mind(), name="chats that staff left"),
    ]
    try:
        routes = (call_routes(calls), video_routes(hooks.doctors), takeover_routes(taking_over))
        yield chats, Talk(voices, routes)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await hooks.doctors.aclose()
        await calls.aclose()


async def _warm(engines: SharedEngines | None) -> None:
    """A caller does not wait for files to be read. What is wrong is told again when somebody calls."""
    try:
        if engines is not None:
            await engines.get()
    except (SuifangError, ModelError) as error:
        log.error("engines.not_loaded", extra={"code": getattr(error, "code", "")})
