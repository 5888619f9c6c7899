"""Characters written by sound are put back where the others are far likelier; good words and names stay."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from agent.domain.alerts import MentionStatus
from agent.domain.answers import AnswerKind
from agent.domain.commands import ProbeMention, RaiseAlert
from agent.library import Library, load_library
from agent.understanding.alarms import heard_mentions
from agent.understanding.familiar import pairs
from agent.understanding.hearing import Hearing
from agent.understanding.interpret import alarms, interpret, read
from agent.understanding.repair import Repaired
from agent.understanding.text import normalise
from tests.fakes.lexicon import CONTEXT, NLU_DATA

ROOT = Path(__file__).parents[3]


@cache
def library() -> Library:
    return load_library(ROOT)


def repaired(text: str, ask: str | None = None) -> Repaired:
    return library().knowledge.hearing.repaired(normalise(text), ask)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("高压一百武，低压九十", "高压一百五，低压九十"),
        ("一百铱十五", "一百一十五"),
        ("血鸭一百四十五", "血压一百四十五"),
        ("头不晕也步疼", "头不晕也不疼"),
        ("梅有头晕", "没有头晕"),
        ("每天吃一遍药", "每天吃一遍药"),
        ("一天痴两次", "一天吃两次"),
        ("簿到一百五十斤", "不到一百五十斤"),
        ("不知捣", "不知道"),
    ],
)
def test_misheard_characters_are_put_back(heard: str, meant: str) -> None:
    assert repaired(heard).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "高压一百五十六，低压八十二",
        "我儿子在上海当老师",
        "吃的是二甲双胍，一天三次",
        "晚上起来尿两三回",
        "三十六度七",
        "不是在医院，是在家量的",
        "脚有点肿，一按一个坑",
        "闺女十点来",
        "今天下雨没出门",
        "一三八零零一三八零零零",
        "",
        "ok",
        "😀",
    ],
)
def test_what_may_well_have_been_said_stays(text: str) -> None:
    assert repaired(text).changes == ()


@pytest.mark.parametrize("ask", ["name", "contact_name"])
def test_names_stay_as_heard(ask: str) -> None:
    assert repaired("叫章锈英", ask).changes == ()


@pytest.mark.parametrize("ask", ["medications", "blood_pressure", None])
def test_a_medicine_name_is_never_spelled_right_in_silence(ask: str | None) -> None:
    assert repaired("吃的是安绿地平", ask).text == "吃的是安绿地平"


@pytest.mark.parametrize("text", ["没" * 400, "一百" * 200, "肌肉龙" * 30])
def test_long_or_odd_texts_keep_their_length(text: str) -> None:
    assert len(repaired(text).text) == len(normalise(text).text)


def test_a_clear_repair_of_a_number_counts() -> None:
    (fill,) = read("heart_rate", "脉搏六十捂", CONTEXT, library().knowledge).fills
    assert fill.value == 65


@pytest.mark.parametrize("text", ["三十六杜八", "36妒5", "三十六度欺"])
def test_an_odd_word_beside_a_number_has_it_read_back_unless_it_is_understood(text: str) -> None:
    reading = read("body_temperature", text, CONTEXT, library().knowledge)
    assert reading.confirm or {fill.value for fill in reading.fills} <= {36.8, 36.5, 36.7}


def test_a_numeral_that_only_a_merged_sound_gives_is_read_back() -> None:
    reading = read("blood_pressure", "高压一百拭十五，低压八十", CONTEXT, library().knowledge)
    assert reading.confirm


def test_a_misheard_denial_denies() -> None:
    assert read("yes_no", "梅有", CONTEXT, library().knowledge).answer is AnswerKind.NO


def test_a_flag_misheard_is_raised() -> None:
    assert {a.flag for a in alarms("胸寇疼得厉害", None, CONTEXT, library().knowledge)} == {"chest_pain"}


def test_a_flag_that_the_repair_denies_is_asked_about() -> None:
    rules = library().knowledge.redflags
    found = heard_mentions(normalise("煤胸口疼"), Repaired("没胸口疼", (0,)), None, CONTEXT, rules)
    assert MentionStatus.PRESENT not in {m.status for m in found}
    assert MentionStatus.UNCERTAIN in {m.status for m in found}
    commands = interpret("胸口疼得厉害", None, CONTEXT, library().knowledge).commands
    assert any(isinstance(c, RaiseAlert) for c in commands)
    assert not any(isinstance(c, ProbeMention) for c in commands)


def test_a_repair_never_takes_a_flag_away() -> None:
    rules = library().knowledge.redflags
    found = heard_mentions(normalise("胸口疼得厉害"), Repaired("凶狗藤得厉害", (0, 1, 2)), None, CONTEXT, rules)
    assert MentionStatus.PRESENT in {m.status for m in found if m.flag == "chest_pain"}


def test_a_repair_in_another_clause_puts_no_flag_in_doubt() -> None:
    rules = library().knowledge.redflags
    said = "不瞒你说，胸口疼得厉害"
    found = heard_mentions(normalise(said), Repaired("不满你说，胸口疼得厉害", (1,)), None, CONTEXT, rules)
    assert MentionStatus.PRESENT in {m.status for m in found if m.flag == "chest_pain"}


def test_without_a_language_model_nothing_is_changed(tmp_path: Path) -> None:
    known = library().knowledge
    hearing = Hearing(NLU_DATA, tmp_path, known.lexicons.medicines, known.dialect)
    assert hearing.repaired(normalise("梅有"), None) == Repaired("梅有")


def test_neighbours_that_a_pattern_allows() -> None:
    assert set(pairs("(天天|每日)[吃服]药?")) == {
        ("天", "天"), ("每", "日"), ("天", "吃"), ("天", "服"), ("日", "吃"), ("日", "服"), ("吃", "药"), ("服", "药"),
    }  # fmt: skip
