"""The ports of the voice: what the conductor needs from engines, from the line and from the conversation.

Audio is 16 kHz mono int16 everywhere inside; it travels in frames of 20 ms, numpy arrays of shape ``(320,)``.
Adapters convert at the door and raise ``SpeechError`` for anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from agent.domain.effects import Effect, Patience
from agent.domain.events import EventBody
from agent.domain.turns import Completeness, Hints

__all__ = [
    "FRAME_MS", "FRAME_SAMPLES", "RATE_HZ", "AudioChannel", "Completeness", "Dialogue", "Hints", "Hypothesis",
    "Pcm", "RecognitionSession", "Recognizer", "Synthesizer", "VoiceStyle",
]  # fmt: skip

RATE_HZ = 16_000
FRAME_MS = 20
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000

Pcm = npt.NDArray[np.int16]
"""Mono samples at ``RATE_HZ``; a frame has shape ``(FRAME_SAMPLES,)``."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser believes was said."""

    text: str
    confidence: float
    """0–1; 0 for no words."""
    start_s: float
    """Start of the first word, seconds from the first sample that the session accepted."""
    end_s: float
    """End of the last word, same zero."""
    syllables: tuple[str, ...] = ()
    """Tonal pinyin (``xue4``), for engines that have it: names are matched by sound."""


class RecognitionSession(Protocol):
    """One utterance. Blocking: called in a bounded executor, by one thread at a time."""

    def accept(self, pcm: Pcm) -> None:
        """Take the next samples, any length ≥ 1. Raises SpeechError when the engine failed."""
        ...

    def partial(self) -> Hypothesis:
        """Best guess so far; callable at any time, also before the first sample."""
        ...

    def finish(self) -> Hypothesis:
        """Final words; nothing is accepted afterwards."""
        ...


class Recognizer(Protocol):
    """A shared engine; every utterance gets a session of its own."""

    def open(self, hints: Hints) -> RecognitionSession:
        """Start an utterance. Cheap: called at the onset of speech."""
        ...


@dataclass(frozen=True, slots=True)
class VoiceStyle:
    """How something is spoken."""

    voice: str = "cmn"
    """Voice name of the engine."""
    rate_wpm: int = 160
    pitch: int = 50
    """0–100, 50 is the voice's own."""
    volume: float = 1.0
    """Gain; 1.0 is the engine's own loudness."""


class Synthesizer(Protocol):
    """Text to speech; clips come without silence at their ends."""

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """Speak one clause or sentence. Raises SpeechError when the engine cannot."""
        ...

    async def aclose(self) -> None:
        """Stop the engine; idempotent."""
        ...


class AudioChannel(Protocol):
    """One end of a line. Frames arrive and leave at the pace of real time."""

    async def receive(self) -> Pcm | None:
        """Next frame from the far end; None once it has hung up."""
        ...

    async def send(self, frame: Pcm) -> None:
        """Queue one frame for the far end; waits while the line's buffer is full. Dropped after hang-up."""
        ...

    async def clear(self) -> float:
        """Drop what was sent but not yet heard; returns its length in ms."""
        ...

    async def aclose(self) -> None:
        """Hang up; idempotent."""
        ...


class Dialogue(Protocol):
    """The conversation as the conductor sees it; ``agent.conversation.Conversation`` is one."""

    @property
    def events(self) -> Sequence[Any]:
        """The log so far."""
        ...

    @property
    def may_record(self) -> bool:
        """The recording notice was given and not declined."""
        ...

    @property
    def aside(self) -> bool:
        """Somebody else talks with the resident: nothing is said to silence."""
        ...

    @property
    def ask(self) -> str | None:
        """Id of the open ask."""
        ...

    @property
    def patience(self) -> Patience:
        """How long this step lets the resident think."""
        ...

    def hints(self) -> Hints:
        """What the open ask expects to hear."""
        ...

    def hear(self, text: str, confidence: float, now: datetime) -> list[Effect]:
        """Take a final utterance."""
        ...

    def overhear(self, text: str, now: datetime) -> list[Effect]:
        """Take words that are not final: only red flags act; effects mean that the agent must speak now."""
        ...

    def completes(self, text: str) -> Completeness:
        """Whether these words answer the open ask. No effect on the state."""
        ...

    def preview(self, text: str) -> tuple[str, ...]:
        """Texts the agent would likely say to these words. No effect on the state."""
        ...

    def silence(self, now: datetime) -> list[Effect]:
        """The resident has said nothing for the time the silence ladder gives."""
        ...

    def close(self, reason: str, now: datetime) -> list[Effect]:
        """The call ended without the conversation's own end (hang-up, stop)."""
        ...

    def note(self, body: EventBody, now: datetime) -> None:
        """Append an event of the voice (TurnTimed, VoiceFailed)."""
        ...
