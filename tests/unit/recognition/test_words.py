"""What every pulled engine's words go through."""

from __future__ import annotations

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.audio import silence
from speech.recognition import sherpa
from speech.recognition.words import Heard, hypothesis, joined, silent


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["高压 一百五", "低压九十"], "高压一百五低压九十"),
        (["<|zh|><|NEUTRAL|><|Speech|><|woitn|>没有"], "没有"),
        (["吃 aspirin enteric 一片"], "吃aspirin enteric一片"),
        (["▁血 ▁压"], "血压"),
        ([" ", ""], ""),
    ],
)
def test_chinese_is_joined_without_blanks(pieces: list[str], text: str) -> None:
    assert joined(pieces) == text


def test_times_stay_inside_the_audio() -> None:
    words = hypothesis("对", 1.2, (-0.1, 9.0), silence(1_000))
    assert (words.start_s, words.end_s, words.confidence) == (0.0, 1.0, 1.0)
    assert hypothesis("", 0.9, (0.0, 1.0), silence(1_000)).confidence == 0


def test_silence_and_hum_are_silent_and_a_short_word_is_not() -> None:
    hum = np.full(16_000, 10, np.int16)
    assert silent(hum)
    assert silent(silence(10))
    hum[8_000:9_600] = 1_000
    assert not silent(hum)


def test_nothing_is_taken_after_the_end() -> None:
    heard = Heard()
    heard.add(silence(20))
    heard.ended = True
    with pytest.raises(SpeechError):
        heard.add(silence(20))
    assert len(heard.all()) == 320


def test_hot_words_that_the_model_cannot_write_are_left_out() -> None:
    chars = frozenset("阿司匹林二甲双胍")
    assert (
        sherpa.hotwords(("阿司匹林", "amlodipine", "林", "氨氯地平", "二甲双胍", "阿司匹林"), chars)
        == "阿司匹林/二甲双胍"
    )
    assert sherpa.hotwords(("阿司匹林",), frozenset()) == ""


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(sherpa.importlib, "import_module", absent)
    with pytest.raises(SpeechError) as caught:
        sherpa.load_files("sense-voice", {})
    assert caught.value.code == "recognition.engine-missing"
    assert "suifang[sherpa]" in caught.value.remedy
