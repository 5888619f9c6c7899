"""The service's ports bound to the app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, FastAPI

from agent.domain.effects import Escalate
from connectors.api import Extras, Gate, build_api
from connectors.api.alerts import alerts_router
from connectors.api.console import ConsoleParts, console_router
from connectors.api.office import office_router
from connectors.api.origins import Origins
from connectors.api.pages import Modules, pages_router
from connectors.api.ports import DoctorNews, Voices
from connectors.signing.ports import SigningBackend
from connectors.web import STATIC
from speech.ports import Pcm
from speech.recording import ClipFolder
from suifang.app import App
from suifang.chats import ChatParts, WebChats
from suifang.desk import DeskParts, HouseDesk
from suifang.escalations import Escalations
from suifang.meetings import livekit_origins
from suifang.office import HouseOffice, OfficeParts
from suifang.shelf import StoredShelf
from suifang.visits import Visit


def present() -> datetime:
    """The wall clock, to the second."""
    return datetime.now().replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Talk:
    """What a service has for talking, beside its chats."""

    voices: Voices
    routers: tuple[APIRouter, ...]


class ChatHooks:
    """Papers, clips and doctors for chats."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.doctors: Escalations | None = None
        """Who rings doctors; nobody in a service without live parts."""

    async def ended(self, visit_id: str) -> None:
        """Draw up the papers."""
        await self._app.papers.draw_up(visit_id)

    async def escalate(self, visit: Visit, effect: Escalate) -> None:
        """Ring for a doctor; the alert itself is in the store and in the outbox already."""
        if self.doctors is not None:
            team = await self._app.store.scope.of_visit(visit.id) or self._app.settings.team_id
            await self.doctors.call(visit.id, team, effect.reason)

    def doctor(self, visit_id: str) -> DoctorNews | None:
        """Where a call for a doctor stands."""
        return self.doctors.news(visit_id) if self.doctors else None

    async def keep_clip(self, visit_id: str, turn: int, sound: Pcm) -> str | None:
        """One sealed WAV a turn, beside the report."""
        folder = self._app.papers.folder_of(visit_id) / "clips"
        name = await asyncio.to_thread(ClipFolder(folder, self._app.store.media.seal).save, turn, sound)
        if name is not None:
            await self._app.store.clips.add(visit_id, turn, str(folder / name))
        return name


def web_chats(app: App, hooks: ChatHooks | None = None) -> WebChats:
    """Web chats whose papers are drawn up when they end."""
    return WebChats(ChatParts(app.library, app.visits, app.store, hooks or ChatHooks(app), present, app.live))


@asynccontextmanager
async def listening(chats: WebChats) -> AsyncIterator[None]:
    """News of other workers reach those who watch here, as long as the block runs."""
    task = asyncio.create_task(chats.listen(), name="live news")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def console(app: App, backend: SigningBackend, gate: Gate) -> APIRouter:
    """The pages of staff."""
    desk = HouseDesk(DeskParts(app.library, app.store, app.papers, backend, present))
    router = console_router(ConsoleParts(desk, gate.doors))
    router.include_router(alerts_router(desk))
    parts = OfficeParts(app.store, backend, gate.letters, StoredShelf(app), app.settings, present)
    router.include_router(office_router(desk, HouseOffice(parts)))
    return router


def build_service(app: App, chats: WebChats, gate: Gate, talk: Talk, backend: SigningBackend) -> FastAPI:
    """Everything that ``suifang serve`` offers."""
    sites, connect = app.settings.web_origins, livekit_origins(app.settings)
    routers = (pages_router(STATIC, sites, connect), console(app, backend, gate), *talk.routers)
    extras = Extras(talk.voices, Origins(sites), routers, connect)
    api = build_api(chats, StoredShelf(app), gate, extras)
    api.mount("/static", Modules(directory=STATIC))
    return api
