"""Fake speech: audio that carries its own transcript, so that a fake recogniser can read it back.

A character takes ten frames (200 ms). Every 5 ms are 16 runs of 5 samples; the sign of a run is one bit of the code
point, which survives any gain and any shift by 5 ms. Noise is a frame of the code ``NOISE``.
"""

from __future__ import annotations

import time

import numpy as np

from agent.errors import SpeechError
from speech.audio import level_dbfs
from speech.ports import FRAME_SAMPLES, Hints, Hypothesis, Pcm, VoiceStyle
from speech.vad import HOP_MS, SpeechSmoother, VadEvent, VadSettings

CHAR_FRAMES = 10
NOISE = 1
_RUNS = 16
_RUN_SAMPLES = 5
_AMPLITUDE = 6_000


def frame_of(code: int) -> Pcm:
    """One frame that carries a code."""
    bits = np.array([1 if code >> i & 1 else -1 for i in range(_RUNS)], np.int16)
    block = np.repeat(bits * np.int16(_AMPLITUDE), _RUN_SAMPLES)
    return np.tile(block, FRAME_SAMPLES // len(block))


def code_of(frame: Pcm) -> int | None:
    """The code of a frame; None for silence."""
    if np.abs(frame).max(initial=0) < 40:
        return None
    means = frame.reshape(-1, _RUNS, _RUN_SAMPLES).astype(np.int32).sum(axis=(0, 2))
    return sum(1 << i for i, value in enumerate(means) if value > 0)


def speak(text: str) -> Pcm:
    """A text as fake speech."""
    frames = [frame_of(ord(c)) for c in text for _ in range(CHAR_FRAMES)]
    return np.concatenate(frames) if frames else np.zeros(0, np.int16)


def read(pcm: Pcm, *, whole: bool = True) -> str:
    """The text of fake speech; a character counts once half of it is there (``whole``: all runs, else settled ones)."""
    text, run, last = "", 0, None
    for start in range(0, len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES, FRAME_SAMPLES):
        code = code_of(pcm[start : start + FRAME_SAMPLES])
        run = run + 1 if code == last else 1
        last = code
        if code not in (None, NOISE) and run % CHAR_FRAMES == CHAR_FRAMES // 2:
            text += chr(code or 0)
    return text


class FakeVad:
    """The real smoother fed with the truth of fake speech; noise is sound that Silero would not confirm."""

    def __init__(self, settings: VadSettings | None = None) -> None:
        self._smoother = SpeechSmoother(settings)
        self._now_ms = 0.0

    @property
    def rising(self) -> bool:
        """As the smoother has it."""
        return self._smoother.rising

    def feed(self, frame: Pcm) -> list[VadEvent]:
        """Both hops of the frame."""
        code = code_of(frame)
        probability = 0.0 if code is None else 0.3 if code == NOISE else 0.95
        events: list[VadEvent] = []
        for _ in range(2):
            self._now_ms += HOP_MS
            events += self._smoother.feed(self._now_ms, code is not None, probability, level_dbfs(frame))
        return events


class FakeSession:
    """Reads fake speech back."""

    def __init__(self, engine: FakeRecognizer) -> None:
        self._engine = engine
        self._audio: list[Pcm] = []

    def accept(self, pcm: Pcm) -> None:
        """Take samples."""
        if pcm.dtype != np.int16:
            raise SpeechError("audio-frame-format", "samples must be int16", "convert them")
        self._audio.append(pcm)

    def partial(self) -> Hypothesis:
        """Words so far."""
        return self._engine.answer(self._audio)

    def finish(self) -> Hypothesis:
        """All words."""
        return self._engine.answer(self._audio)


class FakeRecognizer:
    """A recogniser of fake speech. ``faults`` are the failures of coming answers: an exception, or seconds to hang."""

    def __init__(
        self, *, mishears: dict[str, str] | None = None, faults: list[Exception | float] | None = None
    ) -> None:
        self._mishears = mishears or {}
        self.faults = faults or []
        self.hints: list[Hints] = []

    def open(self, hints: Hints) -> FakeSession:
        """A session; its hints are remembered."""
        self.hints.append(hints)
        return FakeSession(self)

    def answer(self, audio: list[Pcm]) -> Hypothesis:
        """What the audio says, misheard if the script wants it."""
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            time.sleep(fault)
        pcm = np.concatenate(audio) if audio else np.zeros(0, np.int16)
        text = read(pcm)
        return Hypothesis(self._mishears.get(text, text), 0.9 if text else 0.0, 0.0, len(pcm) / 16_000)


class FakeSynthesizer:
    """Speaks fake speech; ``faults`` are raised by coming requests."""

    def __init__(self, *, faults: list[Exception] | None = None) -> None:
        self.faults = faults or []
        self.asked: list[tuple[str, VoiceStyle]] = []

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """The text as fake speech."""
        self.asked.append((text, style))
        if self.faults:
            raise self.faults.pop(0)
        if not text.strip():
            raise SpeechError("synthesis-empty", "there is nothing to say", "give at least one character")
        return speak("".join(c for c in text if c.isalnum()))

    async def aclose(self) -> None:
        """Nothing to close."""
