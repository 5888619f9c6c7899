"""Sounds that hold no words: silence, noise, hum, tones, music, coughs, bangs. Nothing may be heard in them.

Made here from a seed, so that no recording is needed; recorded noises may be given besides.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from speech.ports import RATE_HZ, Pcm

SECONDS = 4
_NOTES = (261.6, 293.7, 329.6, 392.0, 440.0, 523.3)
"""A pentatonic scale."""
_LEVELS_DBFS = (-45, -30, -18)
Signal = npt.NDArray[np.float64]


def wordless(seed: int = 3) -> Iterator[tuple[str, Pcm]]:
    """Names and clips of four seconds, each sound at three levels, 5 takes of those that are random."""
    yield "silence", np.zeros(RATE_HZ * SECONDS, np.int16)
    for take in range(5):
        rng = np.random.default_rng((seed, take))
        for name, signal in _signals(rng):
            for level in _LEVELS_DBFS:
                yield f"{name} {level} dBFS", _at(signal, level)


def _signals(rng: np.random.Generator) -> Iterator[tuple[str, Signal]]:
    size = RATE_HZ * SECONDS
    time = np.arange(size) / RATE_HZ
    white = rng.standard_normal(size)
    yield "white noise", white
    yield "pink noise", _shaped(white, 0.5)
    yield "brown noise", _shaped(white, 1.0)
    yield "mains hum", sum((np.sin(2 * np.pi * 50 * n * time) / n for n in (1, 2, 3, 5)), np.zeros(size))
    yield "dial tone", np.sin(2 * np.pi * 450 * time)
    yield "ring-back tone", np.sin(2 * np.pi * 450 * time) * (time % 5 < 1)
    yield "music", _music(rng, time)
    yield "bangs", _bursts(rng, white, 0.03)
    yield "coughs", _bursts(rng, _shaped(white, 0.3), 0.12)
    yield "wind", _shaped(white, 0.8) * (1 + np.sin(2 * np.pi * rng.uniform(0.2, 0.6) * time))


def _shaped(white: Signal, power: float) -> Signal:
    """Noise whose level falls with frequency."""
    spectrum = np.fft.rfft(white)
    return np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(len(white), 1 / RATE_HZ), 20) ** power, len(white))


def _music(rng: np.random.Generator, time: Signal) -> Signal:
    """Notes of a third of a second with overtones, each struck and dying away."""
    beat = time % (1 / 3)
    notes = rng.choice(_NOTES, SECONDS * 3 + 1)[(time * 3).astype(int)]
    tones = sum((np.sin(2 * np.pi * notes * n * time) / n**1.5 for n in range(1, 6)), np.zeros(len(time)))
    return np.asarray(tones * np.exp(-5 * beat))


def _bursts(rng: np.random.Generator, noise: Signal, length_s: float) -> Signal:
    out = np.zeros(len(noise))
    size = round(length_s * RATE_HZ)
    for start in rng.integers(0, len(noise) - size, 6):
        out[start : start + size] += noise[start : start + size] * np.exp(-np.linspace(0, 5, size))
    return out


def _at(signal: Signal, level_dbfs: float) -> Pcm:
    loud = np.sqrt(np.mean(signal**2)) or 1.0
    return np.clip(signal / loud * 32768 * 10 ** (level_dbfs / 20), -32768, 32767).astype(np.int16)
