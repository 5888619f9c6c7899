"""The chat widget as residents and their families use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import DESK, Service
from tests.browser.steps import enter, started, tap, too_small, waits_for, write

Open = Callable[..., Any]


def test_a_follow_up_by_taps_fills_the_form(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    visit = started(service, page, link)
    for name in ("我就是本人", "可以"):
        tap(page, name)
    waits_for(page, "blood_pressure")
    assert page.get_by_text("第 1 / 17 项").is_visible()
    enter(page, "148")
    enter(page, "92")
    tap(page, "在家自己量的")
    tap(page, "头晕")
    tap(page, "腿肿")
    tap(page, "好了")
    waits_for(page, "heart_rate")
    enter(page, "76")
    waits_for(page, "weight_kg_now")
    enter(page, "62")
    waits_for(page, "height_cm")
    enter(page, "158")
    for name in ("不抽", "不喝酒"):
        tap(page, name)
    waits_for(page, "exercise")
    enter(page, "5")
    enter(page, "30")
    for name in ("一般", "挺好的", "做得好"):
        tap(page, name)
    waits_for(page, "medications")
    write(page, "氨氯地平，一天一次，一次一片")
    for name in ("天天吃", "没有", "没有做过", "满意"):
        tap(page, name)
    page.get_by_text("这次随访做完了").wait_for()
    slots = service.slots(visit)
    assert {name: slots[name] for name in ("sbp", "dbp", "heart_rate", "weight_kg_now", "smoke_per_day_now")} == {
        "sbp": 148, "dbp": 92, "heart_rate": 76, "weight_kg_now": 62, "smoke_per_day_now": 0,
    }  # fmt: skip
    assert slots["htn_symptoms"] == ("2", "9")
    assert slots["medications"][0].id == "amlodipine"
    assert slots["satisfaction_score"] == 4


def test_an_earlier_answer_is_tapped_and_changed(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    visit = started(service, page, link)
    for name in ("我就是本人", "可以"):
        tap(page, name)
    waits_for(page, "blood_pressure")
    enter(page, "148")
    enter(page, "92")
    waits_for(page, "bp_setting")
    page.get_by_role("button", name="改：高压148，低压92").click()
    enter(page, "138")
    enter(page, "86")
    page.get_by_text("好的，改过来了").wait_for()
    slots = service.slots(visit)
    assert (slots["sbp"], slots["dbp"]) == (138, 86)


def test_a_cut_network_loses_and_doubles_nothing(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    visit = started(service, page, link)
    page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    page.context.set_offline(True)
    page.evaluate("document.querySelector('suifang-chat').line.socket.close()")
    page.get_by_text("网断了").wait_for()
    tap(page, "我就是本人")
    assert page.locator(".waiting").count() == 1
    page.context.set_offline(False)
    waits_for(page, "consent")
    # The answer to a message is lost on its way: the page sends it once more, the service takes it once.
    page.evaluate(
        """() => { const line = document.querySelector('suifang-chat').line; const socket = line.socket;
        line.say('可以'); setTimeout(() => { socket.onmessage = null; socket.close(); }, 0); }"""
    )
    waits_for(page, "blood_pressure")
    said = [event.body.text for event in service.of_visit(visit) if type(event.body).__name__ == "ResidentSaid"]
    assert said == ["我就是本人", "可以"]
    assert page.locator(".bubble.resident").all_inner_texts() == ["我就是本人", "可以"]


def test_two_tabs_show_the_same_and_answer_once(service: Service, visit_page: Open) -> None:
    first = visit_page(link := service.link())
    started(service, first, link)
    second = visit_page(link, size=DESK)
    second.get_by_role("button", name="我就是本人", exact=True).wait_for()
    tap(first, "我就是本人")
    second.get_by_role("button", name="可以", exact=True).wait_for()
    stale = second.evaluate(
        """async () => { const line = document.querySelector('suifang-chat').line;
        const gone = new Promise((done) => line.addEventListener('refused', (e) => done(e.detail.code)));
        line.pending.push({ text: '二百', amend: null, turn: 1 }); line.say(''); return gone; }"""
    )
    assert stale == "turn-taken"
    assert second.get_by_placeholder("在这里写字").input_value() == "二百"


def test_a_cry_for_help_counts_in_a_stale_tab_too(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    visit = started(service, page, link)
    for name in ("我就是本人", "可以"):
        tap(page, name)
    waits_for(page, "blood_pressure")
    page.evaluate(
        """() => { const line = document.querySelector('suifang-chat').line;
        line.pending.push({ text: '我胸口疼得厉害，喘不上气', amend: null, turn: 1 }); line.say(''); }"""
    )
    page.locator(".agent", has_text="120").first.wait_for()
    raised = [event.body.flag for event in service.of_visit(visit) if type(event.body).__name__ == "AlertRaised"]
    assert "chest_pain" in raised


HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'


def test_hostile_words_stay_words(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    started(service, page, link)
    page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    write(page, HOSTILE)
    page.locator(".bubble.resident").get_by_text("<script>").wait_for()
    assert page.evaluate("window.hit") is None
    assert (
        page.evaluate("document.querySelector('suifang-chat').shadowRoot.querySelectorAll('img, script').length") == 0
    )


def test_a_message_of_a_megabyte_is_refused_and_the_chat_goes_on(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    started(service, page, link)
    page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    page.evaluate("document.querySelector('suifang-chat').line.say('长'.repeat(1_000_000))")
    page.get_by_text("太长了").wait_for()
    tap(page, "我就是本人")
    waits_for(page, "consent")


def test_a_thousand_messages_a_second_hurt_nobody_else(
    service: Service, visit_page: Open, limit: Callable[[float], float]
) -> None:
    loud, quiet = (visit_page(service.link()) for _ in range(2))
    for page in (loud, quiet):
        page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    loud.evaluate(
        """() => { const { socket } = document.querySelector('suifang-chat').line; let sent = 0;
        window.flood = setInterval(() => { for (let i = 0; i < 100; i += 1, sent += 1)
          socket.send(JSON.stringify({ type: 'say', text: `好${sent}`, turn: sent }));
          if (sent >= 3000) clearInterval(window.flood); }, 100); }"""
    )
    for name, ask in (("我就是本人", "consent"), ("可以", "blood_pressure")):
        began = time.monotonic()
        tap(quiet, name)
        waits_for(quiet, ask)
        assert time.monotonic() - began < limit(2)
    loud.evaluate("clearInterval(window.flood)")


def test_a_link_that_is_no_more_says_so(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    started(service, page, link)
    service.revoke(link)
    visit_page(link).get_by_text("这个链接打不开了").wait_for()
    page.evaluate("document.querySelector('suifang-chat').line.socket.close()")
    page.get_by_text("这个链接打不开了").wait_for()


def test_a_spoken_message_is_recognised_by_the_service(
    service: Service, visit_page: Open, spoken: Callable[[str], Any]
) -> None:
    sound = spoken("我就是本人")
    page = visit_page(link := service.link(), f"--use-file-for-fake-audio-capture={sound}")
    visit = started(service, page, link)
    talk = page.locator("button.talk")
    talk.wait_for()
    talk.dispatch_event("pointerdown")
    page.wait_for_timeout(2500)
    talk.dispatch_event("pointerup")
    page.locator(".bubble.resident").first.wait_for(timeout=30_000)
    events = service.of_visit(visit)
    heard = [event.body for event in events if type(event.body).__name__ == "ResidentSaid"]
    timed = [event.body for event in events if type(event.body).__name__ == "TurnTimed"]
    assert len(heard) == 1
    assert "本人" in heard[0].text
    assert service.staff("doctor").get(f"/visits/{visit}/clips/{timed[0].clip}").content[:4] == b"RIFF"


NO_MICROPHONE = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
}"""


def test_without_a_microphone_the_chat_goes_on_in_writing(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    started(service, page, link)
    page.evaluate(NO_MICROPHONE)
    talk = page.locator("button.talk")
    talk.dispatch_event("pointerdown")
    page.wait_for_timeout(100)
    talk.dispatch_event("pointerup")
    page.get_by_text("用不了麦克风").wait_for()
    tap(page, "我就是本人")
    waits_for(page, "consent")


def test_every_message_can_be_read_aloud(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    started(service, page, link)
    with page.expect_response("**/speech/*") as answered:
        page.locator(".agent .tool").last.click()
    assert answered.value.status == 200
    assert int(answered.value.headers["content-length"]) > 50_000


def test_large_letters_and_targets(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link())
    started(service, page, link)
    page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    small = too_small(page)
    assert small == []
    tap(page, "标准")
    assert page.evaluate("getComputedStyle(document.querySelector('suifang-chat')).fontSize") == "18px"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_widget_sits_on_a_strangers_page_with_one_tag(service: Service, visit_page: Open, lang: str) -> None:
    """Another origin, a strict policy of its own: not a line of ours may break it."""
    page = visit_page("about:blank")
    policy = (
        f"default-src 'none'; script-src {service.url}; connect-src {service.url} {service.url.replace('http', 'ws')}"
    )
    token = service.link().rsplit("/", 1)[1]
    tag = f"{service.url}/static/suifang-chat.js?token={token}&lang={lang}"
    html = f"<!doctype html><title>x</title><body><script type=module src='{tag}'></script>"
    page.route(
        "http://clinic.example/", lambda route: route.fulfill(
            body=html, content_type="text/html", headers={"Content-Security-Policy": policy}))  # fmt: skip
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    page.goto("http://clinic.example/")
    page.get_by_role("button", name={"zh": "打开随访", "en": "Open follow-up"}[lang]).click()
    page.get_by_role("button", name="我就是本人", exact=True).wait_for()
    assert refused == []
