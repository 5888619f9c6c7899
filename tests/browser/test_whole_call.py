"""A whole follow-up, spoken by a synthesised resident on the call page in real time: the form is right in the store."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.browser.conftest import Service
from tests.browser.steps import tap
from tests.browser.test_call import MICROPHONE, call_page, silent

Open = Callable[..., Any]
Spoken = Callable[[str], Path]
ANSWERS = {
    "identity": "我就是本人", "consent": "可以", "blood_pressure": "高压一百四十八，低压九十二",
    "bp_setting": "在家量的",
    "htn_symptoms": "没有不舒服", "heart_rate": "七十六下", "weight_kg_now": "六十二公斤", "height_cm": "一百五十八",
    "smoke_per_day_now": "不抽烟", "alcohol_liang_now": "不喝酒", "exercise": "一周五次，一次三十分钟",
    "salt_now": "一般", "psych_adjust": "没有", "compliance_behavior": "做得好",
    "medications": "氨氯地平，一天一次，一次一片", "med_adherence": "天天吃", "adr": "没有", "aux_exam": "没有做过",
    "satisfaction_score": "满意",
}  # fmt: skip
CUT = "{ const call = document.querySelector('suifang-call'); call.pc.close(); call.socket.close(); }"
STANDS = """() => { const { line, over } = document.querySelector('suifang-call');
  const { ask, outcome } = line.state || {}; return { ask, done: Boolean(over || outcome) }; }"""


def test_a_whole_follow_up_by_voice(service: Service, visit_page: Open, spoken: Spoken) -> None:
    page, link = call_page(service, visit_page)
    page.evaluate(MICROPHONE)
    tap(page, "开始通话")
    page.locator(".caption.agent", has_text="吗").first.wait_for(timeout=40_000)
    visit = service.visit_of(link)
    heard = page.locator(".caption.resident:not(.partial)")
    asked: list[str] = []
    for _ in range(40):
        silent(page, 300)
        stands = page.evaluate(STANDS)
        if stands["done"]:
            break
        if stands["ask"] == "bp_setting" and "bp_setting" not in asked:
            # The network changes: the page connects anew, and the call goes on where it was.
            page.evaluate(CUT)
            page.get_by_text("通话中").wait_for(timeout=10_000)
        asked.append(stands["ask"])
        again = "对吗" in page.locator(".caption.agent").last.inner_text()
        before = heard.count()
        sound = base64.b64encode(spoken("对" if again else ANSWERS[stands["ask"]]).read_bytes()).decode()
        page.evaluate("(data) => speak(data)", sound)
        with suppress(Exception):  # not heard: the agent asks again
            heard.nth(before).wait_for(timeout=8_000)
    page.get_by_text("通话结束了").wait_for()
    slots = service.slots(visit)
    whole = {"sbp": 148, "dbp": 92, "heart_rate": 76, "weight_kg_now": 62, "height_cm": 158, "smoke_per_day_now": 0}
    assert {name: slots[name] for name in whole} == whole
    assert slots["medications"][0].id == "amlodipine"
    assert service.view(visit)["outcome"] == "completed"
    timed = [event.body for event in service.of_visit(visit) if type(event.body).__name__ == "TurnTimed"]
    assert all(body.clip for body in timed)
    recorded = service.staff("doctor").get(f"/visits/{visit}/clips").json()
    (whole_call,) = [name for name in recorded if name.startswith("call-")]
    assert service.staff("doctor").get(f"/visits/{visit}/clips/{whole_call}").content.startswith(b"OggS")
