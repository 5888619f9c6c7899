"""Loudness by the recommendation's own test signals, and evening."""

from __future__ import annotations

import numpy as np
import pytest

from speech.audio import silence
from speech.loudness import TARGET_LUFS, evened, loudness_lufs
from speech.ports import Pcm


def sine(hz: float, level: float, seconds: float = 2.0) -> Pcm:
    return np.asarray(level * 32767 * np.sin(2 * np.pi * hz * np.arange(round(seconds * 16_000)) / 16_000), np.int16)


@pytest.mark.parametrize(("hz", "level", "lufs"), [(997, 1.0, -3.01), (997, 0.1, -23.01), (997, 0.01, -43.01)])
def test_the_reference_tone(hz: float, level: float, lufs: float) -> None:
    assert loudness_lufs(sine(hz, level)) == pytest.approx(lufs, abs=0.15)


def test_low_hum_counts_less_and_high_sounds_more() -> None:
    middle = loudness_lufs(sine(997, 0.1)) or 0
    assert (loudness_lufs(sine(40, 0.1)) or 0) < middle - 4
    assert (loudness_lufs(sine(3_000, 0.1)) or 0) > middle + 2.5


def test_pauses_do_not_count() -> None:
    speech = sine(500, 0.1)
    paused = np.concatenate([speech, silence(4_000), speech])
    assert loudness_lufs(paused) == pytest.approx(loudness_lufs(speech), abs=0.5)


@pytest.mark.parametrize("pcm", [silence(0), silence(1_000), np.ones(16_000, np.int16)], ids=["none", "silent", "dc"])
def test_silence_has_no_loudness_and_stays_silent(pcm: Pcm) -> None:
    assert loudness_lufs(pcm) is None
    assert np.array_equal(evened(pcm), pcm)


@pytest.mark.parametrize("level", [0.02, 0.1, 0.3, 0.9])
@pytest.mark.parametrize("seconds", [0.15, 0.5, 3.0])
def test_clips_come_out_equally_loud(level: float, seconds: float) -> None:
    assert loudness_lufs(evened(sine(700, level, seconds))) == pytest.approx(TARGET_LUFS, abs=0.2)


def test_peaks_never_clip() -> None:
    clicks = sine(500, 0.005)
    clicks[::4_000] = 20_000
    assert np.abs(evened(clicks).astype(np.int32)).max() <= 0.9 * 32768
