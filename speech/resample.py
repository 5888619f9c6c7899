"""The one resampler: whole clips (soxr), and streams that keep their filter state between frames.

Telephone and WebRTC rates are whole multiples of each other, so streams use a short linear-phase filter:
2 ms of delay and exactly as many samples out as the ratio says, frame by frame.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from agent.errors import SpeechError
from speech.ports import RATE_HZ, Pcm

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_HALF_DELAY_S = 0.002


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
    """Resamples one endless stream between rates of a whole ratio; output length = input length * ratio."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        _check(from_hz)
        _check(to_hz)
        high, low = max(from_hz, to_hz), min(from_hz, to_hz)
        if high % low:
            raise SpeechError(
                "audio-rate", f"a stream cannot go from {from_hz} to {to_hz} Hz", "use rates of a whole ratio"
            )
        self._up, self._down = to_hz // low, from_hz // low
        self._taps = _low_pass(high, low) * self._up
        self._past = np.zeros(len(self._taps) - 1, np.float32)

    def feed(self, pcm: Pcm) -> Pcm:
        """Next samples in (a multiple of the ratio), resampled samples out."""
        if self._up == self._down:
            return pcm
        spread = np.zeros(len(pcm) * self._up, np.float32)
        spread[:: self._up] = pcm
        line = np.concatenate([self._past, spread])
        self._past = line[len(line) - len(self._past) :]
        filtered = np.convolve(line, self._taps, mode="valid")[:: self._down]
        return np.asarray(np.clip(filtered, -32768, 32767), np.int16)
