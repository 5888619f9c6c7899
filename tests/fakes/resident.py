"""A scripted resident at the other end of the line, and what they heard."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from speech.audio import frames, silence
from speech.ports import FRAME_MS, AudioChannel, Pcm
from tests.fakes.voice import code_of, frame_of, speak


@dataclass(frozen=True)
class Step:
    """Something said: texts and pauses (ms) in turn."""

    parts: tuple[str | int, ...]
    quiet_ms: float = 500.0
    """Starts when the agent has been silent this long after speaking …"""
    into_ms: float | None = None
    """… or this long after the agent began to speak."""
    audio: Pcm | None = None

    def frames(self) -> list[Pcm]:
        """The step as frames; a part of ``~`` is 20 ms of noise each."""
        if self.audio is not None:
            return list(frames(self.audio))
        out: list[Pcm] = []
        for part in self.parts:
            if isinstance(part, int):
                out += list(frames(silence(part)))
            elif part.startswith("~"):
                out += [frame_of(1)] * len(part)
            else:
                out += list(frames(speak(part)))
        return out


@dataclass
class FakeResident:
    """Runs its steps in order; afterwards it listens until the line closes or ``patience_ms`` is over."""

    channel: AudioChannel
    steps: list[Step]
    hang_up_at_ms: float = 120_000.0
    now_ms: float = 0.0
    heard: list[tuple[float, str]] = field(default_factory=list)
    """Character and time of every frame of fake speech heard."""
    loud: list[float] = field(default_factory=list)
    """Times of frames that were not silent."""
    spoke: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of each step."""

    wake_at_ms: float = 1e9
    awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached_ms(self, at_ms: float) -> None:
        """Wait for this time of the line."""
        self.wake_at_ms = at_ms
        await self.awake.wait()

    async def run(self) -> None:
        """Hold the line."""
        queue: deque[Pcm] = deque()
        waiting = deque(self.steps)
        talk_since: float | None = None
        while (frame := await self.channel.receive()) is not None:
            self.now_ms += FRAME_MS
            if self.now_ms >= self.wake_at_ms:
                self.awake.set()
            talk_since = self._listen(frame, talk_since)
            if not queue and waiting and self._due(waiting[0], talk_since):
                step = waiting.popleft()
                queue.extend(step.frames())
                self.spoke.append((self.now_ms, self.now_ms + len(queue) * FRAME_MS))
                talk_since = None if step.into_ms is None else talk_since
            if queue:
                await self.channel.send(queue.popleft())
            if self.now_ms >= self.hang_up_at_ms:
                await self.channel.aclose()

    def _listen(self, frame: Pcm, talk_since: float | None) -> float | None:
        code = code_of(frame)
        if code is None:
            return talk_since
        self.loud.append(self.now_ms)
        if code > 1:
            self.heard.append((self.now_ms, chr(code)))
        fresh = len(self.loud) < 2 or self.now_ms - self.loud[-2] > 500
        return self.now_ms if fresh or talk_since is None else talk_since

    def _due(self, step: Step, talk_since: float | None) -> bool:
        if talk_since is None or not self.loud:
            return False
        if step.into_ms is not None:
            return self.now_ms - talk_since >= step.into_ms
        return self.now_ms - self.loud[-1] >= step.quiet_ms
