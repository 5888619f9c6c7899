"""From an alert to a doctor's outcome in the log, over the service's own parts."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.domain.answers import Resident
from agent.domain.events import DoctorCall
from agent.library import Library, load_library
from connectors.access.people import Role, Staff, StaffRow, StaffStatus
from connectors.api.ports import Said
from connectors.storage.caring import Doer
from connectors.storage.roster import ShiftRow
from suifang.app import App, open_app
from suifang.chat_voice import SharedEngines
from suifang.talking import open_talk
from suifang.web import ChatHooks
from tests.fakes.house import settings_in

pytestmark = pytest.mark.integration

NOW = datetime.now().replace(microsecond=0)
WANG = Staff("w", "wang", "王医生", Role.DOCTOR, "T1")
OTHER = Staff("o", "other", "张医生", Role.DOCTOR, "T2")


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


async def until(desk: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while (message := await desk.news())["type"] != kind:
            pass
    found: dict[str, Any] = message
    return found


def test_a_chat_with_a_red_flag_rings_only_at_its_team(tmp_path: Path, root: Path, library: Library) -> None:
    async def check() -> None:
        async with AsyncExitStack() as stack:
            app = await stack.enter_async_context(open_app(settings_in(tmp_path, root), library))
            engines = SharedEngines(app.settings, stack)
            chats, _ = await stack.enter_async_context(open_talk(app, engines, warm=False))
            hooks = chats.hooks
            assert isinstance(hooks, ChatHooks)
            doctors = hooks.doctors
            assert doctors is not None
            async with doctors.on_duty(OTHER) as stranger, doctors.on_duty(WANG) as desk:
                turn = await chats.start("hypertension_followup", Resident("王桂花", "R1"), {}, "T1")
                for number, text in enumerate(("我就是本人", "可以", "我胸口疼得厉害"), 1):
                    await chats.say(turn.visit_id, Said(text, number))
                ring = await until(desk, "ring")
                assert (ring["resident"], ring["reason"]) == ("王桂花", "chest_pain")
                assert "我胸口疼得厉害" in ring["words"]
                assert stranger.waiting.qsize() == 1  # that they are on duty, and nothing else
                await desk.accept(turn.visit_id)
                seen = await chats.look(turn.visit_id, -1)
                assert seen.doctor is not None
                assert (seen.doctor.step, seen.doctor.shown) == ("accepted", "王医生")
                # The conversation goes on while the doctor is there, and ends; the log stays whole.
                await chats.say(turn.visit_id, Said("有人", 4))
                await doctors.finish(turn.visit_id, WANG, "emergency", "已叫 120")
            events = await app.store.events.read(turn.visit_id)
            assert [event.seq for event in events] == list(range(len(events)))
            calls = [event.body for event in events if isinstance(event.body, DoctorCall)]
            assert [call.step for call in calls] == ["ringing", "accepted", "ended"]
            assert (calls[-1].outcome, calls[-1].notes) == ("emergency", "已叫 120")

    asyncio.run(check())


def test_whose_shift_it_is_is_rung_first_and_who_is_away_not_at_all(
    tmp_path: Path, root: Path, library: Library
) -> None:
    """王 has had the page open for longest, but it is 李's shift; 赵 said 不在; nobody answers, and it is a task."""
    li, zhao = Staff("l", "li", "李医生", Role.DOCTOR, "T1"), Staff("z", "zhao", "赵医生", Role.DOCTOR, "T1")

    async def on_the_roster(app: App) -> None:
        for who in (WANG, li, zhao):
            await app.store.staff.add(StaffRow(who, "-", False, "", 0, StaffStatus.ACTIVE, False, "2026-11-28"), "test")
        hour = timedelta(hours=1)
        starts, ends = ((NOW + way * hour).isoformat(timespec="minutes") for way in (-1, 1))
        doer = Doer("li", "李医生", NOW.isoformat())
        await app.store.roster.add(ShiftRow("a" * 32, li.id, "", "", starts, ends), "T1", doer)
        await app.store.roster.say(zhao.id, "away", NOW.isoformat())
        # What somebody said yesterday counts no more.
        await app.store.roster.say(WANG.id, "away", (NOW - 24 * hour).isoformat())

    async def check() -> None:
        async with AsyncExitStack() as stack:
            settings = settings_in(tmp_path, root).model_copy(update={"ring_seconds": 0.3})
            app = await stack.enter_async_context(open_app(settings, library))
            await on_the_roster(app)
            engines = SharedEngines(app.settings, stack)
            chats, _ = await stack.enter_async_context(open_talk(app, engines, warm=False))
            hooks = chats.hooks
            assert isinstance(hooks, ChatHooks)
            doctors = hooks.doctors
            assert doctors is not None
            async with doctors.on_duty(zhao) as away, doctors.on_duty(WANG) as second, doctors.on_duty(li) as first:
                assert (await until(away, "duty"))["said"] == "away"
                assert (await until(second, "duty"))["said"] == "available"
                turn = await chats.start("hypertension_followup", Resident("王桂花", "R1"), {}, "T1")
                for number, text in enumerate(("我就是本人", "可以", "我胸口疼得厉害"), 1):
                    await chats.say(turn.visit_id, Said(text, number))
                assert await until(first, "ring")
                assert await until(second, "ring")
                assert (await until(away, "missed"))["visit_id"] == turn.visit_id
            events = await app.store.events.read(turn.visit_id)
            calls = [(event.body.step, event.body.doctor) for event in events if isinstance(event.body, DoctorCall)]
            assert calls == [("ringing", "李医生"), ("ringing", "王医生"), ("nobody", "")]

    asyncio.run(check())
