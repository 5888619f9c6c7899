"""Turn-taking cases: what the resident's line carries, and when a turn ends or an overlap begins.

The audio is read with the case, so that every fault is known before the first call is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import av
import numpy as np

from agent.errors import InputError
from evaluation.cases import Fields
from speech.ports import RATE_HZ, Pcm
from speech.resample import resample

RATES_HZ = (8_000, 16_000)
SLACK_S = 0.1
"""Times are written with two digits; so much may a time lie behind the audio."""


class Kind(StrEnum):
    """What is heard over the agent's speech."""

    INTERRUPTION = "interruption"
    BACKCHANNEL = "backchannel"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, eq=False)
class TurnCase:
    """One turn of the resident; times in seconds from the first sample."""

    id: str
    pcm: Pcm
    ask: str
    speech: tuple[tuple[float, float], ...]
    end_s: float
    """An answer that starts before this is a cut-in."""
    words: tuple[str, ...] = ()
    """What is said in each stretch of speech; for engines that are told. From ``text``, stretches set apart by …"""


@dataclass(frozen=True, slots=True, eq=False)
class OverlapCase:
    """Sound over the agent's speech, which begins with the first sample."""

    id: str
    pcm: Pcm
    agent: str
    onset_s: float
    kind: Kind
    ask: str | None = None
    """The ask that the agent's words put, when they are a question."""
    words: str = ""
    """What is said, or makes the noise."""


def turn_case(fields: Fields) -> TurnCase | OverlapCase:
    """One case of ``eval turns``; one with ``agent`` is an overlap. Raises DefinitionError, InputError."""
    case_id = fields.text("id")
    pcm = read_line(fields.path.parent / fields.text("audio"))
    length_s = len(pcm) / RATE_HZ
    if fields.mapping.get("agent") is not None:
        onset_s = _time_s(fields, "onset", length_s)
        ask, words = fields.text("ask", "") or None, fields.text("text", "")
        return OverlapCase(case_id, pcm, fields.text("agent"), onset_s, _kind(fields), ask, words)
    end_s = _time_s(fields, "end", length_s)
    parts = tuple(filter(None, fields.text("text", "").split("…")))
    return TurnCase(case_id, pcm, fields.text("ask"), _speech(fields, end_s), end_s, parts)


def _kind(fields: Fields) -> Kind:
    name = fields.text("kind")
    if name not in set(Kind):
        raise fields.wrong("kind", f"there is no kind {name!r}", f"use one of {', '.join(Kind)}")
    return Kind(name)


def _time_s(fields: Fields, key: str, length_s: float) -> float:
    fields.need(key)
    value = float(fields.number(key, float))
    if not 0 <= value <= length_s + SLACK_S:
        raise fields.wrong(
            key, f"{value:g} s lies outside the audio of {length_s:.2f} s", "give seconds within the file"
        )
    return value


def _speech(fields: Fields, end_s: float) -> tuple[tuple[float, float], ...]:
    fields.need("speech")
    found: list[tuple[float, float]] = []
    for item in fields.items("speech"):
        start_s, stop_s = _pair(fields, item)
        if start_s >= stop_s or stop_s > end_s + SLACK_S or (found and start_s < found[-1][1]):
            raise fields.wrong("speech", f"{item} is not in order before the end", "give rising [from, to] seconds")
        found.append((start_s, stop_s))
    if not found:
        raise fields.wrong("speech", "names no speech", "give [[from, to], ...] in seconds")
    return tuple(found)


def _pair(fields: Fields, item: Any) -> tuple[float, float]:
    try:
        start_s, stop_s = item
        return float(start_s), float(stop_s)
    except (TypeError, ValueError):
        raise fields.wrong("speech", f"{item} is no stretch", "write [from, to] in seconds") from None


def read_line(path: Path) -> Pcm:
    """One side of a line: 8 or 16 kHz mono, any coding of WAV, FLAC or Opus, as 16 kHz. Raises InputError."""
    if not path.is_file():
        raise InputError("turns-audio-missing", f"{path} is not there", "correct the path or make the file")
    try:
        pcm, rate_hz, channels = _decode(path)
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        what = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(
            "turns-audio", f"{path}: no audio that can be read ({what})", "convert it to 16-bit WAV, 8 or 16 kHz mono"
        ) from None
    if rate_hz not in RATES_HZ or channels != 1:
        raise InputError(
            "turns-audio-rate",
            f"{path} has {rate_hz} Hz and {channels} channels where 8 or 16 kHz mono is needed",
            f"convert it: ffmpeg -i {path.name} -ar 16000 -ac 1 out.wav",
        )
    if not len(pcm):
        raise InputError("turns-audio-empty", f"{path} holds no sample", "record it again or drop the case")
    return resample(pcm, rate_hz)


def _decode(path: Path) -> tuple[Pcm, int, int]:
    """Samples, rate and channels; the samples of files with several channels are left out."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate_hz, channels = int(stream.rate), int(stream.channels)
        if rate_hz not in RATES_HZ or channels != 1:
            return np.zeros(0, np.int16), rate_hz, channels
        to_16_bit = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
        parts = [out.to_ndarray()[0] for frame in container.decode(stream) for out in to_16_bit.resample(frame)]
        parts += [out.to_ndarray()[0] for out in to_16_bit.resample(None)]
    return (np.concatenate(parts).astype(np.int16) if parts else np.zeros(0, np.int16)), rate_hz, channels
