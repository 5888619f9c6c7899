"""Escalations whose room a LiveKit server holds, or should have held."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.domain.answers import Resident
from agent.domain.events import RoomOpened
from agent.library import Library, load_library
from connectors.access.people import Role, Staff
from connectors.api.ports import Said
from suifang.app import App, open_app
from suifang.chat_voice import SharedEngines
from suifang.escalations import Escalations, RoomSeat
from suifang.talking import open_talk
from suifang.web import ChatHooks
from tests.fakes.house import settings_in
from tests.fakes.livekit_server import KEY, SECRET, FakeLiveKit, served

pytestmark = pytest.mark.integration
WANG = Staff("w", "wang", "王医生", Role.DOCTOR, "T1")
LI = Staff("l", "li", "李护士", Role.NURSE, "T1")


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@dataclass
class Scene:
    """A resident in danger, whose doctor has accepted."""

    server: FakeLiveKit
    app: App
    doctors: Escalations
    visit: str

    async def rooms(self) -> list[tuple[str, str]]:
        """What the log says of the room."""
        found = [event.body for event in await self.app.store.events.read(self.visit)]
        return [(body.place, body.problem) for body in found if isinstance(body, RoomOpened)]

    async def gone(self) -> None:
        """Until the server has closed the room."""
        await asyncio.wait_for(self.server.closed.wait(), 5)
        assert self.visit not in self.server.rooms


async def until(place: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while (message := await place.news())["type"] != kind:
            pass
    found: dict[str, Any] = message
    return found


def in_danger(folder: Path, root: Path, library: Library, mode: str, check: Callable[[Scene], Awaitable[None]]) -> None:
    async def work() -> None:
        async with AsyncExitStack() as stack:
            server, url = await stack.enter_async_context(served())
            server.mode = mode
            lent = {"livekit_url": url, "livekit_key_file": folder / "keys"}
            (folder / "keys").write_text(f"{KEY}: {SECRET}")
            settings = settings_in(folder, root).model_copy(update=lent)
            app = await stack.enter_async_context(open_app(settings, library))
            engines = SharedEngines(app.settings, stack)
            chats, _ = await stack.enter_async_context(open_talk(app, engines, warm=False))
            hooks = chats.hooks
            assert isinstance(hooks, ChatHooks)
            assert hooks.doctors is not None
            desk = await stack.enter_async_context(hooks.doctors.on_duty(WANG))
            turn = await chats.start("hypertension_followup", Resident("王桂花", "R1"), {}, "T1")
            for number, text in enumerate(("我就是本人", "可以", "我胸口疼得厉害"), 1):
                await chats.say(turn.visit_id, Said(text, number))
            await until(desk, "ring")
            await desk.accept(turn.visit_id)
            await check(Scene(server, app, hooks.doctors, turn.visit_id))

    asyncio.run(work())


@asynccontextmanager
async def both(scene: Scene) -> Any:
    """Doctor and nurse in the room, with what each was told on coming in."""
    async with scene.doctors.seat(scene.visit, WANG, family=False) as one:
        hello = await until(one, "hello")
        async with scene.doctors.seat(scene.visit, LI, family=False) as two:
            yield one, hello, two, await until(two, "hello")


def test_they_meet_in_the_servers_room_and_it_is_closed_behind_them(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(scene: Scene) -> None:
        async with both(scene) as (_, first, _two, second):
            assert first["place"] == second["place"] == "livekit"
            assert first["token"] != second["token"]
            assert list(scene.server.rooms) == [scene.visit]
        await scene.doctors.finish(scene.visit, WANG, "handled", "")
        await scene.gone()
        assert await scene.rooms() == [("livekit", "")]

    in_danger(tmp_path, root, library, "ok", check)


@pytest.mark.parametrize(("mode", "code"), [("slow", "livekit-unreachable"), ("failing", "livekit-unavailable")])
def test_without_the_server_they_meet_all_the_same_and_the_log_says_why(
    tmp_path: Path, root: Path, library: Library, mode: str, code: str
) -> None:
    async def check(scene: Scene) -> None:
        began = asyncio.get_running_loop().time()
        async with both(scene) as (_, first, _two, second):
            assert first["place"] == second["place"] == "own"
            assert asyncio.get_running_loop().time() - began < 4
        assert await scene.rooms() == [("own", code)]

    in_danger(tmp_path, root, library, mode, check)


def test_one_page_that_cannot_get_in_takes_all_along(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        async with both(scene) as (one, _, two, _hello):
            seats: tuple[RoomSeat, RoomSeat] = (one, two)
            await asyncio.gather(*(seat.stranded("livekit-refused") for seat in seats))
            for seat in seats:
                assert (await until(seat, "moved"))["place"] == "own"
            # Whoever comes later finds them there.
            async with scene.doctors.seat(scene.visit, LI, family=False) as third:
                assert (await until(third, "hello"))["place"] == "own"
            assert all(seat.peer.outbox.qsize() <= 2 for seat in seats)  # told once, of the third and no more
        assert await scene.rooms() == [("livekit", ""), ("own", "livekit-refused")]

    in_danger(tmp_path, root, library, "ok", check)
