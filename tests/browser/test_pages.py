"""Pages of residents and doctors on call: no serious fault of access, small scripts, a language of choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from connectors.web import STATIC
from connectors.web.vendor import LIVEKIT
from tests.browser.conftest import DESK, PHONE, Launch, Service
from tests.browser.steps import started, tap, waits_for
from tests.browser.test_video import doctor_page, in_danger, moves

Open = Callable[..., Any]
MOST_BYTES = 100_000


def serious(page: Any) -> list[str]:
    """What keeps people out, as axe finds it."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary'][:160]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_chat_keeps_nobody_out(service: Service, visit_page: Open, size: dict[str, int]) -> None:
    page = visit_page(link := service.link(), size=size)
    started(service, page, link)
    assert serious(page) == []
    for name in ("我就是本人", "可以"):
        tap(page, name)
    waits_for(page, "blood_pressure")
    assert serious(page) == []
    tap(page, "标准")
    assert serious(page) == []


def test_the_call_keeps_nobody_out(service: Service, visit_page: Open) -> None:
    page = visit_page(service.link(purpose="call"))
    page.get_by_role("button", name="开始通话").wait_for()
    assert serious(page) == []
    tap(page, "开始通话")
    page.get_by_text("通话中").wait_for(timeout=30_000)
    assert serious(page) == []


def test_desk_and_room_keep_nobody_out(service: Service, visit_page: Open) -> None:
    doctor = doctor_page(service, visit_page)
    assert serious(doctor) == []
    resident, visit = in_danger(service, visit_page)
    card = doctor.locator(f"article[data-visit='{visit}']")
    card.wait_for()
    assert serious(doctor) == []
    card.get_by_role("button", name="接听").click()
    moves(resident, 3000)
    assert serious(resident) == []
    assert serious(doctor) == []


def test_english_by_lang(service: Service, visit_page: Open) -> None:
    page = visit_page(f"{service.link()}?lang=en")
    page.get_by_placeholder("Write here").wait_for()
    assert page.get_by_role("button", name="Doctor").is_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Health follow-up"
    keys = page.evaluate("""async () => { const { TABLES } = await import('/static/words.js');
      const names = (table) => Object.entries(table).flatMap(([key, value]) =>
        typeof value === 'string' ? [key] : Object.keys(value).map((inner) => `${key}.${inner}`));
      return [names(TABLES.zh), names(TABLES.en)]; }""")
    assert sorted(keys[0]) == sorted(keys[1])


@pytest.mark.parametrize("path", ["/start", "/r/x", "/doctor/video"])
def test_a_browser_that_is_too_old_is_told_what_to_do(service: Service, launch: Launch, path: str) -> None:
    context = launch().new_context(viewport=PHONE)
    context.add_init_script("delete CSSStyleSheet.prototype.replaceSync")
    page = context.new_page()
    page.goto(service.url + path)
    page.get_by_text("请换一个新一点的浏览器").wait_for()
    context.close()


VENDORED = LIVEKIT.path.with_suffix("")
"""Nobody's own script: it comes where a LiveKit server is configured, when a doctor does."""


def graph(name: str, later: bool = True) -> set[Path]:
    """A page's script with all it imports, as it is sent; nothing comes from elsewhere."""
    seen: set[Path] = set()
    waiting = [STATIC / name]
    while waiting:
        path = waiting.pop().resolve()
        if path in seen or path == VENDORED:
            continue
        seen.add(path)
        for line in path.read_text("utf-8").splitlines():
            source = line.partition("from '")[2] or line.partition("import '")[2]
            source = source or (line.partition("import('")[2] if later else "")
            if source and not line.startswith("//"):
                assert source.startswith("."), line
                waiting.append(path.parent / source.partition("'")[0])
    return seen


@pytest.mark.parametrize("name", ["suifang-chat.js", "resident.js", "suifang-call.js", "doctor.js", "start.js"])
def test_scripts_are_small_and_ours(name: str) -> None:
    assert sum(path.stat().st_size for path in graph(name)) <= MOST_BYTES


def test_the_scripts_of_others_come_only_when_they_are_needed() -> None:
    users = [path.name for path in STATIC.rglob("*.js") if "vendor/" in path.read_text("utf-8")]
    assert users == ["served.js"]
    (line,) = [line for line in (STATIC / "room/served.js").read_text("utf-8").splitlines() if "vendor/" in line]
    assert f"await import('../vendor/{VENDORED.name}')" in line


def test_a_residents_page_asks_for_its_scripts_at_once() -> None:
    """Not one after the other as each is read: on a slow line every round trip counts."""
    page = (STATIC / "resident.html").read_text("utf-8")
    named = {STATIC / found for found in re.findall(r'(?:href|src)="/static/([^"]+\.js)"', page)}
    assert named == graph("resident.js", later=False)
