"""From 我对青霉素过敏 in a follow-up to the health record: heard, shown, accepted by the doctor, delivered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest

from agent.domain.answers import Resident
from agent.library import load_library
from connectors.access.people import Role
from connectors.signing.reference import open_reference
from connectors.signing.seed import seed
from connectors.storage.ports import Channel
from connectors.storage.proposals import ProposalStatus
from suifang.delivery import Courier
from suifang.interop import signed_visit
from suifang.reviewing import Reviewing
from suifang.visits import Caller
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

NOW = datetime.now().replace(microsecond=0)
PERSON = "R00001"
ALLERGY, DIABETES = "对了，我对青霉素过敏", "我去年查出糖尿病"


async def talked(house: House, words: Sequence[str]) -> str:
    """A follow-up of somebody whom the backend knows, in which this was said."""
    person = Resident("王桂花", PERSON, "2", date(1948, 5, 3), "13800001111")
    caller = Caller(person, {"sbp": 132, "dbp": 84}, team="T1")
    visit, _ = await house.app.visits.open("hypertension_followup", caller, Channel.CHAT, NOW)
    for said in ("我就是", "行，你说吧", *words):
        await visit.hear(said, NOW)
    await visit.close("input ended", NOW)
    await house.app.papers.draw_up(visit.id)
    return visit.id


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def section(page: str) -> str:
    """The proposals of a page, without tags."""
    found = re.search(r'<section class="card proposals".*?</section>', page, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", found.group())) if found else ""


def test_what_is_mentioned_reaches_the_record_when_a_doctor_accepts_it(tmp_path: Path, root: Path) -> None:
    settings = settings_in(tmp_path, root)
    library = load_library(root)

    async def check(house: House) -> None:
        async with open_reference(settings.signing_database) as backend:
            await seed(backend.database, 3, 1, NOW.date())
        visit = await talked(house, ["高压一百五，低压九十五", ALLERGY, DIABETES])
        allergy, diabetes = await house.app.store.proposals.of_visit(visit)
        doctor, nurse = await house.staff(Role.DOCTOR), await house.staff(Role.NURSE)
        stranger = await house.staff(Role.DOCTOR, "T2")
        assert "档案建议 2 条" in (await nurse.get("/console/work")).text
        page = (await doctor.get(f"/console/visits/{visit}")).text
        assert all(words in section(page) for words in ("药物过敏史 青霉素", ALLERGY, "既往史疾病 糖尿病", "本人"))
        path = f"/api/visits/{visit}/proposals"
        assert 'class="decide"' in page
        seen = (await nurse.get(f"/console/visits/{visit}")).text
        assert "青霉素" in section(seen)
        assert 'class="decide"' not in seen
        assert told(await nurse.post(f"{path}/{allergy.id}", json={"accept": True})) == (403, "role-wrong")
        assert told(await stranger.post(f"{path}/{allergy.id}", json={"accept": True})) == (404, "visit-unknown")
        assert [row.kind for row in await house.app.store.outbox.rows() if row.kind == "record_change"] == []
        assert (await doctor.post(f"{path}/{allergy.id}", json={"accept": True})).status_code == 204
        assert (await doctor.post(f"{path}/{diabetes.id}", json={"accept": False})).status_code == 204
        again = await doctor.post(f"{path}/{diabetes.id}", json={"accept": True})
        assert told(again) == (409, "proposal-decided")
        decided = section((await doctor.get(f"/console/residents/{PERSON}")).text)
        assert "已采纳" in decided
        assert "未采纳" in decided
        async with open_reference(settings.signing_database) as backend:
            before = await backend.resident(PERSON, NOW.date())
            await Courier(house.app.store.outbox, backend).empty()
            file = await backend.resident(PERSON, NOW.date())
        assert before is not None
        assert file is not None
        assert before.record == ()  # nothing without acceptance
        assert [(one.slot, one.value, one.accepted_by) for one in file.record] == [("drug_allergy", "2", "王医生")]
        page = (await doctor.get(f"/console/residents/{PERSON}")).text
        assert '<h2>健康档案</h2><table><tr><th scope="row">药物过敏史</th><td>青霉素</td></tr></table>' in page
        second = await talked(house, [ALLERGY])
        assert await house.app.store.proposals.of_visit(second) == ()
        decisions = [one.status for one in await house.app.store.proposals.of_visit(visit)]
        assert decisions == [ProposalStatus.ACCEPTED, ProposalStatus.REJECTED]
        assert (await doctor.post(f"/api/visits/{visit}/sign", json={"version": 1})).status_code == 201
        sheet = await Reviewing(library, house.app.store).sheet(visit)
        found = await house.app.store.proposals.of_visit(visit)
        assert [fact.words for fact in signed_visit(library, sheet, (), found).accepted] == ["药物过敏史 青霉素"]
        for somebody in (doctor, nurse, stranger):
            await somebody.aclose()

    held(settings, library, check)
