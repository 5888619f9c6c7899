"""Staff who write in a running chat: over HTTP, beside the resident's own page."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.domain.answers import Resident
from agent.library import Library, load_library
from connectors.access.people import Role, Staff
from connectors.api.ports import Said
from suifang.app import open_app
from suifang.taking_over import PATIENCE, TakingOver
from suifang.web import present, web_chats
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration
WANG, LI = Staff("w", "wang", "王医生", Role.DOCTOR, "T1"), Staff("l", "li", "李护士", Role.NURSE, "T1")


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


async def begun(staff: httpx.AsyncClient) -> str:
    """A chat at its question of the blood pressure."""
    wanted = {"flow": "hypertension_followup", "resident": {"name": "王桂花", "id": "R1"}}
    visit = str((await staff.post("/api/chat", json=wanted)).json()["visit_id"])
    for text in ("我就是本人", "可以"):
        await staff.post(f"/api/chat/{visit}", json={"text": text})
    return visit


async def seen(staff: httpx.AsyncClient, visit: str) -> dict[str, Any]:
    found: dict[str, Any] = (await staff.get(f"/api/chat/{visit}")).json()
    return found


def test_a_doctor_writes_the_agent_is_silent_and_goes_on_afterwards(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(house: House) -> None:
        async with await house.staff(Role.DOCTOR) as doctor:
            visit = await begun(doctor)
            at = f"/api/visits/{visit}/talk"
            early = await doctor.post(f"{at}/say", json={"text": "您好"})
            assert (early.status_code, early.json()["code"]) == (409, "talk-loose")
            assert (await doctor.post(f"{at}/take")).status_code == 204
            assert (await doctor.post(f"{at}/say", json={"text": "家里有血压计吗？"})).status_code == 204
            state = await seen(doctor, visit)
            assert (state["staff"], state["replies"]["options"]) == ("王医生", [])
            assert (state["messages"][-1]["by"], state["messages"][-1]["text"]) == ("staff", "家里有血压计吗？")
            answer = await doctor.post(f"/api/chat/{visit}", json={"text": "有", "turn": state["turn"] + 1})
            assert (answer.json()["replies"], answer.json()["ask"]) == ([], "blood_pressure")
            live = (await doctor.get(f"/api/visits/{visit}/live")).json()
            assert (live["staff"], live["spoken"], live["lines"][-1]["text"]) == ("王医生", False, "有")
            assert (await doctor.post(f"{at}/back")).status_code == 204
            state = await seen(doctor, visit)
            assert (state["staff"], state["messages"][-1]["ask"]) == ("", "blood_pressure")
        async with await house.staff(Role.DOCTOR, "T2") as stranger:
            assert (await stranger.post(f"{at}/take")).status_code == 404

    held(settings_in(tmp_path, root), library, check)


def test_one_writes_at_a_time_and_who_leaves_is_relieved(tmp_path: Path, root: Path, library: Library) -> None:
    async def check() -> None:
        moment = present()
        async with open_app(settings_in(tmp_path, root), library) as app:
            chats = web_chats(app)
            taking = TakingOver(chats, lambda: moment)
            visit = (await chats.start("hypertension_followup", Resident("王桂花", "R1"), {}, "T1")).visit_id
            await taking.take(visit, WANG)
            with pytest.raises(Exception, match="王医生 writes here"):
                await taking.take(visit, LI)
            await taking.say(visit, "您好", WANG)
            moment = present() + PATIENCE * 2
            await taking.relieve()  # the resident has written nothing since: nobody waits
            assert (await chats.look(visit, -1)).staff == "王医生"
            await chats.say(visit, Said("医生在吗"))
            moment = present() + PATIENCE - timedelta(seconds=30)
            await taking.relieve()
            assert (await chats.look(visit, -1)).staff == "王医生"
            moment = present() + PATIENCE + timedelta(seconds=30)
            await taking.relieve()
            sight = await chats.look(visit, -1)
            assert (sight.staff, sight.messages[-1].by) == ("", "agent")
            await taking.take(visit, LI)

    asyncio.run(check())
