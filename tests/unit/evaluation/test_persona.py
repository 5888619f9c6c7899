"""Residents made up from a seed."""

from __future__ import annotations

from datetime import datetime

import pytest

from evaluation import spoken
from evaluation.persona import persona

NOW = datetime(2026, 11, 23, 9, 30)


def test_a_seed_is_one_person() -> None:
    assert persona(7, "f", NOW) == persona(7, "f", NOW)
    assert len({persona(seed, "f", NOW).resident.name for seed in range(30)}) > 10


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_the_truth_is_possible(seed: int) -> None:
    case = persona(seed, "f", NOW)
    slots = case.expect.slots
    assert slots["sbp"] - slots["dbp"] >= 30
    assert 60 <= (case.resident.age(NOW.date()) or 0) <= 90
    assert (slots["med_adherence"] == "2") == ("nonadherence_reason" in slots)
    assert all(words and all(words) for words in case.answers.values())


@pytest.mark.parametrize(
    ("number", "full", "short", "digits"),
    [
        (150, "一百五十", "一百五", "一五零"), (152, "一百五十二", "一百五十二", "一五二"),
        (105, "一百零五", "一百零五", "一零五"), (88, "八十八", "八十八", "八八"),
        (16, "十六", "十六", "一六"), (200, "二百", "二百", "二零零"),
    ],
)  # fmt: skip
def test_numbers_are_spoken(number: int, full: str, short: str, digits: str) -> None:
    assert (spoken.numeral(number), spoken.colloquial(number), spoken.digit_by_digit(number)) == (full, short, digits)
