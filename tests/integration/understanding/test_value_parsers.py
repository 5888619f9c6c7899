"""Parsers of measured values: the cases of the tree, robustness, context of the conversation."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.domain.answers import AnswerKind, AskContext, Reading
from agent.understanding.parsers import (
    blood_pressure,
    callback,
    counts,
    glucose,
    insulin,
    lifestyle,
    scores,
    vitals,
)
from agent.understanding.parsing import Parser
from agent.understanding.text import normalise
from agent.understanding.values import load
from agent.understanding.volunteered import extract_volunteered

MODULES = (blood_pressure, callback, counts, glucose, insulin, lifestyle, scores, vitals)
PARSERS: dict[str, Parser] = {ask: parser for module in MODULES for ask, parser in module.PARSERS.items()}
NOW = datetime(2026, 11, 23, 9, 30)
CASES = Path(__file__).parents[3] / "evaluation" / "cases" / "answers"
WORDS = (
    *"零一二三四五六七八九十百千两半点个几多来到不没是高低压斤两包根天次回分度年月号上下午早晚，15.0/ ",
    *("高压", "低压", "心跳", "空腹", "饭后", "不对", "以前", "现在", "一天", "礼拜", "小时", "啤酒"),
    *("公斤", "一米", "HI"),
)


def read(ask: str, text: str, **context: object) -> Reading:
    return PARSERS[ask](normalise(text), AskContext(now=NOW, **context))  # type: ignore[arg-type]


def slots(reading: Reading) -> dict[str, object]:
    return {fill.slot: fill.value for fill in reading.fills}


def cases() -> list[dict[str, object]]:
    return [case for path in sorted(CASES.glob("values_*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["id"]))
def test_cases_read_alike_with_and_without_punctuation_styles(case: dict[str, object]) -> None:
    text = str(case["text"])
    full = read(str(case["ask"]), text)
    spaced = read(str(case["ask"]), text.replace("，", ", ").replace("、", ","))
    assert slots(full) == slots(spaced)


@given(st.sampled_from(sorted(PARSERS)), st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
@settings(max_examples=400, deadline=None)
def test_no_text_makes_a_parser_raise(ask: str, text: str) -> None:
    utterance = normalise(text)
    reading = PARSERS[ask](utterance, AskContext(now=NOW))
    for fill in (*reading.fills, *extract_volunteered(utterance, AskContext(now=NOW))):
        assert 0 <= fill.span[0] <= fill.span[1] <= len(utterance.text)


@given(st.sampled_from(sorted(PARSERS)), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_foreign_text_makes_no_parser_raise(ask: str, text: str) -> None:
    PARSERS[ask](normalise(text), AskContext(now=NOW))


def test_a_lower_pressure_alone_completes_an_upper_one() -> None:
    reading = read("blood_pressure", "九十五", slots={"sbp": 160})
    assert slots(reading) == {"dbp": 95}


def test_a_low_number_alone_is_neither_pressure() -> None:
    assert read("blood_pressure", "九十五").confirm
    assert not read("blood_pressure", "九十五").fills


def test_impossible_pressures_are_never_filled() -> None:
    assert slots(read("blood_pressure", "高压三百五低压二十五")) == {}


def test_weight_without_a_unit_follows_the_last_visit() -> None:
    assert slots(read("weight_kg_now", "八十八", history={"weight_kg_now": 86.0})) == {"weight_kg_now": 88}
    assert slots(read("weight_kg_now", "八十八", history={"weight_kg_now": 45.0})) == {"weight_kg_now": 44}


def test_weight_far_from_the_last_visit_is_read_back() -> None:
    assert read("weight_kg_now", "一百三十斤", history={"weight_kg_now": 58.0}).confirm


def test_both_pressures_end_the_turn() -> None:
    assert read("blood_pressure", "高压一百五低压九十").complete
    assert not read("blood_pressure", "高压一百五").complete


@pytest.mark.parametrize("ask", ["blood_pressure", "fpg", "weight_kg_now", "spo2", "body_temperature"])
def test_not_measured_is_unknown(ask: str) -> None:
    assert read(ask, "最近没量").answer is AnswerKind.UNKNOWN


@pytest.mark.parametrize("ask", sorted(set(PARSERS) & {"blood_pressure", "heart_rate", "fpg", "weight_kg_now", "spo2"}))
@pytest.mark.parametrize("text", ["跟上次一样", "正常", "不高"])
def test_a_judgement_is_no_value(ask: str, text: str) -> None:
    reading = read(ask, text)
    assert reading.confirm
    assert not reading.fills


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("头不晕，早上高压一百三十八低压八十，心跳七十", {"sbp": 138, "dbp": 80, "heart_rate": 70}),
        ("糖化七点一，空腹六点八，饭后十点二", {"hba1c": 7.1, "fpg": 6.8, "pbg_2h": 10.2}),
        ("体重一百三十斤，身高一米六", {"weight_kg_now": 65, "height_cm": 160}),
        ("一天抽一包烟", {"smoke_per_day_now": 20}),
        ("不抽烟，酒一天二两", {"smoke_per_day_now": 0, "alcohol_liang_now": 2}),
        ("二甲双胍一天两次一次一片", {}),
        ("我七十八岁了，住三楼", {}),
        ("降压药早上八点吃的，吃五毫克", {}),
        ("我儿子血压一百八", {}),
        ("以前高压一百八", {}),
        ("瘦了十斤，昨天买了五斤米", {}),
        ("血压高，血糖也高", {}),
    ],
)
def test_volunteered_values_carry_their_name(text: str, expected: dict[str, object]) -> None:
    fills = extract_volunteered(normalise(text), AskContext(now=NOW))
    assert {fill.slot: fill.value for fill in fills} == expected


def test_the_tables_name_file_and_line_of_a_bad_pattern(tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "nlu_data" / "values.yml"
    broken = tmp_path / "values.yml"
    broken.write_text(source.read_text("utf-8").replace("'药店'", "'(药店'", 1), "utf-8")
    with pytest.raises(Exception, match=r"values\.yml:\d+"):
        load(broken)
    assert load(source).ranges["sbp"].possible(150)


@pytest.mark.parametrize("text", ["零天一包", "0天抽一包烟", "零个礼拜一包"])
def test_a_period_of_no_days_is_vague(text: str) -> None:
    assert not read("smoke_per_day_now", text).fills
