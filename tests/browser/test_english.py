"""Staff's pages in English: asked for, kept, switched; no Chinese is left but what people are called and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.conftest import DESK, Service
from tests.browser.pictures import WORDS, hold
from tests.browser.test_console import console, faults_of, held, pages_of  # noqa: F401 - the fixture of their pages

Open = Callable[..., Any]
Console = Callable[..., Any]
DATA = ("王医生", "李护士", "赵管理", "胸口疼", "脚肿")
"""Staff, and words of residents, that stand within sentences."""
LEFT = """(data) => { const kept = new Set(), cjk = /[\u3000-\u303f\u3400-\u9fff\uff01-\uff5e]/;
  for (const e of document.querySelectorAll('[translate=no], q, code')) kept.add(e);
  const names = [...document.querySelectorAll('.name, .row b')].map((e) => e.textContent).concat(data);
  const without = (text) => names.reduce((rest, name) => name ? rest.replaceAll(name, '') : rest, text);
  const walk = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT), found = [];
  for (let at = walk.nextNode(); at; at = walk.nextNode()) {
    if ([...kept].some((e) => e.contains(at))) continue;
    const said = ['aria-label', 'placeholder', 'title'];
    const texts = at.nodeType === 3 ? [at.data] : said.map((n) => at.getAttribute(n) || '');
    found.push(...texts.filter((text) => cjk.test(without(text)))); }
  return found; }"""


def test_every_page_has_english(service: Service, console: Console) -> None:  # noqa: F811
    held(service, last="someone_nearby")
    whole = f"/console/visits/{hold(service, WORDS)}"
    faults: list[Any] = []
    for who, paths in pages_of(service).items():
        page = console(paths[0] + "?lang=en", who)
        for path in [*paths, whole] if who == "doctor" else paths:
            if path.startswith("/visits/"):  # the printed form is the national one, in Chinese
                continue
            page.goto(service.url + path)
            assert page.evaluate("document.documentElement.lang") == "en", path
            faults += [(path, text) for text in page.evaluate(LEFT, list(DATA))]
            faults += faults_of(page, path)
    assert faults == []


def test_the_language_is_switched_on_the_page_and_kept(service: Service, visit_page: Open) -> None:
    page = visit_page(service.url + "/console/login", size=DESK)
    page.get_by_role("link", name="English").click()
    page.get_by_label("Login name").fill("doctor")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Name, password or code is wrong").wait_for()
    page.get_by_label("Password").fill(service.passwords["doctor"])
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Work list").wait_for()
    page.locator("suifang-doctor-desk section").wait_for(state="attached")  # the scripts have begun
    page.keyboard.press("?")
    page.get_by_text("next / previous row").wait_for()
    page.get_by_role("button", name="OK").click()
    page.get_by_role("link", name="中文").click()
    page.get_by_role("heading", name="工作列表").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_browser_that_prefers_english_is_met_in_english(service: Service, launch: Callable[..., Any]) -> None:
    context = launch().new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    page.goto(service.url + "/console/login")
    page.get_by_role("heading", name="Suifang · staff login").wait_for()
    context.close()


def test_a_doctor_corrects_in_english(service: Service, console: Console) -> None:  # noqa: F811
    visit = held(service)
    page = console(f"/console/visits/{visit}?lang=en")
    page.get_by_role("button", name="Correct Systolic").click()
    page.get_by_label("New value").fill("145")
    page.get_by_role("button", name="Checked with the resident").click()
    page.get_by_role("button", name="Save").click()
    page.locator("tr#sbp b", has_text="145 mmHg").wait_for()
    page.get_by_text("Systolic corrected, unsigned.").wait_for()
    assert page.evaluate(LEFT, list(DATA)) == []
