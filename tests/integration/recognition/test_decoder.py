"""The search on synthetic posteriors: the ask, the lexicon and tolerance for mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from speech.recognition import decoder
from tests.integration.recognition.bench import Bench
from tests.integration.recognition.posteriors import posteriors

SAID = [
    ("blood_pressure", "高压一百五低压九十五"),
    ("blood_pressure", "低压八十二高压一百三十六"),
    ("htn_symptoms", "有点头晕耳朵嗡嗡响"),
    ("medications", "吃替米沙坦一天一片"),
    ("phone", "幺三八零零幺三五六七八"),
    ("yes_no", "没有"),
    (None, "我胸口疼得厉害"),
]


def _noise(bench: Bench, text: str, mistakes: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return posteriors(bench.syllables(text), bench.tokens, bench.sounds.confusions, rng, mistakes)


@pytest.mark.parametrize(("ask", "text"), SAID)
def test_clear_speech_is_spelt(bench: Bench, ask: str | None, text: str) -> None:
    assert bench.decode(_noise(bench, text, 0.0), ask) == text


@pytest.mark.parametrize("seed", range(4))
def test_mistaken_tones_and_initials_are_settled_by_the_words(bench: Bench, seed: int) -> None:
    assert bench.decode(_noise(bench, "高压一百四十低压九十", 0.25, seed), "blood_pressure") == "高压一百四十低压九十"


@pytest.mark.parametrize("text", ["我胸口疼得厉害", "喘不上气了"])
def test_an_emergency_told_to_a_number_question_is_heard(bench: Bench, text: str) -> None:
    assert bench.decode(_noise(bench, text, 0.15), "blood_pressure") == text


def test_the_ask_chooses_between_homophones(bench: Bench) -> None:
    heard = posteriors(["yao1", "san1", "ba1"], bench.tokens, bench.sounds.confusions, np.random.default_rng(0), 0.0)
    assert bench.decode(heard, "phone") == "幺三八"


def test_blank_alone_is_no_word(bench: Bench) -> None:
    silence = np.full((50, len(bench.tokens)), -12.0, np.float32)
    silence[:, 0] = -0.001
    assert bench.decode(silence) == ""


def test_piece_by_piece_is_the_same_as_at_once(bench: Bench) -> None:
    log_probs = _noise(bench, "早上量的一百五九十五", 0.2)
    mixture = bench.language.mixture("blood_pressure", ())
    beam = decoder.opening(mixture)
    for start in range(0, len(log_probs), 7):
        beam = decoder.advance(beam, log_probs[start : start + 7], bench.sounds, mixture, bench.tuning)
    whole = decoder.advance(decoder.opening(mixture), log_probs, bench.sounds, mixture, bench.tuning)
    assert np.array_equal(beam.scores(), whole.scores())
    assert beam.frames == len(log_probs)


def test_scores_stay_numbers_on_random_posteriors(bench: Bench) -> None:
    rng = np.random.default_rng(3)
    raw = rng.normal(size=(60, len(bench.tokens))).astype(np.float32) * 4
    log_probs = raw - np.log(np.exp(raw).sum(1, keepdims=True))
    mixture = bench.language.mixture(None, ())
    beam = decoder.advance(decoder.opening(mixture), log_probs, bench.sounds, mixture, bench.tuning)
    assert np.isfinite(beam.scores()).all()
    assert len(beam.nodes) <= bench.tuning.beam
