"""Answers about supplies of medicine, the contract and appointments: the cases of the tree, robustness."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.domain.answers import AskContext, Reading
from agent.library import load_library
from agent.understanding.interpret import read as read_answer

ROOT = Path(__file__).parents[3]
KNOWLEDGE = load_library(ROOT).knowledge
NOW = datetime(2026, 11, 23, 9, 30)
CASES = yaml.safe_load((ROOT / "evaluation" / "cases" / "answers" / "services.yaml").read_text("utf-8"))
ASKS = sorted({case["ask"] for case in CASES})


def read(ask: str, text: str) -> Reading:
    return read_answer(ask, text, AskContext(now=NOW), KNOWLEDGE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, object]) -> None:
    expect = dict(case["expect"])  # type: ignore[call-overload]
    answer = expect.pop("_answer", None)
    reading = read(str(case["ask"]), str(case["text"]))
    assert {fill.slot: fill.value for fill in reading.fills} == {
        slot: value.isoformat(timespec="minutes") if isinstance(value, datetime) else value
        for slot, value in expect.items()
    }
    assert answer in (None, reading.answer)
    assert case.get("confirm") in (None, reading.confirm)


@pytest.mark.parametrize("text", ["昨天上午", "去年", "二月三十号", "上个礼拜三"])
def test_no_appointment_in_the_past(text: str) -> None:
    assert read("appointment_time", text).fills == ()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ASKS),
    st.lists(
        st.sampled_from([*"一两三十天年月个号没不签续吃科骨眼早上下午，3 ", "礼拜", "明天", "不对"]), max_size=16
    ).map("".join)
    | st.text(max_size=40),
)
def test_never_raises_and_fills_only_its_own_slot(ask: str, text: str) -> None:
    assert all(fill.slot == ask for fill in read(ask, text).fills)
