"""What every pulled engine's output goes through: no blanks in Chinese, times inside the audio, no words of silence."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from agent.errors import SpeechError
from speech.audio import length_ms, level_dbfs
from speech.ports import RATE_HZ, Hypothesis, Pcm

NOTHING = Hypothesis("", 0.0, 0.0, 0.0)
UNTOLD = 0.8
"""Confidence for engines that tell none: used, but short of certain."""
_QUIET_DBFS = -60.0
_SPEECH_RANGE_DB = 30.0
_BLOCK = 1_600
_MARKS = re.compile(r"<\|[^|>]*\|>|</?[a-z]+>|▁|@@")
_BLANK = re.compile(r"\s+(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s+")


def joined(pieces: Sequence[str]) -> str:
    """Pieces of text as one: Chinese joins without blanks, Latin words keep theirs."""
    return _BLANK.sub("", _MARKS.sub(" ", " ".join(piece.strip() for piece in pieces))).strip()


def silent(pcm: Pcm) -> bool:
    """No tenth of a second is loud enough to hold speech; large models make words of such audio."""
    return all(level_dbfs(pcm[start : start + _BLOCK]) < _QUIET_DBFS for start in range(0, len(pcm), _BLOCK))


def loud_span_s(pcm: Pcm) -> tuple[float, float]:
    """First and last tenth of a second that is loud, for engines that tell no times."""
    levels = [level_dbfs(pcm[start : start + _BLOCK]) for start in range(0, len(pcm), _BLOCK)]
    floor = max(_QUIET_DBFS, max(levels, default=_QUIET_DBFS) - _SPEECH_RANGE_DB)
    loud = [index for index, level in enumerate(levels) if level >= floor]
    return (loud[0] * _BLOCK / RATE_HZ, (loud[-1] + 1) * _BLOCK / RATE_HZ) if loud else (0.0, 0.0)


def hypothesis(text: str, confidence: float, span_s: tuple[float, float], heard: Pcm) -> Hypothesis:
    """Words with their times kept inside the audio; nothing for no words."""
    if not text:
        return NOTHING
    length_s = length_ms(heard) / 1000
    start_s = min(max(0.0, span_s[0]), length_s)
    return Hypothesis(text, min(max(confidence, 0.0), 1.0), start_s, min(max(start_s, span_s[1]), length_s))


def unit_floats(pcm: Pcm) -> npt.NDArray[np.float32]:
    """Samples as engines want them, −1 to 1."""
    return np.multiply(pcm, 1 / 32768, dtype=np.float32)


class Heard:
    """The samples of one utterance."""

    def __init__(self) -> None:
        self._parts: list[Pcm] = []
        self.samples = 0
        self.ended = False

    def add(self, pcm: Pcm) -> None:
        """Take the next. Raises SpeechError after the end."""
        if self.ended:
            raise SpeechError("recognition-ended", "the utterance has ended", "open a new session")
        self._parts.append(np.array(pcm, np.int16))
        self.samples += len(pcm)

    def all(self) -> Pcm:
        """Everything so far."""
        whole = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int16)
        self._parts = [whole]
        return whole
