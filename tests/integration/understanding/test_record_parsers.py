"""Parsers of the record intake: the cases of the tree, what must not be filled, context, robustness."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.domain.answers import AnswerKind, AskContext, Reading, Resident
from agent.library import load_library
from agent.understanding.interpret import read as read_answer

ROOT = Path(__file__).parents[3]
KNOWLEDGE = load_library(ROOT).knowledge
NOW = datetime(2026, 11, 23, 9, 30)
CASES = [
    case
    for path in sorted((ROOT / "evaluation" / "cases" / "answers").glob("record*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
]
ASKS = sorted({case["ask"] for case in CASES})


def read(ask: str, text: str, **context: object) -> Reading:
    return read_answer(ask, text, AskContext(now=NOW, **context), KNOWLEDGE)  # type: ignore[arg-type]


def slots(reading: Reading) -> dict[str, object]:
    return {fill.slot: list(fill.value) if isinstance(fill.value, tuple) else fill.value for fill in reading.fills}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, object]) -> None:
    expect = dict(case["expect"])  # type: ignore[call-overload]
    answer = expect.pop("_answer", None)
    reading = read(str(case["ask"]), str(case["text"]))
    wanted = {slot: value.isoformat() if hasattr(value, "isoformat") else value for slot, value in expect.items()}
    assert slots(reading) == wanted
    assert answer in (None, reading.answer)
    assert case.get("confirm") in (None, reading.confirm)


@pytest.mark.parametrize(
    ("ask", "text", "value"),
    [
        ("phone", "我的是幺三八零零幺三八八八零，儿子的我不记得", "13800138880"),
        ("phone", "八六，一三八零零一三八八八零", "13800138880"),
        ("phone", "一三八零零一三，双八，八零", "13800138880"),
        ("contact_name", "村东头我二闺女，叫赵小梅", "赵小梅"),
        ("birth_date", "五一年的阴历八月十五", "1951-09-15"),
        ("birth_date", "一九五零三月八号", "1950-03-08"),
        ("fuel", "主要用煤气罐，有时候烧点柴", "1"),
        ("water", "没有自来水，喝井水", "3"),
        ("marital", "老伴没走，身体好着呢", "2"),
        ("education", "小学都没毕业", "8"),
        ("family_mother", "我爹是中风，我娘有高血压", ["2"]),
        ("past_disease", "高血压，不对，是糖尿病", ["3"]),
        ("drug_allergy", "青霉素能打", ["1"]),
    ],
)
def test_value(ask: str, text: str, value: object) -> None:
    assert slots(read(ask, text))[ask] == value


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        ("phone", "一三八零零一三八百"),
        ("phone", "幺三八零零幺三，十八，八零"),
        ("id_card_no", "五一零一零二一九五零零三一五零零一"),
        ("birth_date", "六十多岁"),
        ("birth_date", "一九五零年十三月八号"),
        ("name", "你叫什么名字"),
        ("contact_name", "我老伴"),
        ("blood_abo", "什么血型"),
        ("ethnicity", "汉族吗"),
        ("payment", "有社保"),
        ("disability", "眼睛有点花"),
        ("past_disease", "我儿子有高血压"),
        ("family_father", "我娘有糖"),
        ("trauma", "摔过一跤"),
    ],
)
def test_fills_nothing(ask: str, text: str) -> None:
    assert slots(read(ask, text)) == {}


def test_same_person_as_contact_is_read_back() -> None:
    resident = Resident("王桂花", phone="13800138880")
    assert read("contact_name", "王桂花", resident=resident).confirm
    assert read("contact_phone", "幺三八零零幺三八八八零", resident=resident).confirm


def test_own_name_takes_the_characters_of_the_list() -> None:
    assert slots(read("name", "我叫王贵华", resident=Resident("王桂花"))) == {"name": "王桂花"}


def test_card_against_birth_date_and_sex() -> None:
    said = "五一零一零二，一九五零零三一五，零零一四"
    assert not read("id_card_no", said, slots={"birth_date": "1950-03-15", "sex": "1"}).confirm
    assert read("id_card_no", said, slots={"birth_date": "1951-03-15"}).confirm
    assert read("id_card_no", said, slots={"sex": "2"}).confirm


def test_animal_that_does_not_fit_is_read_back() -> None:
    assert not read("birth_date", "属虎，一九五零年三月八号").confirm
    assert read("birth_date", "属龙，一九五零年三月八号").confirm


@pytest.mark.parametrize("ask", ASKS)
def test_refusal_and_not_knowing_fill_nothing_invented(ask: str) -> None:
    refused = read(ask, "这个我不想说")
    assert (slots(refused), refused.answer) == ({}, AnswerKind.REFUSED)
    unknown = read(ask, "不知道")
    assert unknown.answer is AnswerKind.UNKNOWN or slots(unknown) in (
        {"blood_abo": "5"},
        {"blood_rh": "3"},
        {"education": "10"},
    )


WORDS = (
    *"零一幺二两三四五六七八九十百千个年月号叉没有不是高低我他的，0138x ",
    *("不对", "高血压", "没有", "糖", "老伴", "走了", "儿子", "叫", "阴历", "腊月", "属虎", "证", "以前", "现在"),
)


TOLD_TOGETHER = ({"contact_name", "contact_relation"}, {"blood_abo", "blood_rh"})


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ASKS), st.lists(st.sampled_from(WORDS), max_size=24).map("".join) | st.text(max_size=60))
def test_never_raises_and_fills_no_other_line_of_the_record(ask: str, text: str) -> None:
    reading = read(ask, text)
    together = {ask, *next((pair for pair in TOLD_TOGETHER if ask in pair), ())}
    assert all(fill.slot in together or fill.slot not in ASKS for fill in reading.fills)
    assert all(0 <= fill.span[0] <= fill.span[1] for fill in reading.fills)
