"""The spoken form of written Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.synthesis.espeak_readings import for_espeak
from speech.synthesis.spoken import number, spoken

CASES = [line.split("\t") for line in Path(__file__).with_name("spoken_cases.tsv").read_text("utf-8").splitlines()]
"""What is written, what is said."""


@pytest.mark.parametrize(("written", "said"), [*CASES, ("", "")])
def test_spoken_form(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "零"), (10, "十"), (15, "十五"), (100, "一百"), (110, "一百一十"), (105, "一百零五"), (1005, "一千零五"),
     (1050, "一千零五十"), (2000, "两千"), (20_000, "两万"), (20_100, "两万零一百"), (12_345, "一万两千三百四十五"),
     (100_000_000, "一亿"), (-5, "负五")],
)  # fmt: skip
def test_numbers(value: int, said: str) -> None:
    assert number(value) == said


@given(st.text(alphabet="0123456789./-:%年月日片次高压mgL，。 ", max_size=30))
def test_no_digit_is_left(text: str) -> None:
    assert not re.search(r"\d", spoken(text))


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    for_espeak(spoken(text))


def test_espeak_markup_in_the_text_cannot_get_through() -> None:
    assert for_espeak("王[[abc]]芳<break/>") == "王abc芳break/"


def test_syllables_that_espeak_lacks_are_given_as_phonemes() -> None:
    assert for_espeak("有没有胸闷") == "有没有[[S;ong55]]闷"
