"""Patterns are found where they are meant, and nowhere else."""

from __future__ import annotations

import pytest
import yaml

from agent.domain.answers import AnswerKind
from agent.understanding.general import general_answer
from agent.understanding.intents import ORDER, detect_patterns
from agent.understanding.text import normalise
from agent.understanding.volunteered_words import volunteered_words
from tests.fakes.lexicon import CONTEXT, NLU_DATA, lexicons


def patterns(text: str, ask: str | None = None) -> list[str]:
    return [p.pattern for p in detect_patterns(normalise(text), ask, lexicons())]


def examples() -> list[tuple[str, str]]:
    data = yaml.safe_load((NLU_DATA / "intents.yml").read_text("utf-8"))
    return [(entry["intent"], line[2:]) for entry in data["nlu"] for line in entry["examples"].splitlines()]


@pytest.mark.parametrize(("intent", "text"), examples())
def test_every_example_is_found(intent: str, text: str) -> None:
    assert patterns(text)[:1] == [intent]


def test_every_pattern_has_examples() -> None:
    assert {intent for intent, _ in examples()} == set(ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "不用转医生", "不用找大夫了", "大夫让我少吃盐", "我去找大夫看过了", "别打针了", "一忙就忘了", "没事",
        "耳朵嗡嗡响",
        "走慢一点就不喘", "自己能吃", "一包能抽两天", "高压一百五，低压九十五", "没有", "天天吃",
        "吃错过一回药", "锻炼不做了，腿疼",
        "没空去拿药", "医生给我开的药", "我儿子给量的", "怕冷", "说好几遍了，没有", "我没说错",
    ],
)  # fmt: skip
def test_answers_start_no_pattern(text: str) -> None:
    assert patterns(text) == []


def test_a_question_keeps_its_words() -> None:
    (found,) = detect_patterns(normalise("能吃西瓜吗"), None, lexicons())
    assert found.words == "能吃西瓜吗"


@pytest.mark.parametrize(
    ("ask", "text", "kind"),
    [
        ("blood_pressure", "我不知道", AnswerKind.UNKNOWN),
        ("blood_pressure", "晓不得", AnswerKind.UNKNOWN),
        ("blood_pressure", "记不清了", AnswerKind.UNKNOWN),
        ("blood_pressure", "没注意过", AnswerKind.UNKNOWN),
        ("height_cm", "说不上来", AnswerKind.UNKNOWN),
        ("payment", "不想说", AnswerKind.REFUSED),
        ("payment", "问这干啥", AnswerKind.REFUSED),
        ("marital", "这个不告诉你", AnswerKind.REFUSED),
        ("fpg", "啥？", AnswerKind.REPEAT),
        ("fpg", "没听清，再说一遍", AnswerKind.REPEAT),
        ("fpg", "大点声，听不见", AnswerKind.REPEAT),
        ("med_adherence", "忘了吃", None),
        ("blood_pressure", "高压一百五，低压不知道多少来着好像是九十", None),
        ("fpg", "七点二", None),
    ],
)
def test_general_answers(ask: str, text: str, kind: AnswerKind | None) -> None:
    assert general_answer(normalise(text), ask, lexicons()) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我不抽烟不喝酒", {"smoke_per_day_now": 0, "alcohol_liang_now": 0}),
        ("烟早戒了", {"smoke_per_day_now": 0}),
        ("药天天吃", {"med_adherence": "1"}),
        ("我有时候忘吃药", {"med_adherence": "2"}),
        ("在家自己量的血压", {"bp_setting": "home"}),
        ("最近老头晕", {"htn_symptoms": ("2",)}),
        ("我老伴不抽烟", {}),
        ("大夫让我不抽烟", {}),
        ("这药能跟阿司匹林一起吃吗", {}),
        ("我想换成络活喜", {}),
        ("空腹在家测的血糖七点二", {}),
        ("不知道", {}),
    ],
)
def test_volunteered(text: str, expected: dict[str, object]) -> None:
    fills = volunteered_words(normalise(text), CONTEXT, lexicons())
    assert {fill.slot: fill.value for fill in fills} == expected


def test_volunteered_medicines_are_taken_and_named_exactly() -> None:
    (fill,) = volunteered_words(normalise("我吃着络活喜呢，一天一片"), CONTEXT, lexicons())
    assert [m.id for m in fill.value if not isinstance(m, str)] == ["amlodipine"]  # type: ignore[union-attr]
