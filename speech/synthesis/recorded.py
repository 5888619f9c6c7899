"""Prompts recorded by a person before synthesis: a folder of WAV files named after response ids.

``utter_greet.wav`` holds the first wording of that response, ``utter_greet@2.wav`` the second. A recording of several
clauses is cut at its longest pauses, for speech is made and played clause by clause. Wordings with ``{values}`` are
spoken by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.errors import SpeechError
from speech.audio import scale, trim_silence
from speech.loudness import evened
from speech.ports import RATE_HZ, Pcm, Synthesizer, VoiceStyle
from speech.synthesis.clauses import clauses
from speech.synthesis.http_audio import read_wav_bytes

_HOP = RATE_HZ // 100
_LEAST_PAUSE = 12
"""Hops of 10 ms; anything shorter is the closure of a consonant."""
_QUIET_DB = -35.0
"""Below the loudest hop."""


class RecordedPrompts:
    """A synthesizer before another one: what was recorded is played, the rest is spoken."""

    def __init__(self, inner: Synthesizer, clips: Mapping[str, Pcm]) -> None:
        self._inner = inner
        self._clips = clips

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """The recording of a clause, else what the engine makes."""
        clip = self._clips.get(text.strip())
        return await self._inner.synthesize(text, style) if clip is None else scale(clip, style.volume)

    async def aclose(self) -> None:
        """Close the engine; idempotent."""
        await self._inner.aclose()


@dataclass(frozen=True)
class Recording:
    """One file and the clauses that it should hold."""

    path: Path
    clauses: tuple[str, ...]


def read_folder(folder: Path, wordings: Mapping[str, Sequence[str]]) -> dict[str, Pcm]:
    """Clips by clause. Raises SpeechError for a file that fits no wording, or not as many pauses as it has."""
    clips: dict[str, Pcm] = {}
    for recording in _recordings(folder, wordings):
        pcm = evened(read_wav_bytes(_bytes(recording.path), recording.path.name))
        pieces = split_at_pauses(pcm, len(recording.clauses))
        if pieces is None:
            message = f"{recording.path.name} has fewer pauses than {'｜'.join(recording.clauses)}"
            raise SpeechError("recording-pauses", message, "record it again with a short pause at each ｜")
        clips |= {clause: piece for clause, piece in zip(recording.clauses, pieces, strict=True) if clause not in clips}
    return clips


def _recordings(folder: Path, wordings: Mapping[str, Sequence[str]]) -> Iterator[Recording]:
    if not folder.is_dir():
        raise SpeechError(
            "recording-folder", f"there is no folder {folder}", "set SUIFANG_RECORDINGS to one, or unset it"
        )
    for path in sorted(folder.glob("*.wav")):
        name, _, variant = path.stem.partition("@")
        texts = wordings.get(name, ())
        number = int(variant) if variant.isdigit() else 1
        if not 1 <= number <= len(texts) or (variant and not variant.isdigit()):
            message = f"{path.name} is named after no wording"
            raise SpeechError("recording-name", message, "name it after a response id, with @2 for its second wording")
        text = texts[number - 1]
        if "{" in text:
            message = f"{name} has values in it ({text}), so it cannot be played from a recording"
            raise SpeechError("recording-values", message, f"remove {path.name}")
        yield Recording(path, tuple(clause.text.strip() for clause in clauses(text)))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror})"
        raise SpeechError("recording-read", message, "check its permissions") from None


def split_at_pauses(pcm: Pcm, count: int) -> list[Pcm] | None:
    """That many pieces, cut in the middle of the longest pauses and trimmed; None when there are too few pauses."""
    whole = trim_silence(pcm)
    if count == 1:
        return [whole]
    longest = sorted(_pauses(whole), key=lambda pause: pause[1] - pause[0], reverse=True)[: count - 1]
    if len(longest) < count - 1:
        return None
    cuts = sorted((start + end) // 2 * _HOP for start, end in longest)
    return [trim_silence(piece) for piece in np.split(whole, cuts)]


def _pauses(pcm: Pcm) -> list[tuple[int, int]]:
    """Quiet stretches inside a clip, in hops."""
    hops = np.asarray(pcm[: len(pcm) // _HOP * _HOP], np.float64).reshape(-1, _HOP)
    levels = 10 * np.log10(np.mean(hops**2, axis=1) + 1e-3)
    quiet = np.concatenate([[False], levels < levels.max(initial=-30.0) + _QUIET_DB, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    spans = [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    return [(start, end) for start, end in spans if end - start >= _LEAST_PAUSE and start > 0 and end < len(hops)]
