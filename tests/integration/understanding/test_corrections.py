"""Values told before and told anew while something else is asked, in the ways old people do it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.domain.answers import AskContext
from agent.domain.commands import CorrectSlots, SetSlots
from agent.library import load_library
from agent.understanding.interpret import interpret
from agent.understanding.knowledge import Knowledge

pytestmark = pytest.mark.integration

TOLD: dict[str, Any] = {
    "sbp": 146, "dbp": 84, "fpg": 11.4, "pbg_2h": 11.4, "heart_rate": 72, "weight_kg_now": 55, "height_cm": 160,
    "smoke_per_day_now": 10, "alcohol_liang_now": 2, "aecopd_count": 3, "pain_score": 2, "adl_grooming": 0,
    "days_since_discharge": 5, "past_disease": ("2", "3"), "contact_phone": "13574810926", "contact_name": "李建国",
    "contact_relation": "2", "spo2": 95, "staple_g_now": 300, "hypoglycemia": "1", "htn_symptoms": ("1",),
    "exercise_per_week_now": 3, "exercise_minutes_now": 30, "birth_date": "1949-12-31", "drug_allergy": ("1",),
}  # fmt: skip
ANEW: list[tuple[str, str, dict[str, Any]]] = [
    ("smoke_per_day_now", "哎不对不对 我老糊涂了 十一点四是饭后的 空腹那个是八点六", {"fpg": 8.6}),
    ("alcohol_liang_now", "烟说少了，是一包，老伴在边上瞪我呢", {"smoke_per_day_now": 20}),
    ("alcohol_liang_now", "哦刚才那个血糖不是六点四 六点四是上回的 这回空腹是九点四", {"fpg": 9.4}),
    ("adl_mobility", "刚才洗漱那个得改改 洗头洗脸刷牙我自己行 洗澡得闺女搭把手", {"adl_grooming": 1}),
    ("family_father", "哎刚才我说错了 糖尿病是我老伴的 我自己就一个血压高", {"past_disease": ("2",)}),
    (
        "payment",
        "哎，刚才我崽的电话讲错了，是幺三五七四八幺零九二九，尾巴上是九",
        {"contact_phone": "13574810929"},
    ),
    ("med_adherence", "刚才说犯了三回不对 有一回是去年的 今年是两回", {"aecopd_count": 2}),
    ("meds_reconciled", "等下，刚才痛几分我讲少了，应该是三分", {"pain_score": 3}),
    ("smoke_per_day_now", "慢着，俺刚才血糖给恁说错了，空腹不是七点二，是八点二", {"fpg": 8.2}),
    ("exercise", "哎呀体重报高了，上回称的是一百零六斤", {"weight_kg_now": 53}),
    ("salt_now", "等等，酒我没说全，一天得有半斤", {"alcohol_liang_now": 5}),
    ("height_cm", "体重不是一百一，我刚又称了一下，一百一十六斤", {"weight_kg_now": 58}),
    ("wants_doctor", "你把我抽烟那个改一改，一天十五根，十根是去年", {"smoke_per_day_now": 15}),
    ("adr", "前头问吃饭那个，主食我一天吃七两，说成六两了", {"staple_g_now": 350}),
    ("exercise", "喝酒我瞒了你，其实一天三两", {"alcohol_liang_now": 3}),
    ("fuel", "联系人不写我儿子了，写我闺女李建红", {"contact_name": "李建红"}),
    ("adr", "刚才说没低血糖不对，上个月有一回半夜心慌出汗，吃糖好的", {"hypoglycemia": "2"}),
    (
        "salt_now",
        "运动说多了，一个礼拜也就两回，一回二十分钟",
        {"exercise_per_week_now": 2, "exercise_minutes_now": 20},
    ),
    ("adl_dressing", "出院天数我算错了，今天是第六天", {"days_since_discharge": 6}),
    ("family_father", "青霉素我过敏，刚才忘说了", {"drug_allergy": ("2",)}),
    ("occupation", "生日给你说成阳历了，身份证上是五零年一月八号", {"birth_date": "1950-01-08"}),
    ("exercise", "烟不是十根，二十根", {"smoke_per_day_now": 20}),
    ("salt_now", "刚才那个一百六十公分是年轻时候的，现在缩了，一米五六", {"height_cm": 156}),
]


@pytest.fixture(scope="module")
def knowledge(root: Path) -> Knowledge:
    return load_library(root).knowledge


def commands(ask: str, words: str, knowledge: Knowledge) -> tuple[object, ...]:
    ctx = AskContext(datetime(2026, 11, 23, 9, 30), slots=TOLD)
    return interpret(words, ask, ctx, knowledge).commands


@pytest.mark.parametrize(("ask", "words", "anew"), ANEW)
def test_what_was_told_is_corrected_and_nothing_is_taken_for_the_open_ask(
    ask: str, words: str, anew: dict[str, Any], knowledge: Knowledge
) -> None:
    found = commands(ask, words, knowledge)
    corrected = {f.slot: f.value for c in found if isinstance(c, CorrectSlots) for f in c.fills}
    assert {slot: corrected.get(slot) for slot in anew} == anew
    assert not any(isinstance(command, SetSlots) for command in found)


@pytest.mark.parametrize(
    ("ask", "words", "value"),
    [
        ("smoke_per_day_now", "刚才抽了一根，一天也就五根", 5),
        ("weight_kg_now", "刚刚称的，一百一十斤", 55),
        ("alcohol_liang_now", "酒说多了不好，一天二两", 2),
        ("heart_rate", "刚才量血压的时候一块儿数的，七十六", 76),
    ],
)
def test_words_that_look_back_still_answer_the_open_ask(
    ask: str, words: str, value: float, knowledge: Knowledge
) -> None:
    found = commands(ask, words, knowledge)
    assert [f.value for c in found if isinstance(c, SetSlots) for f in c.fills if f.slot == ask] == [value]
    assert not any(isinstance(command, CorrectSlots) for command in found)
