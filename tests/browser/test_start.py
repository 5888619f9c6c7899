"""The page of residents who have no link: what it is about, who they are, then the conversation itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, PHONE, Service
from tests.browser.steps import tap
from tests.browser.test_pages import serious

Open = Callable[..., Any]
FLOWS = {
    "高血压随访": "hypertension_followup",
    "糖尿病随访": "diabetes_followup",
    "建健康档案": "record_intake",
    "约门诊": "appointment",
}


@pytest.mark.parametrize("about", FLOWS)
def test_somebody_without_a_link_begins_what_they_choose(service: Service, visit_page: Open, about: str) -> None:
    page = visit_page(f"{service.url}/start")
    tap(page, about)
    assert serious(page) == []
    tap(page, "打字回答")
    page.get_by_text("请写上您的姓名").wait_for()
    page.get_by_label("您的姓名").fill("赵淑芬")
    page.get_by_label("手机号").fill("1380000")
    tap(page, "打字回答")
    page.get_by_text("手机号是 11 位数字").wait_for()
    page.get_by_label("手机号").fill("13800001234")
    tap(page, "打字回答")
    page.wait_for_url("**/r/*")
    page.locator(".bubble.agent").first.wait_for()
    first = service.view(service.visit_of(page.url))["events"][0]
    assert first["flow"] == FLOWS[about]
    opened = first["resident"]
    assert (opened["name"], opened["phone"], opened["id"][:8]) == ("赵淑芬", "13800001234", "walk-in-")


def test_somebody_who_would_rather_speak_comes_to_the_call(service: Service, visit_page: Open) -> None:
    page = visit_page(f"{service.url}/start?lang=en", size=DESK)
    assert serious(page) == []
    tap(page, "Blood pressure follow-up")
    page.get_by_label("Your name").fill("Zhao")
    tap(page, "Answer by speaking")
    page.get_by_role("button", name="Start the call").wait_for()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
