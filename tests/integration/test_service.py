"""The service over its HTTP face: chats, visits, reports, faults."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.library import Library, load_library
from connectors.access.people import Role
from connectors.api import build_api
from suifang.shelf import StoredShelf
from suifang.web import web_chats
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

START = {"flow": "hypertension_followup", "resident": {"name": "王桂花", "sex": "2", "birth_date": "1948-05-03"}}
Check = Callable[[httpx.AsyncClient, House], Awaitable[None]]


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@pytest.fixture
def service(tmp_path: Path, root: Path, library: Library) -> Callable[[Check], None]:
    """Run a check, as a doctor, against a service of its own."""

    def run(check: Check) -> None:
        async def inside(house: House) -> None:
            async with await house.staff(Role.DOCTOR) as client:
                await check(client, house)

        held(settings_in(tmp_path, root), library, inside)

    return run


async def say(client: httpx.AsyncClient, visit_id: str, text: str) -> dict[str, Any]:
    answer = await client.post(f"/api/chat/{visit_id}", json={"text": text})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_chat_from_start_to_report(service: Callable[[Check], None]) -> None:
    async def check(client: httpx.AsyncClient, _house: House) -> None:
        started = await client.post("/api/chat", json=START)
        assert started.status_code == 201
        visit_id = started.json()["visit_id"]
        assert started.json()["ask"] == "identity"
        await say(client, visit_id, "我就是")
        await say(client, visit_id, "行")
        turn = await say(client, visit_id, "我胸口疼得厉害")
        for _ in range(5):
            if turn["done"]:
                break
            turn = await say(client, visit_id, "有")
        assert (turn["done"], turn["outcome"]) == (True, "escalated")
        visit = (await client.get(f"/api/visits/{visit_id}")).json()
        assert (visit["status"], visit["outcome"]) == ("draft", "escalated")
        assert [alert["flag"] for alert in visit["alerts"]] == ["chest_pain"]
        assert visit["record"]["header"]["resident_name"] == "王桂花"
        page = await client.get(f"/visits/{visit_id}/report")
        assert "我胸口疼得厉害" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        ended = await client.post(f"/api/chat/{visit_id}", json={"text": "喂"})
        assert (ended.status_code, ended.json()["code"]) == (409, "visit-ended")

    service(check)


def test_a_chat_goes_on_after_a_restart(service: Callable[[Check], None]) -> None:
    async def check(client: httpx.AsyncClient, house: House) -> None:
        visit_id = (await client.post("/api/chat", json=START)).json()["visit_id"]
        await say(client, visit_id, "我就是")
        again = build_api(web_chats(house.app), StoredShelf(house.app), house.entry.gate)
        async with await House(house.app, again, house.entry).staff(Role.DOCTOR) as later:
            turn = await say(later, visit_id, "行，你说吧")
        assert turn["ask"] == "blood_pressure"

    service(check)


def test_messages_of_one_visit_do_not_overtake_each_other(service: Callable[[Check], None]) -> None:
    async def check(client: httpx.AsyncClient, house: House) -> None:
        visit_id = (await client.post("/api/chat", json=START)).json()["visit_id"]
        await asyncio.gather(*(say(client, visit_id, "我就是") for _ in range(4)))
        events = await house.app.store.events.read(visit_id)
        assert [event.seq for event in events] == list(range(len(events)))

    service(check)


def test_words_of_people_are_escaped(service: Callable[[Check], None]) -> None:
    async def check(client: httpx.AsyncClient, _house: House) -> None:
        who = {"name": "<script>alert(1)</script>"[:32]}
        visit_id = (await client.post("/api/chat", json={**START, "resident": who})).json()["visit_id"]
        await say(client, visit_id, "<img src=x onerror=alert(1)>")
        page = (await client.get(f"/visits/{visit_id}/report")).text
        assert "<script>" not in page
        assert "<img" not in page

    service(check)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/chat", {**START, "flow": "no_such_flow"}, 404, "flow-unknown"),
        ("POST", "/api/chat", {"flow": "x"}, 422, "request-invalid"),
        ("POST", "/api/chat", {**START, "more": 1}, 422, "request-invalid"),
        ("POST", "/api/chat", {**START, "resident": {"name": "王", "birth_date": "nineteen"}}, 422, "request-invalid"),
        ("POST", "/api/chat/" + "0" * 32, {"text": "喂"}, 404, "visit-unknown"),
        ("POST", "/api/chat/short", {"text": "喂"}, 404, "visit-unknown"),
        ("POST", "/api/chat", {**START, "flow": "x" * 65}, 422, "request-invalid"),
        ("POST", "/api/chat/" + "0" * 32, {"text": "长" * 70_000}, 413, "request-too-large"),
        ("GET", "/api/visits/" + "0" * 32, None, 404, "visit-unknown"),
        ("GET", "/visits/" + "0" * 32 + "/report", None, 404, "visit-unknown"),
        ("GET", "/visits/" + "0" * 32 + "/clips/a.wav", None, 404, "visit-unknown"),
        ("GET", "/nowhere", None, 404, "http-404"),
        ("DELETE", "/health", None, 405, "http-405"),
    ],
)
def test_faults_have_one_form(
    service: Callable[[Check], None], method: str, path: str, body: Any, status: int, code: str
) -> None:
    async def check(client: httpx.AsyncClient, _house: House) -> None:
        answer = await client.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"code", "message", "remedy"}
        assert answer.json()["code"] == code

    service(check)


def test_health_and_home(service: Callable[[Check], None]) -> None:
    async def check(client: httpx.AsyncClient, _house: House) -> None:
        health = await client.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "ok")
        assert health.json()["required"]["store"] == "ok"
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/openapi.json")).status_code == 200

    service(check)


def test_history_may_be_given(service: Callable[[Check], None]) -> None:
    async def check(client: httpx.AsyncClient, house: House) -> None:
        history = {"sbp": 152, "suggested_visit_class": "2", "medications": ["amlodipine"], "htn_symptoms": ["2"]}
        visit_id = (await client.post("/api/chat", json={**START, "history": history})).json()["visit_id"]
        opened = (await house.app.store.events.read(visit_id))[0].to_dict()
        assert opened["history"]["medications"][0]["id"] == "amlodipine"
        assert opened["history"]["htn_symptoms"] == ("2",)

    service(check)


def test_too_many_messages_are_refused_and_harm_nothing(
    service: Callable[[Check], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suifang.chats.MOST_MESSAGES", 2)

    async def check(client: httpx.AsyncClient, _house: House) -> None:
        visit_id = (await client.post("/api/chat", json=START)).json()["visit_id"]
        await say(client, visit_id, "我就是")
        await say(client, visit_id, "行")
        refused = await client.post(f"/api/chat/{visit_id}", json={"text": "高压一百五"})
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many")
        other = (await client.post("/api/chat", json=START)).json()["visit_id"]
        assert (await say(client, other, "我就是"))["ask"] == "consent"

    service(check)


def test_two_conversations_at_once_and_impossible_birth_dates_leave_nothing_behind(
    service: Callable[[Check], None],
) -> None:
    async def check(client: httpx.AsyncClient, house: House) -> None:
        who = {**START["resident"], "id": "R00777"}  # type: ignore[dict-item]
        first = (await client.post("/api/chat", json={**START, "resident": who})).json()["visit_id"]
        again = await client.post("/api/chat", json={**START, "resident": who})
        assert (again.status_code, again.json()["code"]) == (409, "visit-running")
        assert first in again.json()["message"]
        assert (await say(client, first, "我就是"))["ask"] == "consent"
        for born in ("2199-01-01", "1850-01-01"):
            wrong = {"name": "王桂花", "id": f"R{born[:4]}", "birth_date": born}
            refused = await client.post("/api/chat", json={**START, "resident": wrong})
            assert (refused.status_code, refused.json()["code"]) == (400, "birth-date")
            assert await house.app.store.scope.resident(f"R{born[:4]}") is None

    service(check)
