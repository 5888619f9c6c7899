"""A recogniser that knows what is said and when: with it behind every framework only turn taking differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from speech.audio import length_ms
from speech.ports import Hints, Hypothesis, Pcm

CONFIDENCE = 0.95
SLACK_MS = 60.0
"""A stretch whose last moment is still on its way was heard whole."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words and where they lie in the audio."""

    start_ms: float
    end_ms: float
    text: str

    def until(self, at_ms: float) -> str:
        """The words said by then."""
        if at_ms >= self.end_ms - SLACK_MS:
            return self.text
        share = (at_ms - self.start_ms) / (self.end_ms - self.start_ms)
        return self.text[: max(0, int(share * len(self.text)))]


class InstantRecognizer:
    """Shared by nobody: it belongs to one line, whose place ``played_ms`` tells."""

    def __init__(self, stretches: Sequence[Stretch], played_ms: Callable[[], float]) -> None:
        self.stretches = stretches
        self.played_ms = played_ms

    def open(self, hints: Hints) -> InstantSession:
        """Start an utterance."""
        return InstantSession(self)


class InstantSession:
    """One utterance."""

    def __init__(self, engine: InstantRecognizer) -> None:
        self._engine = engine
        self._length_ms = 0.0
        self._end_ms = engine.played_ms()

    def accept(self, pcm: Pcm) -> None:
        """Take samples: they end where the line is now."""
        self._length_ms += length_ms(pcm)
        self._end_ms = self._engine.played_ms()

    def partial(self) -> Hypothesis:
        """Words so far."""
        start_ms = self._end_ms - self._length_ms
        heard = [s for s in self._engine.stretches if s.end_ms > start_ms + SLACK_MS and s.start_ms < self._end_ms]
        text = "".join(s.until(self._end_ms) for s in heard)
        return Hypothesis(text, CONFIDENCE if text else 0.0, 0.0, self._length_ms / 1000)

    def finish(self) -> Hypothesis:
        """All words."""
        return self.partial()
