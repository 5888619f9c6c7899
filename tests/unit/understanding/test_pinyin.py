"""Names are found by their sound."""

from __future__ import annotations

import pytest

from agent.understanding.medicine_names import find_medicines, repair_names
from agent.understanding.pinyin import build_index, distance, fold, syllable_cost, syllables
from tests.fakes.lexicon import lexicons

INDEX = build_index([("a", "氨氯地平"), ("b", "诺和灵"), ("c", "诺和锐"), ("d", "可定")])


@pytest.mark.parametrize(
    ("a", "b"), [("牛奶", "流来"), ("四", "是"), ("胸闷", "凶门"), ("心慌", "星方"), ("痛风", "同疯")]
)
def test_confusions_fold_together(a: str, b: str) -> None:
    assert fold(a) == fold(b)


def test_folding_keeps_positions() -> None:
    assert len(fold("吃30R，络活喜a")) == len("吃30R，络活喜a")


def test_known_confusions_cost_less_than_others() -> None:
    assert syllable_cost("lin", "ling") < syllable_cost("an", "ang") < syllable_cost("lin", "ta")


def test_distance_counts_a_lost_syllable() -> None:
    assert distance(syllables("氨氯地平"), syllables("氨氯平")) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("text", "key", "span"), [("我吃安绿地平", "a", (2, 6)), ("打诺和林", "b", (1, 4)), ("诺何瑞啊", "c", (0, 3))]
)
def test_misheard_names_are_found(text: str, key: str, span: tuple[int, int]) -> None:
    (hit,) = INDEX.find(text)
    assert (hit.key, hit.span, hit.exact) == (key, span, False)


@pytest.mark.parametrize("text", ["肯定吃了", "今天天气好", "", "，，", "abc123"])
def test_other_words_are_no_names(text: str) -> None:
    assert INDEX.find(text) == ()


def test_repair_writes_the_right_characters() -> None:
    assert repair_names("吃安绿地平和二家双瓜", lexicons()) == "吃氨氯地平和二甲双胍"


def test_repair_leaves_ordinary_speech_alone() -> None:
    text = "今天早上量的血压一百五，没有头晕，天天都吃药，肯定没忘"
    assert repair_names(text, lexicons()) == text


@pytest.mark.parametrize("text", ["诺和，诺和什么", "拜什么来着", "打胰岛素", "一种地平"])
def test_half_names_are_asked_for(text: str) -> None:
    found = find_medicines(text, lexicons())
    assert not found.taken
