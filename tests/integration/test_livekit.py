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
from connectors.media.ladder import Ring, Step
from connectors.media.places import Guest, OwnSignals
from connectors.media.turn import Ice
from suifang.app import App, open_app
from suifang.chat_voice import SharedEngines
from suifang.escalations import Escalations, RoomSeat
from suifang.meetings import ServedMeetings
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

    async def rooms(self, count: int) -> list[tuple[str, str]]:
        """What the log says of the room; so many lines are waited for, as they are written beside."""
        lines: list[tuple[str, str]] = []
        async with asyncio.timeout(10):
            while len(lines) < count:
                await asyncio.sleep(0.01)
                found = [event.body for event in await self.app.store.events.read(self.visit)]
                lines = [(body.place, body.problem) for body in found if isinstance(body, RoomOpened)]
        return lines

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
        assert await scene.rooms(1) == [("livekit", "")]

    in_danger(tmp_path, root, library, "ok", check)


@pytest.mark.parametrize(("mode", "code"), [("slow", "livekit-unreachable"), ("failing", "livekit-unavailable")])
def test_without_the_server_they_meet_all_the_same_and_the_log_says_why(
    tmp_path: Path, root: Path, library: Library, limit: Callable[[float], float], mode: str, code: str
) -> None:
    async def check(scene: Scene) -> None:
        began = asyncio.get_running_loop().time()
        async with both(scene) as (_, first, _two, second):
            assert first["place"] == second["place"] == "own"
            assert asyncio.get_running_loop().time() - began < limit(4)
        assert await scene.rooms(1) == [("own", code)]

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
        assert await scene.rooms(2) == [("livekit", ""), ("own", "livekit-refused")]

    in_danger(tmp_path, root, library, "ok", check)


def test_a_ladder_that_ends_in_nobody_leaves_those_who_talk(
    tmp_path: Path, root: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(scene: Scene) -> None:
        async with both(scene) as (one, _, _two, _hello):
            await scene.doctors.finish(scene.visit, WANG, "handled", "")
            await scene.gone()
            assert isinstance(scene.doctors, Escalations)
            # A nurse has taken the visit over, and talks, while nobody answers the next alarm.
            monkeypatch.setattr(scene.doctors._house, "taken_over", lambda _visit: True)
            async with scene.doctors.seat(scene.visit, LI, family=False) as nurse:
                assert (await until(nurse, "hello"))["place"] == "livekit"
                ring = Ring(scene.visit, "T1", "chest_pain", Step.NOBODY)
                scene.server.closed.clear()
                await scene.doctors._ring_over(ring, {})
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(scene.server.closed.wait(), 0.3)
                # Where the room is gone all the same, they go on browser to browser.
                await scene.doctors._terms.meetings.end(scene.visit)
                await nurse.stranded("livekit-lost")
                assert (await until(nurse, "moved"))["place"] == "own"
                assert (await until(one, "moved"))["place"] == "own"
        assert await scene.rooms(3) == [("livekit", ""), ("livekit", ""), ("own", "livekit-lost")]

    in_danger(tmp_path, root, library, "ok", check)


class Server:
    """A server that gives a room when it is let."""

    name = "livekit"

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.closed: list[str] = []

    async def open(self, _visit_id: str) -> None:
        await self.let.wait()

    def entry(self, _visit_id: str, _guest: Guest) -> dict[str, Any]:
        return {"place": self.name}

    async def close(self, visit_id: str) -> None:
        self.closed.append(visit_id)

    async def aclose(self) -> None:
        """Nothing is held."""


OWN = OwnSignals(Ice(()), lambda: 0.0)


def test_no_page_waits_for_the_log_and_a_room_that_comes_late_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr("suifang.meetings.WAIT_S", 0.05)
        lines: list[str] = []
        writes = asyncio.Event()

        async def note(_visit_id: str, body: RoomOpened) -> None:
            await writes.wait()
            lines.append(body.problem)

        meetings = ServedMeetings(server := Server(), OWN, note)
        async with asyncio.timeout(5):
            assert (await meetings.of("v")).name == "own"
            server.let.set()
            await meetings.end("v")
            writes.set()
            await meetings.aclose()
        assert (lines, server.closed) == (["livekit-late"], ["v"])

    asyncio.run(work())


def test_a_room_that_is_ended_as_it_is_asked_for_opens_again() -> None:
    async def work() -> None:
        async def note(_visit_id: str, _body: RoomOpened) -> None:
            """Nothing is kept."""

        meetings = ServedMeetings(server := Server(), OWN, note)
        server.let.set()
        async with asyncio.timeout(5):
            meetings.prepare("v")
            await meetings.end("v")  # before the server was asked
            assert (await meetings.of("v")).name == "livekit"
            await meetings.aclose()
        assert server.closed == ["v", "v"]

    asyncio.run(work())
