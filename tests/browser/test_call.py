"""The call page: a synthesised resident speaks through a microphone of the browser, the agent answers by WebRTC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.conftest import DESK, Service
from tests.browser.steps import enter, tap
from tests.browser.test_pages import serious
from tests.browser.test_video import MEET_MS, ON_CAMERA, moves

Open = Callable[..., Any]
MICROPHONE = """() => {
  const audio = new AudioContext(); const line = audio.createMediaStreamDestination();
  const room = audio.createConstantSource(); room.offset.value = 0; room.connect(line); room.start();
  navigator.mediaDevices.getUserMedia = async () => line.stream.clone();
  window.speak = async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const source = audio.createBufferSource();
    source.buffer = await audio.decodeAudioData(bytes.buffer);
    source.connect(line); source.start();
    window.saying = source;  // what nothing refers to may be collected, and never ends
    const ended = new Promise((done) => { source.onended = done; });
    const late = new Promise((done) => { setTimeout(done, source.buffer.duration * 1000 + 5000); });
    return Promise.race([ended, late]).then(() => null);
  };
}"""
"""A microphone that a test speaks into when it is the resident's turn."""
ENERGY = """async () => { let energy = 0; (await document.querySelector('suifang-call').pc.getStats()).forEach((r) => {
  if (r.type === 'inbound-rtp') energy += r.totalAudioEnergy || 0; }); return energy; }"""


TAKE = """async (visit) => (await fetch(`/api/visits/${visit}/talk/take`, { method: 'POST',
  headers: { 'X-CSRF-Token': document.querySelector('meta[name=csrf]').content } })).status"""


def call_page(service: Service, visit_page: Open) -> tuple[Any, str]:
    link = service.link(purpose="call")
    page = visit_page(link)
    page.get_by_role("button", name="开始通话").wait_for()
    return page, link


def silent(page: Any, for_ms: int = 500) -> None:
    """Until the agent has finished speaking."""
    quiet, last = 0, -1.0
    for _ in range(200):
        page.wait_for_timeout(100)
        now = page.evaluate(ENERGY)
        quiet = quiet + 100 if now - last < 1e-7 else 0
        last = now
        if quiet >= for_ms:
            return
    raise AssertionError("the agent does not stop")


def test_keys_answer_and_find_the_doctor(service: Service, visit_page: Open) -> None:
    page, link = call_page(service, visit_page)
    page.evaluate(MICROPHONE)
    tap(page, "开始通话")
    page.locator(".caption.agent", has_text="吗").first.wait_for(timeout=40_000)
    tap(page, "拨号盘")
    for name in ("我就是本人", "可以"):
        tap(page, name)
    page.locator(".caption.agent", has_text="高压").first.wait_for(timeout=20_000)
    enter(page, "148")
    enter(page, "92")
    page.locator(".caption.agent", has_text="在家").first.wait_for(timeout=20_000)
    assert service.slots(service.visit_of(link))["sbp"] == 148
    tap(page, "找医生")
    page.get_by_text("正在给您叫").or_(page.get_by_text("我已经记成急事")).first.wait_for(timeout=20_000)


def live_view(service: Service, visit_page: Open, who: str, visit: str) -> Any:
    """The running call, as somebody of the staff sees it."""
    page = visit_page(f"{service.url}/console/login?next=/console/visits/{visit}", size=DESK, **ON_CAMERA)
    page.get_by_label("登录名").fill(who)
    page.get_by_label("密码").fill(service.passwords[who])
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="我来说").wait_for()
    return page


def test_a_doctor_takes_a_running_call_over_and_hands_it_back(service: Service, visit_page: Open) -> None:
    page, link = call_page(service, visit_page)
    tap(page, "开始通话")
    page.locator(".caption.agent", has_text="吗").first.wait_for(timeout=40_000)
    tap(page, "拨号盘")
    for name in ("我就是本人", "可以"):
        tap(page, name)
    page.locator(".caption.agent", has_text="高压").first.wait_for(timeout=20_000)
    visit = service.visit_of(link)
    doctor, nurse = (live_view(service, visit_page, who, visit) for who in ("doctor", "nurse"))
    tap(doctor, "我来说")
    page.locator(".caption.agent", has_text="王医生来和您说").wait_for(timeout=20_000)
    moves(page, MEET_MS)
    moves(doctor, MEET_MS)
    nurse.get_by_text("王医生正在和居民说").wait_for()
    assert nurse.evaluate(TAKE, visit) == 409
    assert serious(page) == serious(doctor) == []
    asked = page.locator(".caption.agent", has_text="高压").count()
    tap(doctor, "交还语音助手")
    page.locator(".caption.agent", has_text="高压").nth(asked).wait_for(timeout=20_000)
    page.locator("suifang-video-room").wait_for(state="detached")
    doctor.get_by_role("button", name="我来说").wait_for()
    page.get_by_text("通话中").wait_for()
    # The other one has it now, and hangs up.
    tap(nurse, "我来说")
    moves(page, MEET_MS)
    nurse.get_by_role("button", name="结束通话").click()
    page.get_by_text("通话结束了").wait_for(timeout=20_000)
    held = [event.body for event in service.of_visit(visit) if type(event.body).__name__ == "DoctorCall"]
    assert [(one.reason, one.outcome) for one in held] == [("taken_over", "handed_back"), ("taken_over", "over")]
    assert held[0].doctor == "王医生"


def test_a_second_tab_takes_the_call_and_the_first_is_told(service: Service, visit_page: Open) -> None:
    first, link = call_page(service, visit_page)
    tap(first, "开始通话")
    first.locator(".caption.agent").first.wait_for(timeout=40_000)
    second = visit_page(link)
    tap(second, "开始通话")
    second.get_by_text("通话中").wait_for(timeout=30_000)
    first.get_by_text("在另一个窗口里接着了").wait_for()
    second.wait_for_timeout(2500)  # the first does not come back by itself
    before = second.evaluate(ENERGY)
    second.wait_for_timeout(1000)
    assert second.evaluate("document.querySelector('suifang-call').pc.connectionState") == "connected"
    assert second.evaluate(ENERGY) >= before
    tap(first, "开始通话")
    first.get_by_text("通话中").wait_for(timeout=30_000)
    second.get_by_text("在另一个窗口里接着了").wait_for()


def test_the_key_0_finds_the_doctor(service: Service, visit_page: Open) -> None:
    page, _ = call_page(service, visit_page)
    page.evaluate(MICROPHONE)
    tap(page, "开始通话")
    page.locator(".caption.agent", has_text="吗").first.wait_for(timeout=40_000)
    page.keyboard.press("0")
    page.get_by_text("正在给您叫").or_(page.get_by_text("我已经记成急事")).first.wait_for(timeout=20_000)


def test_the_microphone_is_tried_first(service: Service, visit_page: Open) -> None:
    page, _ = call_page(service, visit_page)
    page.get_by_role("button", name="试试麦克风").click()
    page.get_by_text("听得见").wait_for()


def test_without_a_microphone_the_page_says_so(service: Service, visit_page: Open) -> None:
    page, _ = call_page(service, visit_page)
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); }")
    tap(page, "开始通话")
    page.get_by_text("用不了麦克风").wait_for()
