"""One utterance for an engine that reads it whole, anew as it grows: the one owner of when that is worth its price."""

from __future__ import annotations

from collections.abc import Callable

from speech.ports import Hypothesis, Pcm
from speech.recognition.words import NOTHING, Heard, silent


class WholeSession:
    """A session of the recogniser's port; ``read`` gets everything heard so far, never silence alone."""

    def __init__(self, read: Callable[[Pcm], Hypothesis], every: int) -> None:
        self._read_all = read
        self._every = every
        """Samples that must have come before a partial is read again."""
        self._heard = Heard()
        self._read_to = 0
        self._last = NOTHING

    def accept(self, pcm: Pcm) -> None:
        """Take samples."""
        self._heard.add(pcm)

    def partial(self) -> Hypothesis:
        """Best guess so far."""
        if self._heard.samples - self._read_to >= self._every:
            self._last = self._read()
        return self._last

    def finish(self) -> Hypothesis:
        """Final words."""
        self._heard.ended = True
        if self._heard.samples > self._read_to:
            self._last = self._read()
        return self._last

    def _read(self) -> Hypothesis:
        heard = self._heard.all()
        self._read_to = len(heard)
        return NOTHING if silent(heard) else self._read_all(heard)
