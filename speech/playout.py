"""What the agent says as a line of samples: position, loudness, fades, going on after a halt. No clock, no channel.

The cursor counts samples handed out; the owner tells how many of them were not heard after all.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from speech.audio import ramp, scale
from speech.ports import FRAME_SAMPLES, RATE_HZ, Pcm

DUCKED_GAIN = 0.3
FADE_MS = 20
_SAMPLES_PER_MS = RATE_HZ // 1000
_LOOK_BACK_MS = 240
"""Going on starts at the quietest spot of this stretch before the halt: between two syllables."""
_CLAUSE_HEAD_MS = 400
_LONG_HALT_MS = 1_500.0
"""After a halt this long the clause is said again from its start."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One clause on the line."""

    pcm: Pcm
    text: str
    say: int
    """Number of the wording it belongs to."""
    start_char: int
    pause_ms: float
    """Silence between it and the next."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the voice is."""

    say: int
    chars: int
    """Characters of the wording heard so far."""


class Playout:
    """Segments one behind the other, and a cursor."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []
        self._starts: list[int] = []
        self._end = 0
        self._cursor = 0
        self._gain = 1.0
        self._target = 1.0

    def add(self, segment: Segment) -> None:
        """Append a clause, after the pause of the one before it."""
        if self._segments:
            self._end += round(self._segments[-1].pause_ms * _SAMPLES_PER_MS)
        self._segments.append(segment)
        self._starts.append(self._end)
        self._end += len(segment.pcm)

    @property
    def left_ms(self) -> float:
        """What is still to be handed out."""
        return (self._end - self._cursor) / _SAMPLES_PER_MS

    def pull(self) -> Pcm | None:
        """Next frame at the present loudness; None when nothing is left."""
        if self._cursor >= self._end:
            return None
        frame = self._read(self._cursor, FRAME_SAMPLES)
        self._cursor = min(self._end, self._cursor + FRAME_SAMPLES)
        shaped = scale(frame, self._gain) if self._gain == self._target else ramp(frame, self._gain, self._target)
        self._gain = self._target
        return shaped

    def duck(self) -> None:
        """Softer from the next frame on."""
        self._target = DUCKED_GAIN

    def rewind(self, unheard_ms: float) -> None:
        """Take back samples that were handed out but not heard."""
        self._cursor = max(0, self._cursor - round(unheard_ms * _SAMPLES_PER_MS))

    def fade(self) -> list[Pcm]:
        """The next ``FADE_MS`` sinking to silence, as frames; the cursor stays behind them."""
        length = FADE_MS * _SAMPLES_PER_MS
        tail = ramp(self._read(self._cursor, length), self._gain, 0.0)
        self._cursor = min(self._end, self._cursor + length)
        self._gain, self._target = 0.0, 1.0
        padded = np.concatenate([tail, np.zeros(-length % FRAME_SAMPLES, np.int16)])
        return [padded[i : i + FRAME_SAMPLES] for i in range(0, len(padded), FRAME_SAMPLES)]

    def go_on(self, halt_ms: float) -> None:
        """Full loudness; after a halt the cursor moves back to where no word is lost."""
        self._target = 1.0
        if halt_ms <= 0:
            return
        index = self._index()
        if index is None:
            return
        start, segment = self._starts[index], self._segments[index]
        offset = min(self._cursor - start, len(segment.pcm))
        near_start = offset <= _CLAUSE_HEAD_MS * _SAMPLES_PER_MS
        self._cursor = start if near_start or halt_ms > _LONG_HALT_MS else start + _quiet_spot(segment.pcm, offset)

    def drop(self) -> None:
        """Forget everything."""
        self._segments.clear()
        self._starts.clear()
        self._end = self._cursor = 0
        self._gain = self._target = 1.0

    def place(self, unheard_ms: float = 0.0) -> Place | None:
        """Where the voice is when ``unheard_ms`` of what was handed out is still on its way; None before anything."""
        index = self._index(unheard_ms)
        if index is None:
            return None
        segment = self._segments[index]
        heard = self._cursor - round(unheard_ms * _SAMPLES_PER_MS) - self._starts[index]
        share = min(1.0, max(0, heard) / max(1, len(segment.pcm)))
        return Place(segment.say, segment.start_char + round(share * len(segment.text)))

    def _index(self, unheard_ms: float = 0.0) -> int | None:
        if not self._segments:
            return None
        return max(0, bisect_right(self._starts, self._cursor - round(unheard_ms * _SAMPLES_PER_MS)) - 1)

    def _read(self, start: int, count: int) -> Pcm:
        """Samples of the line, zeros in pauses and after the end."""
        out = np.zeros(count, np.int16)
        for begin, segment in zip(self._starts, self._segments, strict=True):
            low, high = max(start, begin), min(start + count, begin + len(segment.pcm))
            if low < high:
                out[low - start : high - start] = segment.pcm[low - begin : high - begin]
        return out


def _quiet_spot(pcm: Pcm, offset: int) -> int:
    """The quietest 10 ms before ``offset``, within reach."""
    block = 10 * _SAMPLES_PER_MS
    first = max(0, offset - _LOOK_BACK_MS * _SAMPLES_PER_MS)
    spots = range(first, max(first + 1, offset - block), block // 2)
    return min(spots, key=lambda at: float(np.mean(np.abs(pcm[at : at + block].astype(np.int32)))))
