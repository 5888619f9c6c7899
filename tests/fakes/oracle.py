"""A recogniser of real audio that knows what is going to be said: partial words grow with the voice heard.

For tests of everything around recognition; it tells neither words apart nor speech from noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from speech.ports import RATE_HZ, Hints, Hypothesis, Pcm


def voiced_ms(pcm: Pcm, threshold: int = 1_200) -> float:
    """Length of the 10 ms blocks that are loud."""
    block = RATE_HZ // 100
    whole = len(pcm) // block * block
    if not whole:
        return 0.0
    return float((np.abs(pcm[:whole].astype(np.int32)).reshape(-1, block).max(axis=1) > threshold).sum() * 10)


class OracleRecognizer:
    """``script`` are the texts and their audio; ``turn`` says which of them is being said."""

    def __init__(self, script: Sequence[tuple[str, Pcm]], turn: Callable[[], int]) -> None:
        self._script = script
        self._turn = turn

    def open(self, hints: Hints) -> OracleSession:
        """A session for the utterance that is due."""
        text, pcm = self._script[min(self._turn(), len(self._script) - 1)]
        return OracleSession(text, voiced_ms(pcm))


class OracleSession:
    """One utterance."""

    def __init__(self, text: str, total_ms: float) -> None:
        self._text = text
        self._total_ms = total_ms
        self._audio: list[Pcm] = []

    def accept(self, pcm: Pcm) -> None:
        """Take samples."""
        self._audio.append(pcm)

    def partial(self) -> Hypothesis:
        """As much of the text as of the voice was heard."""
        pcm = np.concatenate(self._audio) if self._audio else np.zeros(0, np.int16)
        share = min(1.0, voiced_ms(pcm) / max(1.0, self._total_ms))
        text = self._text[: round(share * len(self._text) + 0.1)]
        return Hypothesis(text, 0.9 if text else 0.0, 0.0, len(pcm) / RATE_HZ)

    def finish(self) -> Hypothesis:
        """The same."""
        return self.partial()
