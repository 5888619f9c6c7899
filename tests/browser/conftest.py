"""A running service and Chromium; where either cannot be had the tests are skipped by name."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import select

from agent.domain.events import from_dict
from connectors.signing.reference import open_reference
from connectors.signing.tables import residents
from connectors.storage.children import is_child
from speech.audio import wav_bytes
from speech.ports import VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer

playwright = pytest.importorskip("playwright.sync_api", reason="browser: playwright is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
ALWAYS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC",
)
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
STARTS_S = 60
_made: dict[str, str] = {}
"""Ids of the links."""
T = TypeVar("T")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder is one ring."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@cache
def _residents(data: Path) -> Iterator[str]:
    """Grown-ups of the first team, who is due first, over and over: each may have one conversation at a time."""

    async def found() -> list[str]:
        async with open_reference(data / "signing.db") as backend:
            due = [item.resident_id for item in await backend.due(date.today(), 1000) if item.team == "T1"]
            mine = select(residents.c.id, residents.c.birth_date).where(residents.c.team_id == "T1")
            async with backend.database.begin() as connection:
                rows = (await connection.execute(mine.order_by(residents.c.id))).all()
            children = {row.id for row in rows if is_child(date.fromisoformat(str(row.birth_date)), date.today())}
            return [one for one in dict.fromkeys([*due, *(row.id for row in rows)]) if one not in children]

    return cycle(elsewhere(found()))


_clients: dict[str, httpx.Client] = {}
"""Logged-in staff, by name; closed with the service."""


def elsewhere(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread: Playwright's own loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass(frozen=True)
class Service:
    """The service as users run it."""

    url: str
    data: Path
    passwords: dict[str, str]

    def link(self, flow: str = "hypertension_followup", purpose: str = "chat") -> str:
        """A fresh link of a resident of the doctor's team."""
        resident = next(_residents(self.data))
        wanted = {"resident_id": resident, "flow": flow, "purpose": purpose}
        answer = self.staff("doctor").post("/api/links", json=wanted)
        assert answer.status_code == 201, answer.text
        link = f"{self.url}/r/{answer.json()['token']}"
        _made[link] = answer.json()["id"]
        return link

    def revoke(self, link: str) -> None:
        """From now on the link is worth nothing."""
        self.staff("doctor").delete(f"/api/links/{_made[link]}").raise_for_status()

    def visit_of(self, link: str) -> str:
        """The visit that a link opened."""
        token = link.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
        answer = httpx.get(f"{self.url}/api/link", headers={"Authorization": f"Bearer {token}"})
        return str(answer.json()["visit_id"])

    def staff(self, name: str) -> httpx.Client:
        """Somebody who is logged in."""
        if name in _clients:
            return _clients[name]
        client = _clients[name] = httpx.Client(base_url=self.url)
        entered = client.post("/api/session", json={"name": name, "password": self.passwords[name]})
        client.headers["X-CSRF-Token"] = entered.json()["csrf"]
        return client

    def of_visit(self, visit_id: str) -> tuple[Any, ...]:
        """Events of a visit, as they are stored."""
        return tuple(from_dict(event) for event in self.view(visit_id)["events"])

    def view(self, visit_id: str) -> dict[str, Any]:
        """The visit as the doctor's service shows it."""
        answer = self.staff("doctor").get(f"/api/visits/{visit_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def slots(self, visit_id: str) -> dict[str, Any]:
        """Latest values by slot."""
        return {e.body.slot: e.body.value for e in self.of_visit(visit_id) if type(e.body).__name__ == "SlotSet"}


@pytest.fixture(scope="module")
def service(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for each file, whose alarms ring in no other; every test opens visits of its own."""
    yield from served(root, tmp_path_factory.mktemp("served"), {})


def served(root: Path, data: Path, settings: Mapping[str, str]) -> Iterator[Service]:
    """A service of its own in a folder of its own."""
    command = [sys.executable, "-m", "suifang.cli", "serve", "--demo", "--port", "0"]
    environment = {
        "SUIFANG_DATA_DIR": str(data),
        "PATH": "/usr/bin:/bin",
        "SUIFANG_RING_SECONDS": "3",
        "SUIFANG_WEB_ORIGINS": '["http://clinic.example"]',
        "PYTHONPATH": str(root),
        **settings,
    }
    log = data / "log.txt"  # a file: nobody reads a pipe while tests run, and a full one stops the service
    with log.open("w") as written, subprocess.Popen(command, stderr=written, env=environment, cwd=root) as process:
        try:
            yield _started(log, data)
        finally:
            for client in _clients.values():
                client.close()
            _clients.clear()
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _started(log: Path, data: Path) -> Service:
    """The service once it listens, with what it printed."""
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until:
        told = log.read_text("utf-8")
        if found := re.search(r"listening on (http://\S+)", told):
            return Service(found[1], data, dict(re.findall(r"^  (\w+) +(\S+)$", told, re.MULTILINE)))
        time.sleep(0.1)
    raise AssertionError(f"the service did not start: {log.read_text('utf-8')[-2000:]}")


Launch = Callable[..., Any]


@pytest.fixture(scope="package")
def launch() -> Iterator[Launch]:
    """Start browsers with extra switches; equal switches share one."""
    if CHROMIUM is None:
        pytest.skip("browser: no Chromium here (Debian: apt install chromium fonts-noto-cjk)")
    with playwright.sync_playwright() as driver:
        open_ones: dict[Sequence[str], Any] = {}

        def start(*switches: str) -> Any:
            if switches not in open_ones:
                found = driver.chromium.launch(executable_path=CHROMIUM, args=[*ALWAYS, *switches])
                open_ones[switches] = found
            return open_ones[switches]

        yield start
        for browser in open_ones.values():
            browser.close()


@pytest.fixture
def visit_page(launch: Launch) -> Iterator[Callable[..., Any]]:
    """Open a page; errors in it fail the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(url: str, *switches: str, size: dict[str, int] = PHONE, **options: Any) -> Any:
        context = launch(*switches).new_context(viewport=size, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if url != "about:blank":
            page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="package")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A WAV of a resident who says something."""
    folder = tmp_path_factory.mktemp("spoken")

    def speak(text: str) -> Path:
        async def work() -> bytes:
            voice = EspeakSynthesizer()
            try:
                return wav_bytes(await voice.synthesize(text, VoiceStyle("cmn+f5", 145)))
            finally:
                await voice.aclose()

        path = folder / f"{abs(hash(text))}.wav"
        if not path.exists():
            path.write_bytes(elsewhere(work()))
        return path

    return speak
