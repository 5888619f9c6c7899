"""The corpus of turns: the same for the same seed, voices that were kept, pauses as promised."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import numpy as np
import yaml

from evaluation.instant import InstantRecognizer, Stretch
from evaluation.turn_corpus import MATERIAL, rows
from evaluation.turn_sounds import cough, door
from models.train.voices import HELD_OUT_VARIANTS
from speech.audio import silence
from speech.ports import Hints, Pcm, VoiceStyle


class Voice:
    """40 ms of a tone a character; remembers who spoke."""

    def __init__(self) -> None:
        self.voices: set[str] = set()

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        self.voices.add(style.voice)
        return np.full(640 * len(text), 8_000, np.int16)

    async def aclose(self) -> None:
        """Nothing to close."""


def made(seed: int) -> tuple[dict[str, Any], set[str]]:
    voice = Voice()
    return asyncio.run(rows(yaml.safe_load(MATERIAL.read_text("utf-8")), voice, seed)), voice.voices


def test_the_corpus_is_large_deterministic_and_spoken_by_kept_voices() -> None:
    first, voices = made(1)
    again, _ = made(1)
    assert sum(name[0] == "t" for name in first) >= 120
    assert sum(name[0] == "b" for name in first) >= 90
    assert all(np.array_equal(first[name].pcm, again[name].pcm) for name in first)
    assert voices == {f"cmn+{variant}" for variant in HELD_OUT_VARIANTS}
    assert {row.line.name for row in first.values()} == {"16k clean", "8k clean", "16k 15 dB", "8k 15 dB"}


def test_pauses_are_those_of_old_people_and_the_end_is_the_last_words() -> None:
    made_rows, _ = made(2)
    for row in made_rows.values():
        speech = row.fields.get("speech", [])
        assert all(0.35 <= b[0] - a[1] <= 2.05 for a, b in pairwise(speech))
        assert not speech or row.fields["end"] == speech[-1][1] < len(row.pcm) / row.line.rate_hz


def test_noises_begin_sharply_and_fade() -> None:
    rng = np.random.default_rng(1)
    for sound in (cough(rng), door(rng)):
        assert 5_000 < np.abs(sound.astype(int)).max() < 10_000
        assert np.abs(sound[-200:].astype(int)).max() < 1_500


def test_the_recogniser_that_is_told_gives_words_as_they_are_said() -> None:
    place_ms = 0.0
    engine = InstantRecognizer(
        [Stretch(400, 1_400, "高压一百五"), Stretch(2_000, 3_000, "低压九十五")], lambda: place_ms
    )
    session = engine.open(Hints("blood_pressure"))
    heard = []
    for place_ms in (300.0, 900.0, 1_400.0, 1_900.0, 3_000.0):
        session.accept(silence(place_ms))
        heard.append(session.partial().text)
    assert heard == ["", "高压", "高压一百五", "高压一百五", "高压一百五低压九十五"]
