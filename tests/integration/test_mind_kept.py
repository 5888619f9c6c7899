"""What somebody said about not wanting to live: everybody on duty hears that there is danger, few read the words."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.library import load_library
from connectors.access.people import Role
from connectors.api.access import TELLING, Scope
from connectors.api.policies import declared
from connectors.storage.ports import Channel
from suifang.visits import Caller
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

WORDS = "活着没意思，我不想活了"


async def told(house: House) -> str:
    """A visit in which somebody said so; it is over."""
    caller = Caller(Resident("王桂花", "R1", "2", date(1948, 5, 3)), {}, team="T1")
    now = datetime.now().replace(microsecond=0)
    visit, _ = await house.app.visits.open("hypertension_followup", caller, Channel.CHAT, now)
    for said in ("我就是", "行，你说吧", WORDS):
        await visit.hear(said, now)
    await visit.close("input ended", now)
    await house.app.papers.draw_up(visit.id)
    return visit.id


def test_words_about_not_living_are_for_doctors_and_who_looks_after_it(tmp_path: Path, root: Path) -> None:
    async def check(house: House) -> None:
        visit = await told(house)
        pages = [
            route.path.replace("{visit_id}", visit).replace("{name}", "turn-001.wav")
            for route in declared(house.api)
            if route.needs.scope is Scope.VISIT and route.needs.act in TELLING and route.method == "GET"
        ]
        assert len(pages) >= 5
        async with await house.staff(Role.NURSE) as nurse, await house.staff(Role.DOCTOR) as doctor:
            for page in pages:
                refused = await nurse.get(page)
                assert (refused.status_code, refused.json()["code"]) == (403, "mind-kept"), page
                assert (await doctor.get(page)).status_code in (200, 404), page
            (ringing,) = (await nurse.get("/api/alerts")).json()
            assert (ringing["visit_id"], "自伤风险" in ringing["title"], ringing["urgent"]) == (visit, True, True)
            assert (ringing["words"], ringing["values"]) == ([], [])
            assert WORDS in str((await doctor.get("/api/alerts")).json())
            assert "不想活" not in (await nurse.get("/console/alerts")).text + (await nurse.get("/console/work")).text
            taken = await nurse.post(f"/api/visits/{visit}/alerts/{ringing['seq']}/take")
            assert taken.status_code == 204
            assert WORDS in (await nurse.get(f"/api/visits/{visit}")).text
        async with await house.staff(Role.NURSE) as other:
            assert (await other.get(f"/api/visits/{visit}")).status_code == 403

    held(settings_in(tmp_path, root), load_library(root), check)
