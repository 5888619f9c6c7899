"""What people do on the pages."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Service


def started(service: Service, page: Any, link: str) -> str:
    """The visit, once its first question stands there."""
    page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    return service.visit_of(link)


def tap(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def enter(page: Any, digits: str) -> None:
    for digit in digits:
        tap(page, digit)
    tap(page, "好了")


def write(page: Any, text: str) -> None:
    page.get_by_placeholder("在这里写字").fill(text)
    tap(page, "发送")


def waits_for(page: Any, ask: str) -> None:
    page.locator(f".agent[data-ask={ask}]").last.wait_for()


_TOO_SMALL = """() => { const root = document.querySelector('suifang-chat').shadowRoot; const found = [];
  for (const e of root.querySelectorAll('button, input, p, small, span, h1, label, output')) {
    const box = e.getBoundingClientRect(); if (!box.width) continue;
    const target = ['BUTTON', 'INPUT'].includes(e.tagName);
    if (parseFloat(getComputedStyle(e).fontSize) < 20) found.push('letters ' + e.textContent);
    if (target && (box.height < 48 || box.width < 48)) found.push('target ' + e.textContent);
    const cut = target && e.scrollWidth > e.clientWidth + 1;
    if (box.left < 0 || box.right > innerWidth || cut) found.push('cut ' + e.textContent);
  }
  const answers = root.querySelector('.answers');
  if (answers.scrollHeight > answers.clientHeight + 2) found.push('answers to be scrolled');
  if (document.documentElement.scrollWidth > innerWidth) found.push('page wider than the screen');
  return found; }"""


def too_small(page: Any) -> list[str]:
    """What an old person, or somebody in a hurry on a small phone, would not read or hit in the chat."""
    found: list[str] = page.evaluate(_TOO_SMALL)
    return found


def in_sight(page: Any, words: str) -> bool:
    """The newest message with the words stands wholly in the part of the log that is seen."""
    page.wait_for_timeout(600)
    log = page.locator(".log").bounding_box()
    said = page.locator(".log p", has_text=words).last.bounding_box()
    return bool(log["y"] <= said["y"] and said["y"] + said["height"] <= log["y"] + log["height"])
