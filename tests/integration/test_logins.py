"""Logging in over HTTP: passwords, second factor, lockout, expiry, forged requests; accounts; residents' links."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pyotp
import pytest

from agent.library import Library, load_library
from connectors.access.people import Role
from connectors.access.tokens import LinkSigner
from connectors.api import build_api
from connectors.api.access import CSRF_HEADER
from connectors.api.staff import NewStaff
from connectors.signing.reference import open_reference
from connectors.signing.seed import seed
from suifang.accounts import Accounts
from suifang.doors import HouseDoors
from suifang.people import moment_from
from suifang.shelf import StoredShelf
from suifang.web import web_chats
from tests.fakes.house import KEY, House, held, settings_in
from tests.fakes.matrix import furnish, open_socket

pytestmark = pytest.mark.integration

OWN = "Baihua-2026"
MINUTE_MS = 60_000


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.now_ms = 1_796_000_000_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def with_clock(house: House, clock: Clock) -> House:
    """The same service on a clock of ours."""
    gate = house.entry.gate
    doors = HouseDoors(house.app.store, house.app.settings, LinkSigner(KEY), clock)
    entry = replace(house.entry, gate=replace(gate, doors=doors, desk=Accounts(house.app.store, clock)))
    return House(house.app, build_api(web_chats(house.app), StoredShelf(house.app), entry.gate), entry)


async def enter(client: httpx.AsyncClient, **more: str) -> httpx.Response:
    answer = await client.post("/api/session", json={"name": "wang", "password": OWN, **more})
    if answer.status_code == 200:
        client.headers[CSRF_HEADER] = answer.json()["csrf"]
    return answer


async def newcomer(house: House, role: Role = Role.DOCTOR) -> str:
    return await house.entry.accounts.add(NewStaff("wang", "王医生", role, "T1"), "test")


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_first_login_changes_the_password_then_enrols_the_second_factor(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(plain: House) -> None:
        clock = Clock()
        house = with_clock(plain, clock)
        first = await newcomer(house)
        async with house.client() as client:
            entered = await enter(client, password=first)
            cookie = entered.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
            assert entered.json()["stage"] == "change_password"
            assert code_of(await client.get("/api/visits/" + "0" * 32)) == (403, "change-password")
            weak = await client.put("/api/session/password", json={"old": first, "new": "password123"})
            assert code_of(weak) == (400, "password-weak")
            assert (await client.put("/api/session/password", json={"old": first, "new": OWN})).status_code == 204
            assert (await client.get("/api/session")).json()["stage"] == "enrol"
            assert code_of(await client.get("/api/visits/" + "0" * 32)) == (403, "enrol")
            secret = (await client.get("/api/session/totp")).json()["secret"]
            assert code_of(await client.put("/api/session/totp", json={"code": "000000"})) == (400, "code-wrong")
            code = pyotp.TOTP(secret).at(clock.now_ms // 1000)
            assert (await client.put("/api/session/totp", json={"code": code})).status_code == 204
            assert (await client.get("/api/session")).json()["stage"] == "full"
            assert code_of(await client.get("/api/visits/" + "0" * 32)) == (404, "visit-unknown")
        async with house.client() as again:
            assert code_of(await enter(again)) == (401, "code-needed")
            assert code_of(await enter(again, code=code)) == (401, "login-failed"), "a code works once"
            clock.now_ms += MINUTE_MS
            entered = await enter(again, code=pyotp.TOTP(secret).at(clock.now_ms // 1000))
            assert (entered.status_code, entered.json()["stage"]) == (200, "full")

    held(settings_in(tmp_path, root), library, check)


def test_five_failures_lock_a_name_for_half_an_hour_known_or_not(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(plain: House) -> None:
        clock = Clock()
        house = with_clock(plain, clock)
        first = await newcomer(house)
        async with house.client() as client:
            for name in ("wang", "nobody"):
                answers = [code_of(await enter(client, name=name, password="wrong")) for _ in range(6)]
                assert answers == [(401, "login-failed")] * 5 + [(429, "login-locked")]
            assert code_of(await enter(client, password=first)) == (429, "login-locked")
            clock.now_ms += 31 * MINUTE_MS
            assert (await enter(client, password=first)).status_code == 200
        acts = [entry.act for entry in await house.app.store.audit.entries()]
        assert acts.count("login_failed") == 13
        assert acts[-1] == "login"
        assert (await house.app.store.audit.verify()).whole

    held(settings_in(tmp_path, root), library, check)


def test_an_old_password_must_be_changed_before_anything_else(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(plain: House) -> None:
        clock = Clock()
        house = with_clock(plain, clock)
        first = await newcomer(house)
        async with house.client() as client:
            await enter(client, password=first)
            await client.put("/api/session/password", json={"old": first, "new": OWN})
            for days, stage in ((29, "full"), (1, "change_password")):
                clock.now_ms += days * 24 * 60 * MINUTE_MS
                assert (await enter(client)).json()["stage"] == stage
            assert code_of(await client.get("/api/visits/" + "0" * 32)) == (403, "change-password")
            same = await client.put("/api/session/password", json={"old": OWN, "new": OWN})
            assert code_of(same) == (400, "password-same")
            renewed = {"old": OWN, "new": OWN + "-winter"}
            assert (await client.put("/api/session/password", json=renewed)).status_code == 204
            assert (await client.get("/api/session")).json()["stage"] == "full"

    held(settings_in(tmp_path, root).model_copy(update={"second_factor": "off", "password_days": 30}), library, check)


def test_logins_end_idle_old_left_or_disabled(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(plain: House) -> None:
        clock = Clock()
        house = with_clock(plain, clock)
        first = await newcomer(house)
        async with house.client() as client:
            await enter(client, password=first)
            for _ in range(3):
                clock.now_ms += 14 * MINUTE_MS
                assert (await client.get("/api/session")).status_code == 200, "used, it goes on"
            clock.now_ms += 8 * MINUTE_MS
            assert (await client.get("/api/session", headers={"X-Background": "1"})).status_code == 200
            clock.now_ms += 8 * MINUTE_MS
            assert code_of(await client.get("/api/session")) == (401, "login-needed"), "polling is no use"
            await enter(client, password=first)
            for _ in range(12 * 6):
                clock.now_ms += 10 * MINUTE_MS
                last = await client.get("/api/session")
            assert code_of(last) == (401, "login-needed"), "no login lives longer than twelve hours"
            await enter(client, password=first)
            assert (await client.delete("/api/session")).status_code == 204
            assert (await client.get("/api/session")).status_code == 401
            await enter(client, password=first)
            await house.entry.accounts.disable("wang", "test")
            assert (await client.get("/api/session")).status_code == 401
            assert code_of(await enter(client, password=first)) == (401, "login-failed")

    held(settings_in(tmp_path, root), library, check)


def test_forged_requests_change_nothing(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        async with await house.staff(Role.DOCTOR) as client:
            body = {"flow": "hypertension_followup", "resident": {"name": "王"}}
            for forged in ({CSRF_HEADER: "0" * 64}, {CSRF_HEADER: ""}, {"Origin": "https://evil.example"}):
                assert code_of(await client.post("/api/chat", json=body, headers=forged)) == (403, "csrf")
            assert (await client.post("/api/chat", json=body, headers={"Origin": "http://test"})).status_code == 201

    held(settings_in(tmp_path, root), library, check)


def test_a_socket_closes_when_its_link_is_revoked(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        target = await furnish(house, "T1", "翾", "13800001111")
        headers = {"Authorization": f"Bearer {target.link_token}"}
        path, said = f"/api/chat/{target.visit_id}/live", json.dumps({"type": "say", "text": "喂"})
        status, told = await open_socket(house, path, headers, said)
        assert (status, "link-unknown" in told) == (101, False)
        revoking = house.entry.links.revoke(target.link_id, "test", "T1")
        status, told = await open_socket(house, path, headers, said, before=revoking)
        assert (status, "link-unknown" in told) == (101, True)

    held(settings_in(tmp_path, root), library, check)


def test_cookies_of_a_service_behind_tls_travel_by_nothing_else(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        first = await newcomer(house)
        async with house.client() as client:
            cookie = (await enter(client, password=first)).headers["set-cookie"]
            assert cookie.startswith("__Host-suifang_session=")
            assert "Secure" in cookie
            client.headers["Cookie"] = cookie.partition(";")[0]
            away = await client.delete("/api/session", headers={"Origin": "https://evil.example"})
            assert code_of(away) == (403, "csrf")
            assert (
                await client.delete("/api/session", headers={"Origin": "https://clinic.example"})
            ).status_code == 204

    held(settings_in(tmp_path, root).model_copy(update={"public_url": "https://clinic.example"}), library, check)


def test_a_link_opens_one_conversation_until_it_is_revoked(tmp_path: Path, root: Path, library: Library) -> None:
    settings = settings_in(tmp_path, root)

    async def check(house: House) -> None:
        async with open_reference(settings.signing_database) as backend:
            await seed(backend.database, 5, 1, moment_from(None).date())
            file = await backend.resident("R00001", moment_from(None).date())
        assert file is not None
        doctor = await house.staff(Role.DOCTOR, file.team)
        stranger = await house.staff(Role.DOCTOR, "T9")
        wanted = {"resident_id": "R00001", "flow": "hypertension_followup", "speaker": "family"}
        assert code_of(await stranger.post("/api/links", json=wanted)) == (404, "resident-unknown")
        made = (await doctor.post("/api/links", json=wanted)).json()
        async with house.client({"Authorization": f"Bearer {made['token']}"}) as resident:
            told = (await resident.get("/api/link")).json()
            assert (told["speaker"], told["visit_id"]) == ("family", None)
            opened = (await resident.post("/api/link/visit")).json()
            assert file.name in "".join(opened["replies"])
            assert (await resident.post("/api/link/visit")).json() == {**opened, "replies": []}
            said = await resident.post(f"/api/chat/{opened['visit_id']}", json={"text": "我就是"})
            assert said.json()["ask"] == "consent"
            other = (
                await doctor.post("/api/chat", json={"flow": "hypertension_followup", "resident": {"name": "李"}})
            ).json()
            assert code_of(await resident.post(f"/api/chat/{other['visit_id']}", json={"text": "喂"})) == (
                404,
                "visit-unknown",
            )
            assert (await resident.get(f"/api/visits/{opened['visit_id']}")).status_code == 401
            assert (await doctor.get(f"/api/visits/{opened['visit_id']}")).status_code == 200
            assert code_of(await stranger.delete(f"/api/links/{made['id']}")) == (404, "link-gone")
            assert (await doctor.delete(f"/api/links/{made['id']}")).status_code == 204
            assert code_of(await resident.post(f"/api/chat/{opened['visit_id']}", json={"text": "喂"})) == (
                401,
                "link-unknown",
            )
        for client in (doctor, stranger):
            await client.aclose()

    held(settings, library, check)


def test_admins_manage_accounts_and_nobody_else(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        new = {"name": "li.mei", "shown": "李护士", "role": "nurse", "team": "T2"}
        async with await house.staff(Role.ADMIN) as admin, await house.staff(Role.DOCTOR) as doctor:
            assert code_of(await doctor.post("/api/staff", json=new)) == (403, "role-wrong")
            first = (await admin.post("/api/staff", json=new)).json()["password"]
            assert code_of(await admin.post("/api/staff", json=new)) == (409, "name-taken")
            async with house.client() as nurse:
                assert (await enter(nurse, name="li.mei", password=first)).status_code == 200
                second = (await admin.post("/api/staff/li.mei/reset")).json()["password"]
                assert (await nurse.get("/api/session")).status_code == 401, "a reset ends the logins"
                assert (await enter(nurse, name="li.mei", password=second)).status_code == 200
                assert (await admin.post("/api/staff/li.mei/totp")).status_code == 204
                assert (await admin.post("/api/staff/li.mei/disable")).status_code == 204
            listed = {row["name"]: row for row in (await admin.get("/api/staff")).json()}
            assert listed["li.mei"]["status"] == "disabled"
            assert "password" not in listed["li.mei"]

    held(settings_in(tmp_path, root), library, check)


def test_without_a_link_a_conversation_begins_only_where_the_settings_say_so(
    tmp_path: Path, root: Path, library: Library
) -> None:
    body = {"flow": "hypertension_followup", "name": "王桂花"}

    async def closed(house: House) -> None:
        async with house.client() as visitor:
            assert code_of(await visitor.post("/api/link", json=body)) == (403, "walk-in-closed")

    async def allowed(house: House) -> None:
        async with house.client() as visitor, await house.staff(Role.DOCTOR) as doctor:
            begun = (await visitor.post("/api/link", json=body)).json()
            path = f"/api/chat/{begun['visit_id']}"
            assert (await visitor.post(path, json={"text": "我就是"})).status_code == 401
            bearer = {"Authorization": f"Bearer {begun['token']}"}
            assert (await visitor.post(path, json={"text": "我就是"}, headers=bearer)).json()["ask"] == "consent"
            assert (await doctor.get(f"/api/visits/{begun['visit_id']}")).status_code == 200, "the house's team sees it"

    settings = settings_in(tmp_path, root)
    held(settings, library, closed)
    held(settings.model_copy(update={"walk_in": True}), library, allowed)


def test_looks_at_records_are_in_the_audit_log(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(house: House) -> None:
        target = await furnish(house, "T1", "翾", "13800001111")
        async with await house.staff(Role.DOCTOR) as doctor, await house.staff(Role.DOCTOR, "T2") as stranger:
            for path in (f"/api/visits/{target.visit_id}", f"/visits/{target.visit_id}/clips/turn-001.wav"):
                await doctor.get(path)
                await doctor.get(path)
                await stranger.get(path)
            await doctor.delete("/api/session")
        found = [(entry.act, entry.who[:9]) for entry in await house.app.store.audit.entries(target.visit_id)]
        assert found == [("read", "doctor.t1"), ("listen", "doctor.t1")], "once a minute, and only who was let in"
        assert [entry.act for entry in await house.app.store.audit.entries()][-1] == "logout"

    held(settings_in(tmp_path, root), library, check)
