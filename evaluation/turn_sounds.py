"""Sounds of the turn corpus that no voice makes, and the lines over which all of it comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from speech.audio import alaw_decode, alaw_encode
from speech.ports import RATE_HZ, Pcm
from speech.resample import resample

Floats = npt.NDArray[np.float64]
KEPT_MS = 20
"""Silence that a synthesised clip keeps at its ends."""
LOUD = 9_000.0
"""Peak of a cough beside the receiver."""
DISTANT_DB = 20.0
"""A television set lies this far below the resident's voice: 60 times as far from the receiver, 15 dB louder."""
PHONE_HZ = 8_000


@dataclass(frozen=True, slots=True)
class LineKind:
    """Band and noise of a line."""

    name: str
    rate_hz: int
    noise_db: float | None


LINES = (
    LineKind("16k clean", RATE_HZ, None),
    LineKind("8k clean", PHONE_HZ, None),
    LineKind("16k 15 dB", RATE_HZ, 15.0),
    LineKind("8k 15 dB", PHONE_HZ, 15.0),
)


def on_line(pcm: Pcm, line: LineKind, rng: np.random.Generator) -> Pcm:
    """The sound as it arrives, at the line's rate."""
    sound = pcm.astype(np.float64)
    if line.noise_db is not None:
        loud = sound[np.abs(sound) > 0.02 * np.abs(sound).max()]
        level = np.sqrt(np.mean(loud**2)) * 10 ** (-line.noise_db / 20)
        noise = _coloured(len(sound), rng, 60.0)
        sound = sound + noise / np.std(noise) * level
    clipped = np.clip(sound, -32768, 32767).astype(np.int16)
    if line.rate_hz == RATE_HZ:
        return clipped
    return alaw_decode(alaw_encode(resample(clipped, RATE_HZ, line.rate_hz)))


def _coloured(length: int, rng: np.random.Generator, corner_hz: float) -> Floats:
    """Noise that falls by 3 dB an octave above the corner: rooms, fans, streets."""
    spectrum = np.fft.rfft(rng.standard_normal(length)) / np.sqrt(np.fft.rfftfreq(length, 1 / RATE_HZ) + corner_hz)
    return np.asarray(np.fft.irfft(spectrum, length), np.float64)


def _burst(seconds: float, decay_s: float, low_hz: float, high_hz: float, rng: np.random.Generator) -> Floats:
    """Noise of one band with a sharp beginning."""
    length = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    at_hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    spectrum[(at_hz < low_hz) | (at_hz > high_hz)] = 0
    at_s = np.arange(length) / RATE_HZ
    sound = np.fft.irfft(spectrum, length) * np.exp(-at_s / decay_s) * np.minimum(1, at_s / 0.005)
    return np.asarray(sound / np.abs(sound).max(), np.float64)


def cough(rng: np.random.Generator) -> Pcm:
    """Two or three bursts of breath."""
    parts: list[Floats] = []
    for _ in range(int(rng.integers(2, 4))):
        parts.append(_burst(float(rng.uniform(0.18, 0.3)), 0.07, 300, 3_500, rng))
        parts.append(np.zeros(round(float(rng.uniform(0.05, 0.15)) * RATE_HZ)))
    return np.asarray(np.concatenate(parts) * LOUD, np.int16)


def door(rng: np.random.Generator) -> Pcm:
    """A thud and its rattle."""
    thud = _burst(0.5, 0.06, 40, 400, rng)
    rattle = _burst(0.5, 0.1, 500, 5_000, rng) * 0.25
    return np.asarray((thud + rattle) / 1.25 * LOUD, np.int16)


def television(voice: Pcm) -> Pcm:
    """Speech from across the room: softer, duller, with a little echo."""
    sound = voice.astype(np.float64) * 10 ** (-DISTANT_DB / 20)
    for delay_s, gain in ((0.031, 0.5), (0.067, 0.35), (0.11, 0.2)):
        shift = round(delay_s * RATE_HZ)
        sound[shift:] += gain * sound[:-shift]
    return np.asarray(np.convolve(sound, np.hanning(7) / np.hanning(7).sum(), "same"), np.int16)
