"""Makes clean speech sound as on a telephone line: room, noise, narrow band, gain, silence, lost packets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import butter, fftconvolve, sosfilt

SAMPLE_RATE = 16_000
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Room:
    """Recorded material mixed into speech."""

    noises: tuple[Samples, ...] = ()
    taps: tuple[Samples, ...] = ()
    responses: tuple[Samples, ...] = ()
    babble: list[Samples] = field(default_factory=list)
    """Other people's speech, kept short; the caller fills it."""


@dataclass(frozen=True)
class Strength:
    """How often each disturbance happens."""

    shift: float = 0.35
    shift_range: tuple[float, float] = (0.88, 1.14)
    reverb: float = 0.25
    noise: float = 0.65
    snr_db: tuple[float, float] = (4.0, 30.0)
    band: float = 0.45
    dropout: float = 0.06
    silence: float = 0.7


@dataclass(frozen=True)
class Disturbed:
    """Samples and how times of the clean speech map onto them: new = offset + old * stretch."""

    samples: Samples
    offset: float
    stretch: float


def shift_speed(samples: Samples, factor: float) -> Samples:
    """Faster and higher for factors above one, as a tape played faster."""
    return np.asarray(soxr.resample(samples, SAMPLE_RATE * factor, SAMPLE_RATE, "LQ"), np.float32)


def synthetic_response(rng: np.random.Generator) -> Samples:
    """A decaying noise tail behind a direct sound."""
    length = int(rng.uniform(0.08, 0.45) * SAMPLE_RATE)
    tail = rng.standard_normal(length) * np.exp(-np.arange(length) / (length / rng.uniform(5, 9)))
    tail *= rng.uniform(0.02, 0.12)
    tail[: int(rng.uniform(0.001, 0.008) * SAMPLE_RATE)] = 0
    tail[0] = 1.0
    return tail.astype(np.float32)


def reverberate(samples: Samples, room: Room, rng: np.random.Generator) -> Samples:
    """Convolve with a recorded or synthetic room, keeping the length and the timing."""
    recorded = room.responses and rng.random() < 0.3
    response = room.responses[rng.integers(len(room.responses))] if recorded else synthetic_response(rng)
    wet = fftconvolve(samples, response)[: len(samples)]
    return np.asarray(wet * (np.abs(samples).max() / (np.abs(wet).max() + 1e-6)), np.float32)


def coloured_noise(length: int, rng: np.random.Generator) -> Samples:
    """Noise with a random spectral slope and at times mains hum."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE) + 30
    noise = np.fft.irfft(spectrum * frequency ** -rng.uniform(0, 1.1), length)
    noise /= np.std(noise) + 1e-9
    if rng.random() < 0.2:
        noise += rng.uniform(0.3, 1.5) * np.sin(2 * np.pi * 50 * rng.integers(1, 5) * np.arange(length) / SAMPLE_RATE)
    return noise.astype(np.float32)


def _cut(source: Samples, length: int, rng: np.random.Generator) -> Samples:
    if len(source) < length:
        source = np.tile(source, length // max(1, len(source)) + 1)
    start = rng.integers(0, len(source) - length + 1)
    return source[start : start + length]


def _noise(length: int, room: Room, rng: np.random.Generator) -> Samples:
    kind = rng.random()
    if kind < 0.4 and room.noises:
        return _cut(room.noises[rng.integers(len(room.noises))], length, rng).copy()
    if kind < 0.6 and len(room.babble) >= 4:
        chosen = rng.choice(len(room.babble), rng.integers(1, 5))
        return np.asarray(np.sum([_cut(room.babble[i], length, rng) for i in chosen], axis=0), np.float32)
    if kind < 0.68 and room.taps:
        quiet = coloured_noise(length, rng) * 0.02
        tap = room.taps[rng.integers(len(room.taps))][:length]
        start = rng.integers(0, length - len(tap) + 1)
        quiet[start : start + len(tap)] += tap / (np.std(tap) + 1e-6)
        return quiet
    return coloured_noise(length, rng)


def add_noise(samples: Samples, room: Room, snr_db: float, rng: np.random.Generator) -> Samples:
    """Mix noise at the given ratio to the loud parts of the speech."""
    noise = _noise(len(samples), room, rng)
    level = np.sqrt(np.mean(samples[np.abs(samples) > 0.02 * np.abs(samples).max() + 1e-7] ** 2) + 1e-12)
    noise_level = np.sqrt(np.mean(noise**2) + 1e-12)
    return np.asarray(samples + noise * (level / noise_level * 10 ** (-snr_db / 20)), np.float32)


def telephone(samples: Samples, rng: np.random.Generator) -> Samples:
    """300–3400 Hz at 8 kHz with 8-bit companding, back at 16 kHz."""
    low = np.asarray(soxr.resample(samples, SAMPLE_RATE, 8000, "LQ"), np.float32)
    if rng.random() < 0.85:
        sos = butter(2, [rng.uniform(150, 320), rng.uniform(3200, 3800)], "bandpass", fs=8000, output="sos")
        low = sosfilt(sos, low).astype(np.float32)
    if rng.random() < 0.7:
        peak = 1.0
        companded = np.sign(low) * np.log1p(255 * np.minimum(np.abs(low), peak)) / np.log(256)
        coded = np.round(companded * 127) / 127
        low = (np.sign(coded) * (256 ** np.abs(coded) - 1) / 255).astype(np.float32)
    return np.asarray(soxr.resample(low, 8000, SAMPLE_RATE, "LQ"), np.float32)


def drop_packets(samples: Samples, rng: np.random.Generator) -> Samples:
    """Silence one to three gaps of 20–40 ms."""
    samples = samples.copy()
    for _ in range(rng.integers(1, 4)):
        start = rng.integers(0, max(1, len(samples) - 800))
        samples[start : start + rng.integers(320, 641)] = 0
    return samples


def disturb(samples: Samples, room: Room, strength: Strength, rng: np.random.Generator) -> Disturbed:
    """Apply a random chain of disturbances."""
    stretch, offset = 1.0, 0.0
    if rng.random() < strength.shift:
        factor = float(rng.uniform(*strength.shift_range))
        samples, stretch = shift_speed(samples, factor), 1 / factor
    if rng.random() < strength.silence:
        before, after = (int(rng.uniform(0, limit) ** 2 * SAMPLE_RATE) for limit in (0.75, 1.0))
        samples = np.pad(samples, (before, after))
        offset = before / SAMPLE_RATE
    if rng.random() < strength.reverb:
        samples = reverberate(samples, room, rng)
    samples = samples * np.float32(10 ** (rng.uniform(-26, -1) / 20) / (np.abs(samples).max() + 1e-6))
    if rng.random() < strength.noise:
        samples = add_noise(samples, room, float(rng.uniform(*strength.snr_db)), rng)
    if rng.random() < strength.band:
        samples = telephone(samples, rng)
    if rng.random() < strength.dropout:
        samples = drop_packets(samples, rng)
    return Disturbed(np.clip(samples, -1, 1).astype(np.float32), offset, stretch)
