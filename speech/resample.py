"""The one resampler: whole clips (soxr), and streams that keep their filter state between frames.

Telephone and WebRTC rates are whole multiples of each other, so streams use a short linear-phase filter:
2 ms of delay and exactly as many samples out as the ratio says, frame by frame.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soxr

from agent.errors import SpeechError
from speech.ports import RATE_HZ, Pcm

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_HALF_DELAY_S = 0.002
_BLOCK = 16
"""Steps of the lower rate that are filtered at once."""


def _check(rate_hz: int) -> None:
    if rate_hz not in RATES_HZ:
        raise SpeechError(
            "audio-rate", f"{rate_hz} Hz audio is not supported", f"use one of {', '.join(map(str, RATES_HZ))} Hz"
        )


def resample(pcm: Pcm, from_hz: int, to_hz: int = RATE_HZ) -> Pcm:
    """Resample a whole clip. Raises SpeechError ``audio-rate`` for a rate no telephone or engine uses."""
    _check(from_hz)
    _check(to_hz)
    if from_hz == to_hz or not len(pcm):
        return pcm
    return np.asarray(soxr.resample(pcm, from_hz, to_hz), np.int16)


def _low_pass(high_hz: int, low_hz: int) -> npt.NDArray[np.float32]:
    """Windowed-sinc low pass at 0.46 of the lower rate, running at the higher one."""
    half = round(_HALF_DELAY_S * high_hz)
    at = np.arange(-half, half + 1)
    cut = 0.92 * low_hz / high_hz
    taps = cut * np.sinc(cut * at) * np.hanning(2 * half + 3)[1:-1]
    return np.asarray(taps / taps.sum(), np.float32)


class StreamResampler:
    """Resamples one endless stream between rates of a whole ratio; output length = input length * ratio.

    The filter is one small matrix, applied to windows on the stream: no products with zeros, none that are thrown away.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        _check(from_hz)
        _check(to_hz)
        high, low = max(from_hz, to_hz), min(from_hz, to_hz)
        if high % low:
            raise SpeechError(
                "audio-rate", f"a stream cannot go from {from_hz} to {to_hz} Hz", "use rates of a whole ratio"
            )
        self._up, self._down = to_hz // low, from_hz // low
        self._matrix = _matrix(high, low, self._up, self._down)
        self._block = _BLOCK * self._down
        self._before = len(self._matrix) - self._block
        """Samples before a block that it still needs."""
        self._taken = 0
        self._lay(np.zeros(self._before, np.float32), 0)

    def feed(self, pcm: Pcm) -> Pcm:
        """Next samples in (a multiple of the ratio), resampled samples out."""
        if self._up == self._down:
            return pcm
        before, taken = self._before, self._taken
        past = self._line[taken : taken + before]
        if len(pcm) == taken:
            self._line[:before] = past.copy() if taken < before else past
        else:
            self._lay(past, len(pcm))
        self._line[before : before + len(pcm)] = pcm
        filtered = (self._windows @ self._matrix).reshape(-1)[: len(pcm) * self._up // self._down]
        np.maximum(filtered, -32768, out=filtered)
        np.minimum(filtered, 32767, out=filtered)
        return filtered.astype(np.int16)

    def _lay(self, past: npt.NDArray[np.float32], taken: int) -> None:
        """A line for pieces of this length, and the windows on it: laying them out costs more than the sums."""
        blocks, self._taken = -(-taken // self._block), taken
        self._line = np.zeros(self._before + blocks * self._block, np.float32)
        self._line[: self._before] = past
        shape, step = (blocks, len(self._matrix)), self._line.strides[0]
        strides = (self._block * step, step)
        self._windows = np.lib.stride_tricks.as_strided(self._line, shape, strides, writeable=False)


@lru_cache
def _matrix(high_hz: int, low_hz: int, up: int, down: int) -> npt.NDArray[np.float32]:
    """[samples before + block, outputs of the block]: what the filter makes of each sample of a window."""
    taps = _low_pass(high_hz, low_hz) * up
    window = (len(taps) - 1) // up + _BLOCK * down
    rows = []
    for sample in range(window):
        spread = np.zeros(window * up, np.float32)
        spread[sample * up] = 1.0
        rows.append(np.convolve(spread, taps, mode="valid")[::down])
    return np.asarray(rows, np.float32)
