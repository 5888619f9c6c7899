"""The whole service in one process, with staff of two teams logged in: for tests of what goes over HTTP."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from fastapi import FastAPI

from agent.library import Library
from connectors.access.limits import Limits, Rate
from connectors.access.people import Role, Staff, StaffRow, StaffStatus
from connectors.access.tokens import LinkSigner, csrf_of, digest, new_token
from connectors.api.access import COOKIE, CSRF_HEADER
from connectors.api.hardening import Counting
from connectors.signing.reference import open_reference
from connectors.storage.sessions import StoredSession
from suifang.app import App, open_app
from suifang.chat_voice import shared_engines
from suifang.gate import Entry, open_gate, wall_ms
from suifang.settings import Settings
from suifang.talking import open_talk
from suifang.web import build_service

KEY = "k" * 40


@dataclass(frozen=True, slots=True)
class House:
    """An open service."""

    app: App
    api: FastAPI
    entry: Entry
    hooks: object = None
    """What happens around chats: doctors among it."""

    def client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """Somebody at the door."""
        transport = httpx.ASGITransport(self.api, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)

    async def staff(self, role: Role, team: str = "T1") -> httpx.AsyncClient:
        """Somebody who is logged in."""
        staff_id, token, now = await hired(self.app, role, team), new_token(), wall_ms()
        await self.app.store.sessions.add(StoredSession(digest(token), staff_id, now, now + 3_600_000), now)
        return self.client({"Cookie": f"{COOKIE}={token}", CSRF_HEADER: csrf_of(token)})


@asynccontextmanager
async def open_house(settings: Settings, library: Library) -> AsyncIterator[House]:
    """The service over stores of its own."""
    async with (
        open_app(settings, library) as app,
        open_reference(settings.signing_database, watch=library.rules.watch) as backend,
        shared_engines(settings) as engines,
        open_talk(app, engines, warm=False) as (chats, talk),
    ):
        entry = open_gate(app, backend, chats, LinkSigner(KEY))
        many = Rate(1_000_000, 60)
        gate = replace(entry.gate, counting=Counting(app.live, Limits(many, many, many, many)))
        yield House(app, build_service(app, chats, gate, talk, backend), replace(entry, gate=gate), chats.hooks)


async def hired(app: App, role: Role, team: str, *, complete: bool = True) -> str:
    """The id of a new member of staff; whose login is complete, or lacks its second factor."""
    who = Staff(uuid.uuid4().hex, f"{role}.{team.lower()}.{uuid.uuid4().hex[:8]}", "王医生", role, team)
    totp = "A" * 32 if complete else ""
    await app.store.staff.add(StaffRow(who, "-", False, totp, 0, StaffStatus.ACTIVE, False, "2026-11-28"), "test")
    return who.id


def held(settings: Settings, library: Library, check: Callable[[House], Awaitable[None]]) -> None:
    """Run a check against a service of its own."""

    async def inside() -> None:
        async with open_house(settings, library) as house:
            await check(house)

    asyncio.run(inside())


def settings_in(folder: Path, root: Path) -> Settings:
    """Settings of a test."""
    return Settings(root=root, data_dir=folder)
