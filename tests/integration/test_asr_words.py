"""The key words of the flow: the same corpus each time, judged by what the words mean; sounds without words."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.library import Library, load_library
from evaluation.asr import hear
from evaluation.asr_results import Measured, calibration, page
from evaluation.asr_sounds import wordless
from evaluation.asr_words import Kind, answers, meaning, right
from speech.recognition.syllable_ctc import bundled


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(Path(__file__).resolve().parents[2])


@pytest.mark.parametrize("kind", list(Kind))
def test_every_answer_means_something_and_the_same_seed_draws_the_same(kind: Kind, library: Library) -> None:
    drawn = answers(kind, 90, library)
    assert drawn == answers(kind, 90, library)
    assert len({one.text for one in drawn}) > 30
    assert [one.text for one in drawn if not meaning(kind, one.text, library)] == []


@pytest.mark.parametrize(
    ("kind", "said", "heard", "same"),
    [
        (Kind.NUMBERS, "高压一百五，低压九十", "上压一百五十低压九十", True),
        (Kind.NUMBERS, "早上测的是九点五", "早上测的十九点五", False),
        (Kind.YES_NO, "没有啊", "没有", True),
        (Kind.YES_NO, "没有", "有", False),
        (Kind.MEDICINES, "我吃氨氯地平", "我吃安绿地平", True),
        (Kind.MEDICINES, "我吃氨氯地平", "我吃阿司匹林", False),
    ],
)
def test_an_answer_is_right_when_it_means_the_same(
    kind: Kind, said: str, heard: str, same: bool, library: Library
) -> None:
    assert right(kind, said, heard, library) is same


def test_nothing_is_heard_in_sounds_without_words() -> None:
    engine = bundled()
    some = list(wordless())[:31]
    heard = {name: hear(pcm, engine, ask).hypothesis.text for name, pcm in some for ask in (None, "yes_no")}
    assert {name: text for name, text in heard.items() if text} == {}


def test_the_page_says_what_did_not_hold() -> None:
    out = Measured(work_s=1.0, audio_s=10.0)
    out.add("numbers", 0.03, 4, 100, "answers")
    out.add("medicines", 0.05, 4, 100, "answers")
    told = page(out, False, "command")
    assert "| numbers | ≤ 3% | 4.00% [1.6%, 9.8%] | 100 answers | **no** |" in told
    assert "| medicines | ≤ 5% | 4.00% [1.6%, 9.8%] | 100 answers | yes |" in told
    assert "| ≤ 0.05 | 0.100 | 10 s | **no** |" in told
    assert "people were not there" in told


def test_calibration_compares_confidence_with_what_is_right() -> None:
    lines = calibration([(0.9, True)] * 9 + [(0.9, False)])
    assert "| 0.85 to 0.95 | 10 | 0.90 | 0.90 |" in lines
    assert lines[-1] == "Expected calibration error 0.000."
