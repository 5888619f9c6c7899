"""The dev cases of answers in words hold, and no text makes a parser fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.domain.answers import Medication, Reading
from agent.understanding.general import general_answer
from agent.understanding.intents import detect_patterns
from agent.understanding.parsers import words
from agent.understanding.text import normalise
from agent.understanding.volunteered_words import volunteered_words
from tests.fakes.lexicon import CONTEXT, lexicons

CASES = Path(__file__).parents[3] / "evaluation" / "cases" / "answers"
FILES = ("words_opening", "words_symptoms", "words_medicines", "words_adherence")
PIECES = [
    "头晕",
    "不",
    "没有",
    "就是",
    "，",
    "我老伴",
    "以前",
    "现在",
    "络活喜",
    "诺和",
    "一天",
    "两片",
    "半",
    "早上",
    "晚上",
    "30r",
    "单位",
    "忘",
    "吃",
    "的",
    "啥",
    "是",
    "我",
    "拜",
    "疼",
    "都",
    "除了",
    "脚肿",
    "再",
    "打",
    "大夫",
]


def read(ask: str, text: str) -> Reading:
    utterance = normalise(text)
    reading = words.build(lexicons())[ask](utterance, CONTEXT)
    if reading.fills or reading.answer:
        return reading
    kind = general_answer(utterance, ask, lexicons())
    return Reading(answer=kind, confirm=reading.confirm) if kind else reading


def wrong(case: dict[str, Any]) -> str:
    reading = read(case["ask"], case["text"])
    got: dict[str, Any] = {fill.slot: fill.value for fill in reading.fills}
    expect = dict(case["expect"])
    answer = {True: "yes", False: "no"}.get(expect.pop("_answer", None), case["expect"].get("_answer"))
    same = set(got) == set(expect) and all(_same(value, got[slot]) for slot, value in expect.items())
    same &= answer is None or reading.answer == answer
    same &= "confirm" not in case or case["confirm"] == reading.confirm
    return (
        ""
        if same
        else f"{case['id']} {case['text']}: wanted {case['expect']}, got {got} {reading.answer} {reading.reason}"
    )


def _same(want: Any, got: Any) -> bool:
    if not isinstance(want, list):
        return bool(want == got)
    if got and isinstance(got[0], Medication):
        by_id = {m.id: m for m in got}
        wanted = [w if isinstance(w, dict) else {"id": w} for w in want]
        return {w["id"] for w in wanted} == set(by_id) and all(
            getattr(by_id[w["id"]], key) == value for w in wanted for key, value in w.items()
        )
    return sorted(want) == sorted(got)


@pytest.mark.parametrize("name", FILES)
def test_dev_cases(name: str) -> None:
    cases = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    faults = [fault for case in cases if (fault := wrong(case))]
    assert not faults, "\n".join(faults)


texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts)
def test_no_text_makes_a_parser_fail(text: str) -> None:
    utterance = normalise(text)
    for ask, parser in words.build(lexicons()).items():
        reading = parser(utterance, CONTEXT)
        for fill in reading.fills:
            assert 0 <= fill.span[0] <= fill.span[1] <= len(utterance.text)
        general_answer(utterance, ask, lexicons())
        detect_patterns(utterance, ask, lexicons())
    volunteered_words(utterance, CONTEXT, lexicons())
