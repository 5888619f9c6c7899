"""Headers, rates, faults that tell nothing, and a whole conversation that leaves no trace in the log."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from agent.errors import StorageError
from agent.library import Library, load_library
from connectors.access.limits import Limits, Rate
from connectors.access.people import Role
from connectors.api import build_api
from connectors.api.access import SAFE, anyone, guard
from connectors.api.hardening import Counting
from connectors.api.policies import declared
from suifang.logs import TALKATIVE
from suifang.shelf import StoredShelf
from suifang.web import web_chats
from tests.fakes.house import House, held, settings_in
from tests.fakes.matrix import fill, furnish

pytestmark = pytest.mark.integration

NAME, PHONE, ID_NUMBER = "王翾龘", "13800007777", "110101194805031234"


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def test_every_answer_has_the_headers_and_no_page_an_inline_script(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(house: House) -> None:
        target = await furnish(house, "T1", "翾", "13800001111")
        async with await house.staff(Role.DOCTOR) as doctor:
            for route in declared(house.api):
                if route.method not in SAFE:
                    continue
                answer = await doctor.get(fill(route.path, target))
                policy = answer.headers["content-security-policy"]
                scripts = re.search(r"script-src ([^;]*)", policy)
                assert "frame-ancestors" in policy, route.path
                assert "unsafe-inline" not in (scripts.group(1) if scripts else ""), route.path
                assert "default-src" in policy, route.path
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert "strict-transport-security" not in answer.headers
                if "html" in answer.headers.get("content-type", ""):
                    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text), route.path
                    assert not re.search(r"<[^>]+\son\w+=", answer.text), route.path

    held(settings_in(tmp_path, root), library, check)


def test_behind_tls_browsers_are_told_to_stay_there(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        async with house.client() as client:
            assert "max-age" in (await client.get("/health")).headers["strict-transport-security"]

    held(settings_in(tmp_path, root).model_copy(update={"public_url": "https://clinic.example"}), library, check)


def test_who_asks_too_often_waits(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(plain: House) -> None:
        few = Counting(plain.app.live, Limits(Rate(60, 60), Rate(20, 60), Rate(5, 60), Rate(3, 60)))
        gate = replace(plain.entry.gate, counting=few)
        house = replace(plain, api=build_api(web_chats(plain.app), StoredShelf(plain.app), gate))
        async with house.client() as client, await house.staff(Role.NURSE) as nurse:
            body = {"name": "wang", "password": "x"}
            tried = [(await client.post("/api/session", json=body)).status_code for _ in range(6)]
            assert tried == [401] * 5 + [429]
            opened = [(await client.post("/api/link", json={})).status_code for _ in range(4)]
            assert opened == [422] * 3 + [429]
            asked = [(await nurse.get("/api/session")).status_code for _ in range(21)]
            assert asked == [200] * 20 + [429]
            last = [await client.get("/health") for _ in range(60)][-1]
            assert (last.status_code, last.json()["code"]) == (429, "too-often")
            assert int(last.headers["retry-after"]) >= 1
            assert last.headers["x-content-type-options"] == "nosniff"

    held(settings_in(tmp_path, root), library, check)


def test_a_fault_tells_and_logs_nothing_of_what_was_in_it(
    tmp_path: Path, root: Path, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    async def check(house: House) -> None:
        @house.api.get("/broken", dependencies=[guard(anyone)])
        async def broken() -> None:
            raise ValueError(f"row of {NAME}, {PHONE}")

        @house.api.get("/full", dependencies=[guard(anyone)])
        async def full() -> None:
            raise StorageError("store_database", f"/srv/var/suifang.db: {NAME}", "look at the disk")

        async with house.client() as client:
            for path, status, code in (("/broken", 500, "internal"), ("/full", 503, "store_database")):
                answer = await client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (status, code)
                assert NAME not in answer.text
                assert "/srv" not in answer.text
                assert answer.headers["x-content-type-options"] == "nosniff"
        assert "api.fault ValueError at integration/test_hardening.py" in caplog.text
        assert "api.error store_database" in caplog.text
        assert NAME not in caplog.text
        assert PHONE not in caplog.text

    held(settings_in(tmp_path, root), library, check)


def test_a_conversation_leaves_nothing_of_the_person_in_the_log(
    tmp_path: Path, root: Path, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    """At the level that the service runs at, and below it in our own code; error answers are looked through too."""
    caplog.set_level(logging.INFO)
    for name in TALKATIVE:
        caplog.set_level(logging.WARNING, name)
    for ours in ("suifang", "connectors", "agent", "speech"):
        caplog.set_level(logging.DEBUG, ours)

    async def check(house: House) -> None:
        async with await house.staff(Role.DOCTOR) as doctor, house.client() as stranger:
            who = {"name": NAME, "id": ID_NUMBER, "phone": PHONE, "sex": "2", "birth_date": "1948-05-03"}
            started = await doctor.post("/api/chat", json={"flow": "hypertension_followup", "resident": who})
            visit_id = started.json()["visit_id"]
            names = f"行，我叫{NAME}，电话{PHONE}，身份证{ID_NUMBER}"
            for words in ("我就是", names, "一百四十五，八十五", "吃着呢", "没有", "没有", "没有"):
                await doctor.post(f"/api/chat/{visit_id}", json={"text": words})
            await doctor.get(f"/visits/{visit_id}/report")
            wrong = [
                await stranger.post("/api/session", json={"name": NAME, "password": ID_NUMBER}),
                await stranger.get(f"/api/visits/{NAME}"),
                await stranger.get(f"/{NAME}?phone={PHONE}"),
                await doctor.post(f"/api/chat/{visit_id}", json={"text": {NAME: PHONE}}),
                await doctor.post("/api/chat", json={"flow": "x", "resident": {**who, "phone": f"{PHONE}x"}}),
                await doctor.post("/api/chat", content=f"{{{NAME}".encode()),
                await doctor.post("/api/chat", json={"flow": "none", "resident": who}),
                await stranger.get("/health"),
            ]
        for answer in wrong:
            assert_nothing(answer.text, answer.request.url.path[:20])
        assert_nothing(caplog.text, "the log")
        for entry in await house.app.store.audit.entries():
            assert_nothing(f"{entry.who} {entry.act} {dict(entry.detail)}", "the audit log")

    held(settings_in(tmp_path, root), library, check)


def assert_nothing(text: str, where: str) -> None:
    """No mark of the person."""
    for mark in (NAME, quote(NAME), PHONE, ID_NUMBER):
        assert mark not in text, f"{mark} in {where}: {text[:300]}"


def test_health_is_about_required_parts(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        async with house.client() as client:
            good = await client.get("/health")
            assert (good.status_code, good.json()["status"]) == (200, "ok")
            assert "not installed" in good.json()["optional"].values() or good.json()["optional"]
            await house.app.store.database.aclose()
            (house.app.settings.data_dir / "suifang.db").unlink()
            (house.app.settings.data_dir / "suifang.db").mkdir()
            bad: httpx.Response = await client.get("/health")
            assert (bad.status_code, bad.json()["status"]) == (503, "failing")
            assert str(house.app.settings.data_dir) not in bad.text

    held(settings_in(tmp_path, root), library, check)


def test_other_sites_are_let_in_by_the_list(tmp_path: Path, root: Path, library: Library) -> None:
    site, other = "https://clinic.example", "https://evil.example"

    async def check(house: House) -> None:
        async with house.client() as client:
            asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
            listed = await client.options("/api/link/visit", headers={"Origin": site, **asks})
            assert listed.headers["access-control-allow-origin"] == site
            assert "access-control-allow-credentials" not in listed.headers, "no cookies go there"
            unlisted = await client.options("/api/link/visit", headers={"Origin": other, **asks})
            assert "access-control-allow-origin" not in unlisted.headers
            framed = (await client.get("/r/x")).headers["content-security-policy"]
            assert framed.rpartition("frame-ancestors")[2].split() == ["'self'", site]
            assert "frame-ancestors 'none'" in (await client.get("/api/session")).headers["content-security-policy"]

    held(settings_in(tmp_path, root).model_copy(update={"web_origins": (site,)}), library, check)


def test_where_nobody_can_count_nobody_is_turned_away(tmp_path: Path, root: Path, library: Library) -> None:
    class Gone:
        async def allow(self, name: str, most: int, seconds: int) -> bool:
            raise StorageError("live-unreachable", f"{name} {most} {seconds}", "start it")

    async def check(plain: House) -> None:
        gate = replace(plain.entry.gate, counting=Counting(Gone()))
        house = replace(plain, api=build_api(web_chats(plain.app), StoredShelf(plain.app), gate))
        async with house.client() as client:
            assert (await client.get("/api/link")).json()["code"] == "link-unknown"

    held(settings_in(tmp_path, root), library, check)
