"""A daughter gives her mother's whole record on a small phone, goes on after a reload, and on her tablet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.browser.conftest import PHONE, Service
from tests.browser.steps import in_sight, tap, too_small, waits_for, write

Open = Callable[..., Any]
Answers = Sequence[tuple[str, str | list[str]]]
"""Asks with what is tapped, one after the other, or written."""
KEYBOARD = {"width": 360, "height": 420}
"""What an open keyboard leaves of the phone."""
TABLET = {"width": 768, "height": 1024}
OPENING: Answers = (
    ("identity", ["我是家里人，替他回答"]), ("proxy_relation", ["女儿"]), ("consent", ["可以"]),
)  # fmt: skip
OWN: Answers = (
    ("name", "李秀英，木子李，秀丽的秀，英雄的英"), ("sex", ["女"]), ("birth_date", [*"194853", "好了"]),
)  # fmt: skip
ID = "11010119480503006X"
CONTACT: Answers = (
    ("phone", [*"13800138000", "好了"]), ("resident_type", ["户口在外地"]), ("ethnicity", ["回族"]),
    ("blood_abo", ["O型"]), ("blood_rh", ["不知道"]), ("education", ["中专"]), ("occupation", ["坐办公室"]),
    ("payment", ["居民医保", "商业保险", "好了", "对"]),
)  # fmt: skip
HISTORY: Answers = (
    ("past_disease", ["高血压", "糖尿病", "中风", "糖尿病", "好了"]),
    ("surgery", "2003年做过阑尾炎手术"), ("trauma", ["骨折过"]), ("transfusion", ["没有"]),
    ("drug_allergy", ["青霉素", "磺胺", "好了"]), ("exposure", ["农药", "好了"]),
    ("family_father", ["不知道"]), ("family_mother", ["癌症", "好了"]), ("family_sibling", ["没有"]),
)  # fmt: skip
HOME: Answers = (
    ("family_child", ["没有"]), ("kitchen_vent", ["烟囱"]), ("fuel", ["烧煤"]), ("water", ["井水"]),
    ("toilet", ["露天粪坑"]), ("livestock", ["养在院子里"]), ("marital", ["老伴不在了"]), ("genetic_disease", ["没有"]),
    ("disability", ["听力残疾", "好了"]), ("contact_name", "王建国"), ("contact_relation", ["儿子"]),
    ("contact_phone", [*"13900139000", "好了"]), ("satisfaction_score", ["满意"]),
)  # fmt: skip
WHOLE = {
    "name": "李秀英", "sex": "2", "birth_date": "1948-05-03", "id_card_no": ID, "phone": "13800138000",
    "resident_type": "2", "ethnicity": "99", "blood_abo": "3",
    "blood_rh": "3", "education": "4", "occupation": "2", "payment": ("2", "5"),
    "past_disease": ("2", "7"), "surgery": "2", "trauma": "2", "transfusion": "1", "drug_allergy": ("2", "3"),
    "exposure": ("3",), "family_mother": ("6",), "family_sibling": ("1",), "family_child": ("1",), "kitchen_vent": "4",
    "fuel": "2", "water": "3", "toilet": "4", "livestock": "4", "marital": "3", "genetic_disease": "1",
    "disability": ("3",), "contact_name": "王建国", "contact_relation": "2", "contact_phone": "13900139000",
    "satisfaction_score": 4,
}  # fmt: skip


def give(page: Any, answers: Answers) -> None:
    """Each answer to its question."""
    for ask, how in answers:
        waits_for(page, ask)
        assert too_small(page) == [], ask
        if isinstance(how, str):
            write(page, how)
        for name in how if isinstance(how, list) else ():
            tap(page, name)


def test_a_daughter_gives_the_whole_record_on_her_phone(service: Service, visit_page: Open) -> None:
    page = visit_page(link := service.link("record_intake"), size=PHONE)
    give(page, OPENING)
    waits_for(page, "name")
    page.set_viewport_size(KEYBOARD)
    page.get_by_placeholder("在这里写字").focus()
    assert in_sight(page, "您的姓名是哪几个字")
    page.set_viewport_size(PHONE)
    give(page, OWN)
    waits_for(page, "id_card_no")
    for key in (*ID[:-1], "1", "好了"):
        tap(page, key)
    page.get_by_text("号码不对").wait_for()
    assert too_small(page) == []
    for key in ("删", "X", "好了"):
        tap(page, key)
    give(page, CONTACT)
    waits_for(page, "past_disease")
    page.reload()
    page.get_by_role("button", name="改：O型").click()
    assert too_small(page) == []
    tap(page, "B型")
    page.get_by_text("好的，改过来了").wait_for()
    give(page, HISTORY)
    waits_for(page, "family_child")
    other = visit_page(link, size=TABLET)
    give(other, HOME)
    for screen in (page, other):
        screen.get_by_text("这次随访做完了").wait_for()
        assert too_small(screen) == []
    visit = service.visit_of(link)
    given = [event.body for event in service.of_visit(visit) if type(event.body).__name__ == "SlotSet"]
    mine = {body.slot: body.value for body in given}
    assert {slot: mine.get(slot) for slot in WHOLE} == WHOLE | {"blood_abo": "2"}
    assert "family_father" not in mine
    before = {"identity", "contact_relation"}
    assert {body.speaker for body in given if body.slot not in before} == {"3"}
    assert [body.speaker for body in given if body.slot == "contact_relation"][-1] == "3"
