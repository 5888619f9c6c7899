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
