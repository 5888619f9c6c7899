"""Doubt about numbers, and what is too unsure to be words."""

from __future__ import annotations

import pytest

from speech.recognition.confidence import AGREED, DOUBTED, Weights, is_noise, numerals_agreed
from speech.recognition.decoder import Node, Path

CHARS = ("", *"十是九点五片吃一")


def path(text: str, score: float) -> Path:
    nodes = tuple(Node(None, CHARS.index(char), 1, frame) for frame, char in enumerate(text))
    return Path(nodes, score, score)


def test_hypotheses_with_other_numbers_make_a_number_doubtful() -> None:
    assert numerals_agreed((path("十九点五", 0.0), path("是九点五", -0.5)), CHARS) < AGREED
    assert numerals_agreed((path("十九点五", 0.0), path("是九点五", -4.0)), CHARS) > AGREED


def test_other_words_around_the_same_number_do_not() -> None:
    assert numerals_agreed((path("吃一片", 0.0), path("是一片", -0.1)), CHARS) == pytest.approx(1.0)
    assert numerals_agreed((path("吃片", 0.0), path("九片", -0.1)), CHARS) == 1.0


def test_short_words_must_be_surer_than_long_ones() -> None:
    weights = Weights()
    unsure = (weights.least + weights.least_short) / 2
    assert is_noise(unsure, 1, weights)
    assert not is_noise(unsure, 6, weights)
    assert is_noise(weights.least / 2, 6, weights)
    assert DOUBTED < 0.3
