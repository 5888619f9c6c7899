"""Common words written by sound are put right; other words are left alone."""

from __future__ import annotations

import pytest

from agent.domain.answers import AnswerKind
from agent.understanding.mishearing import repaired
from agent.understanding.parsers import words
from agent.understanding.text import normalise
from tests.fakes.lexicon import CONTEXT, lexicons


@pytest.mark.parametrize(
    ("heard", "meant"), [("头晕恶心都美有", "头晕恶心都没有"), ("有识候忘", "有时候忘"), ("没毛病", "没毛病")]
)
def test_words_by_sound(heard: str, meant: str) -> None:
    assert repaired(heard, lexicons().mishearings.always) == meant


def test_a_misheard_denial_still_denies() -> None:
    reading = words.build(lexicons())["htn_symptoms"](normalise("头晕恶心都美有"), CONTEXT)
    assert reading.fills[0].value == ("1",)


def test_what_is_only_heard_is_less_sure() -> None:
    parser = words.build(lexicons())["nonadherence_reason"]
    (plain,) = parser(normalise("没钱"), CONTEXT).fills
    (guessed,) = parser(normalise("美钱"), CONTEXT).fills
    assert guessed.value == plain.value
    assert guessed.confidence < plain.confidence


def test_yes_by_sound() -> None:
    assert words.build(lexicons())["consent"](normalise("克以"), CONTEXT).answer is AnswerKind.YES
