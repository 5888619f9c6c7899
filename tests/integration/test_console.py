"""Staff's pages over HTTP: the work list, a report that is corrected and signed, alerts that are taken once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest

from agent.domain.answers import Resident
from agent.library import Library, load_library
from connectors.access.people import Role
from connectors.api.staff import NewStaff
from connectors.storage.ports import Channel
from suifang.visits import Caller
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

NOW = datetime.now().replace(microsecond=0)
HOSTILE = '<img src=x onerror="alert(1)">'
PERSON = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


async def talked(house: House, name: str, words: Sequence[str], *, ends: bool = True, team: str = "T1") -> str:
    """The visit of somebody who said this."""
    resident = Resident(name, f"R-{name}"[:64], "2", date(1948, 5, 3), "13800001111")
    caller = Caller(resident, {"sbp": 132, "dbp": 84}, team=team)
    visit, _ = await house.app.visits.open("hypertension_followup", caller, Channel.CHAT, NOW)
    for said in ("我就是", "行，你说吧", *words):
        await visit.hear(said, NOW)
    if ends:
        await visit.close("input ended", NOW)
        await house.app.papers.draw_up(visit.id)
    return visit.id


def listed(page: str) -> list[tuple[str, str]]:
    """Bucket and name of every row, in order."""
    rows = re.findall(r'<li class="row (\w+)".*?<b translate="no">(.*?)</b>', page, re.DOTALL)
    return [(bucket, unescape(name)) for bucket, name in rows]


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_the_work_list_has_the_own_team_by_risk(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        await talked(house, "平常", ["高压一百三，低压八十"])
        await talked(house, "危急", ["高压一百九十，低压一百一十五", "对"])
        await talked(house, "正在说", ["高压一百三，低压八十"], ends=False)
        await talked(house, "胸痛", ["我胸口疼得厉害，喘不上气"], ends=False)
        await talked(house, "别人的", ["我胸口疼得厉害"], team="T2")
        await talked(house, HOSTILE, ["高压一百三，低压八十"])
        async with await house.staff(Role.NURSE) as nurse:
            page = (await nurse.get("/console/work")).text
        rows = listed(page)
        assert rows[0] == ("alert", "胸痛")
        assert rows[1] == ("critical", "危急")
        assert sorted(rows[2:4]) == sorted([("review", "平常"), ("review", HOSTILE)])
        assert rows[4] == ("running", "正在说")
        assert len(rows) == 5
        assert HOSTILE not in page
        assert "收缩压 190" in page
        assert "sbp" not in page

    held(settings_in(tmp_path, root), library, check)


def test_a_report_is_corrected_signed_and_done(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        visit = await talked(house, "王桂花", [f"高压一百五，低压九十五，{HOSTILE}"])
        async with await house.staff(Role.DOCTOR) as doctor, await house.staff(Role.NURSE) as nurse:
            page = (await doctor.get(f"/console/visits/{visit}")).text
            assert "150 mmHg" in page
            assert "132 mmHg → 150 mmHg" in page, "what changed stands on top"
            assert HOSTILE not in page
            body = {"version": 1, "slot": "sbp", "value": "145", "why": "听录音是145", "misheard": True}
            assert (await nurse.post(f"/api/visits/{visit}/corrections", json=body)).json() == {"version": 2}
            late = await doctor.post(f"/api/visits/{visit}/corrections", json={**body, "value": "140"})
            assert told(late) == (409, "record-changed"), "the second is told, and nothing is lost"
            assert told(await doctor.post(f"/api/visits/{visit}/sign", json={"version": 1})) == (409, "record-changed")
            assert told(await nurse.post(f"/api/visits/{visit}/sign", json={"version": 2})) == (403, "role-wrong")
            for slot, value in (("visit_class", "1"), ("doctor_sign", "李医生")):
                mine = {**body, "version": 2, "slot": slot, "value": value}
                assert told(await nurse.post(f"/api/visits/{visit}/corrections", json=mine)) == (403, "role-wrong")
            forged = {**body, "version": 2, "slot": "doctor_sign", "value": "李医生"}
            assert told(await doctor.post(f"/api/visits/{visit}/corrections", json=forged)) == (400, "signature-signed")
            page = (await doctor.get(f"/console/visits/{visit}")).text
            assert re.search(r"<s>150 mmHg</s> 王医生 [\d: -]+ 改：听录音是145（当时听错）", page)
            signed = await doctor.post(f"/api/visits/{visit}/sign", json={"version": 2})
            assert signed.json() == {"version": 3}
            assert told(await doctor.post(f"/api/visits/{visit}/sign", json={"version": 3})) == (409, "signed-already")
            assert listed((await doctor.get("/console/work")).text) == [("done", "王桂花")]
            assert "王医生 已签字" in (await doctor.get(f"/console/visits/{visit}")).text
        versions = await house.app.store.reviews.versions(visit)
        assert [v.status for v in versions] == ["draft", "corrected", "signed"]
        acts = [entry.act for entry in await house.app.store.audit.entries(visit)]
        assert acts.count("correct") >= 1
        assert "sign" in acts

    held(settings_in(tmp_path, root), library, check)


def test_a_visit_sent_back_waits_for_a_new_conversation(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        visit = await talked(house, "王桂花", ["高压一百五，低压九十五"])
        async with await house.staff(Role.DOCTOR) as doctor:
            sent = await doctor.post(f"/api/visits/{visit}/recall", json={"why": "没听清吃什么药"})
            assert sent.status_code == 204
            page = (await doctor.get("/console/work")).text
            assert listed(page) == [("recall", "王桂花")]
            assert "退回重打：没听清吃什么药" in page
            assert "退回重打：没听清吃什么药" in (await doctor.get(f"/console/visits/{visit}")).text

    held(settings_in(tmp_path, root), library, check)


def test_an_alert_rings_for_the_team_and_is_taken_once(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        visit = await talked(house, "王桂花", ["高压一百五，低压九十五", "胸口疼得厉害，喘不上气"], ends=False)
        doctor, nurse = await house.staff(Role.DOCTOR), await house.staff(Role.NURSE)
        stranger = await house.staff(Role.DOCTOR, "T2")
        assert (await stranger.get("/api/alerts")).json() == []
        (ringing,) = (await nurse.get("/api/alerts")).json()
        assert ringing["visit_id"] == visit
        assert "胸痛" in ringing["title"]
        assert "收缩压 150 mmHg" in ringing["values"]
        assert ["本人", "胸口疼得厉害，喘不上气"] in ringing["words"]
        path = f"/api/visits/{visit}/alerts/{ringing['seq']}/take"
        assert told(await doctor.post(f"/api/visits/{visit}/alerts/close", json={"outcome": "reached"})) == (
            409, "alert-open")  # fmt: skip
        assert told(await stranger.post(path)) == (404, "visit-unknown")
        assert (await nurse.post(path)).status_code == 204
        assert told(await doctor.post(path)) == (409, "alert-taken")
        assert (await doctor.get("/api/alerts")).json() == []
        assert "已接" in (await doctor.get("/console/alerts")).text
        closed = await nurse.post(f"/api/visits/{visit}/alerts/close", json={"outcome": "ambulance", "note": "已上车"})
        assert closed.status_code == 204
        assert "没有要处理的警报" in (await doctor.get("/console/alerts")).text
        acts = [entry.act for entry in await house.app.store.audit.entries(visit)]
        assert [act for act in acts if act.startswith("alert")] == ["alert_take", "alert_close"]
        for client in (doctor, nurse, stranger):
            await client.aclose()

    held(settings_in(tmp_path, root), library, check)


def test_a_running_conversation_is_followed(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        visit = await talked(house, "王桂花", ["高压一百五，低压九十五"], ends=False)
        async with await house.staff(Role.DOCTOR) as doctor:
            page = (await doctor.get(f"/console/visits/{visit}")).text
            after = int(re.search(r'data-after="(\d+)"', page)[1])  # type: ignore[index]
            live = (await doctor.get(f"/api/visits/{visit}/live?after={after}")).json()
            assert (live["running"], live["lines"]) == (True, [])
            await doctor.post(f"/api/chat/{visit}", json={"text": "在家里量的"})
            live = (await doctor.get(f"/api/visits/{visit}/live?after={after}")).json()
            assert next(line["text"] for line in live["lines"]) == "在家里量的"
            assert "血压来源 家庭自测" in live["values"]

    held(settings_in(tmp_path, root), library, check)


def test_who_is_not_logged_in_is_led_to_the_login(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        async with house.client(PERSON) as nobody:
            led = await nobody.get("/console/work")
            assert (led.status_code, led.headers["location"]) == (303, "/console/login?next=/console/work")
            assert "登录名" in (await nobody.get("/console/login")).text
            first = await house.entry.accounts.add(NewStaff("wang", "王医生", Role.DOCTOR, "T1"), "test")
            entered = await nobody.post("/api/session", json={"name": "wang", "password": first})
            nobody.headers["X-CSRF-Token"] = entered.json()["csrf"]
            assert (await nobody.get("/console/work")).headers["location"] == "/console/account"
            assert "请先换成自己的" in (await nobody.get("/console/account")).text
            await nobody.put("/api/session/password", json={"old": first, "new": "Baihua-2026"})
            page = (await nobody.get("/console/account")).text
            secret = (await nobody.get("/api/session/totp")).json()["secret"]
            assert "<svg" in page
            assert secret[:4] in page
        async with await house.staff(Role.OPERATOR) as operator:
            refused = await operator.get("/console/work", headers=PERSON)
            assert refused.status_code == 403
            assert "没有权限" in refused.text

    held(settings_in(tmp_path, root), library, check)
