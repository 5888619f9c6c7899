"""A two-way line in memory: real time or virtual time, with the flaws of a telephone line if wanted.

Virtual time advances by frames: each end gets its next frame only when the other has asked for its own, so a
whole call runs as fast as the machine allows and the same way every time. Both ends must keep receiving.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from agent.errors import SpeechError
from speech.audio import alaw_decode, alaw_encode, check_frame, scale, silence
from speech.ports import FRAME_MS, Pcm
from speech.resample import StreamResampler

MAX_BUFFERED_FRAMES = 500
"""10 s may wait in a direction; a sender of more is held back, nothing is dropped."""
SPEECH_DBFS = -23.0
"""Level of speech that ``noise_db`` is counted from."""


class Pace(Protocol):
    """When an end may have its next frame."""

    async def next(self, end: int) -> None:
        """Wait for the next frame time of end 0 or 1."""
        ...

    def leave(self) -> None:
        """The line is closed: nobody waits any more."""
        ...


class RealTime:
    """A frame every 20 ms of the wall clock, without drift; a late reader catches up."""

    def __init__(self) -> None:
        self._due_s = [0.0, 0.0]

    async def next(self, end: int) -> None:
        """Sleep until this end's next frame is due."""
        now = time.monotonic()
        self._due_s[end] = (self._due_s[end] or now) + FRAME_MS / 1000
        await asyncio.sleep(max(0.0, self._due_s[end] - now))

    def leave(self) -> None:
        """Nothing to wake: sleeps are shorter than a frame."""


class VirtualTime:
    """Lock-step: both ends take frame n together."""

    def __init__(self) -> None:
        self._asked = [0, 0]
        self._left = False
        self._waiter: asyncio.Future[None] | None = None
        """At most one end waits: the other is behind it."""

    async def next(self, end: int) -> None:
        """Wait until the other end has asked as often."""
        self._asked[end] += 1
        self._wake()
        while not self._left and self._asked[1 - end] < self._asked[end]:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def leave(self) -> None:
        """Wake an end that waits."""
        self._left = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


@dataclass(frozen=True, slots=True)
class LineConditions:
    """What the line does to the audio that goes to end 0 (the agent)."""

    band: str = "16k"
    """``16k``, or ``8k``: telephone band through G.711 A-law."""
    noise_db: float | None = None
    """White noise this far below speech."""
    loss: float = 0.0
    """Share of frames lost; concealed by the last frame at half loudness."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.band not in ("8k", "16k"):
            raise SpeechError("line-band", f"there is no band {self.band}", "use 8k or 16k")
        if not 0 <= self.loss < 1:
            raise SpeechError("line-loss", f"a loss of {self.loss} is impossible", "give a share from 0 to below 1")


class Line:
    """The flaws of one direction, applied frame by frame."""

    def __init__(self, conditions: LineConditions) -> None:
        self._conditions = conditions
        self._random = np.random.default_rng(conditions.seed)
        self._down, self._up = StreamResampler(16_000, 8_000), StreamResampler(8_000, 16_000)
        self._last = silence(FRAME_MS)

    def carry(self, frame: Pcm) -> Pcm:
        """The frame as it comes out at the far end."""
        if self._conditions.noise_db is not None:
            level = 32768 * 10 ** ((SPEECH_DBFS - self._conditions.noise_db) / 20)
            noisy = frame + self._random.normal(0, level, len(frame))
            frame = np.asarray(np.clip(noisy, -32768, 32767), np.int16)
        if self._conditions.band == "8k":
            frame = self._up.feed(alaw_decode(alaw_encode(self._down.feed(frame))))
        if self._conditions.loss and self._random.random() < self._conditions.loss:
            frame = scale(self._last, 0.5)
        self._last = frame
        return frame


class _Wire:
    """What both ends share."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.towards: tuple[deque[Pcm], deque[Pcm]] = (deque(), deque())
        self.room = (asyncio.Event(), asyncio.Event())
        self.closed = False


class MemoryChannel:
    """One end of a line in memory; see ``audio_pair``."""

    def __init__(self, wire: _Wire, end: int, line: Line | None) -> None:
        self._wire = wire
        self._end = end
        self._line = line
        self._quiet = silence(FRAME_MS)

    async def receive(self) -> Pcm | None:
        """Next frame, silence when the far end sends nothing; None once either end has hung up."""
        if self._wire.closed:
            return None
        await self._wire.pace.next(self._end)
        if self._wire.closed:
            return None
        waiting = self._wire.towards[self._end]
        frame = waiting.popleft() if waiting else self._quiet
        self._wire.room[self._end].set()
        return self._line.carry(frame) if self._line else frame

    async def send(self, frame: Pcm) -> None:
        """Queue a frame. Raises SpeechError ``audio-frame-format``."""
        check_frame(frame)
        far = 1 - self._end
        while len(self._wire.towards[far]) >= MAX_BUFFERED_FRAMES and not self._wire.closed:
            self._wire.room[far].clear()
            await self._wire.room[far].wait()
        if not self._wire.closed:
            self._wire.towards[far].append(frame)

    async def clear(self) -> float:
        """Drop what the far end has not received yet; its length in ms."""
        waiting = self._wire.towards[1 - self._end]
        dropped_ms = float(len(waiting) * FRAME_MS)
        waiting.clear()
        self._wire.room[1 - self._end].set()
        return dropped_ms

    async def aclose(self) -> None:
        """Hang up for both ends; idempotent."""
        self._wire.closed = True
        self._wire.pace.leave()
        for room in self._wire.room:
            room.set()


def audio_pair(
    pace: Pace | None = None, conditions: LineConditions | None = None
) -> tuple[MemoryChannel, MemoryChannel]:
    """Two ends of one line: the agent's, and the resident's. Real time unless another pace is given.

    ``conditions`` spoil what the agent hears; what the resident hears is clean.
    """
    wire = _Wire(pace or RealTime())
    line = Line(conditions) if conditions else None
    return MemoryChannel(wire, 0, line), MemoryChannel(wire, 1, None)
