"""Loudness as ears have it (ITU-R BS.1770-4: K-weighting, gating), and clips brought to one loudness. Pure."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from speech.audio import scale
from speech.ports import RATE_HZ, Pcm

TARGET_LUFS = -18.0
"""Of everything the agent says: what espeak-ng has on average, so that no engine sounds louder than another."""
_PEAK = 0.89 * 32768
"""−1 dBFS: no gain goes beyond it."""
_MOST_DB = 20.0
_BLOCK_S, _STEP_S = 0.4, 0.1
_ABSOLUTE_LUFS, _RELATIVE_LU = -70.0, -10.0
_OFFSET = -0.691
_PAD = RATE_HZ // 4
Floats = npt.NDArray[np.float64]


def loudness_lufs(pcm: Pcm) -> float | None:
    """Gated loudness of a clip at ``RATE_HZ``; None when nothing in it is loud enough to count."""
    if not len(pcm):
        return None
    energies = _block_energies(_weighted(np.asarray(pcm, np.float64) / 32768))
    loud = energies[_lufs(energies) > _ABSOLUTE_LUFS]
    if not len(loud):
        return None
    gate = float(_lufs(np.array([loud.mean()]))[0]) + _RELATIVE_LU
    return float(_lufs(np.array([loud[_lufs(loud) > gate].mean()]))[0])


def evened(pcm: Pcm, target_lufs: float = TARGET_LUFS) -> Pcm:
    """The clip at the target loudness, as near as its peaks allow; what is silent stays so."""
    now = loudness_lufs(pcm)
    if now is None:
        return pcm
    wanted_db = min(_MOST_DB, max(-_MOST_DB, target_lufs - now))
    peak = float(np.abs(pcm.astype(np.int32)).max())
    return scale(pcm, min(10 ** (wanted_db / 20), _PEAK / max(peak, 1.0)))


def _lufs(energies: Floats) -> Floats:
    return np.asarray(_OFFSET + 10 * np.log10(np.maximum(energies, 1e-12)))


def _block_energies(samples: Floats) -> Floats:
    """Mean squares of overlapping blocks; a shorter clip is one block."""
    size, step = round(_BLOCK_S * RATE_HZ), round(_STEP_S * RATE_HZ)
    if len(samples) <= size:
        return np.array([np.mean(samples**2)])
    sums = np.concatenate([[0.0], np.cumsum(samples**2)])
    starts = np.arange(0, len(samples) - size + 1, step)
    return np.asarray((sums[starts + size] - sums[starts]) / size)


def _weighted(samples: Floats) -> Floats:
    """K-weighted by spectrum; padded, so that the end does not fold onto the start."""
    size = 1 << (len(samples) + _PAD - 1).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(samples, size) * _response(size), size)[: len(samples)])


@lru_cache(maxsize=8)
def _response(size: int) -> npt.NDArray[np.complex128]:
    """Of the two filters of the recommendation, designed for ``RATE_HZ``."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    shelf, high_pass = _shelf(), _high_pass()
    out = np.ones(len(z), np.complex128)
    for numerator, denominator in (shelf, high_pass):
        out *= np.polyval(numerator[::-1], z) / np.polyval(denominator[::-1], z)
    return out


def _shelf() -> tuple[list[float], list[float]]:
    """The head: +4 dB above 1.7 kHz."""
    k = float(np.tan(np.pi * 1681.974450955533 / RATE_HZ))
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    norm = 1 + k / q + k * k
    numerator = [(high + band * k / q + k * k) / norm, 2 * (k * k - high) / norm, (high - band * k / q + k * k) / norm]
    return numerator, [1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]


def _high_pass() -> tuple[list[float], list[float]]:
    """Nothing below 38 Hz."""
    k = float(np.tan(np.pi * 38.13547087602444 / RATE_HZ))
    q = 0.5003270373238773
    norm = 1 + k / q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]
