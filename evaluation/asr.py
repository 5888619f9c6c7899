"""``eval asr``: audio and transcript, character error rate."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from agent.errors import InputError
from evaluation.asr_text import comparable, edits
from evaluation.intervals import share
from evaluation.judgement import CaseResult, Evaluation
from speech.ports import RATE_HZ, Hints, Hypothesis, Pcm, Recognizer

_BLOCK = RATE_HZ // 5


@dataclass(frozen=True, slots=True)
class Clip:
    """One line of a manifest."""

    path: Path
    text: str
    speaker: str = ""
    ask: str | None = None
    """Fourth column, optional: the ask that was open; it biases the recogniser."""


def read_manifests(paths: Sequence[Path]) -> list[Clip]:
    """All clips of folders with ``manifest.tsv`` (or of manifests). Raises InputError with file, line and remedy."""
    return [clip for path in paths for clip in _manifest(path / "manifest.tsv" if path.is_dir() else path)]


def _manifest(path: Path) -> list[Clip]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "asr-manifest", f"{path}: cannot be read", "give a folder with a manifest.tsv in UTF-8"
        ) from error
    clips = []
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[0] == "path"):
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise InputError(
                "asr-manifest-line", f"{path}:{number}: not path<TAB>text", "write path, tab, text on each line"
            )
        audio = path.parent / cells[0]
        if not audio.is_file():
            raise InputError(
                "asr-audio-missing", f"{path}:{number}: {cells[0]} is not there", "correct the path or make the file"
            )
        extra = [*cells[2:4], "", ""]
        clips.append(Clip(audio, cells[1], extra[0], extra[1] or None))
    return clips


def read_audio(path: Path) -> Pcm:
    """Any audio that ffmpeg's libraries read, as 16 kHz mono int16. Raises InputError."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    try:
        with av.open(str(path)) as container:
            parts = [out.to_ndarray()[0] for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        parts += [out.to_ndarray()[0] for out in resampler.resample(None)]
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise InputError(
            "asr-audio", f"{path}: no audio that can be read ({error})", "convert it to WAV, FLAC, MP3 or Opus"
        ) from error
    return np.concatenate(parts).astype(np.int16) if parts else np.zeros(0, np.int16)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the recogniser made of a clip, how long it lasts, and the processor time spent on it."""

    hypothesis: Hypothesis
    audio_s: float
    work_s: float


def hear(pcm: Pcm, recognizer: Recognizer, ask: str | None) -> Heard:
    """Recognise a whole clip in blocks of 200 ms; no partials are asked for."""
    started = time.process_time()
    session = recognizer.open(Hints(ask))
    for start in range(0, len(pcm), _BLOCK):
        session.accept(pcm[start : start + _BLOCK])
    hypothesis = session.finish()
    return Heard(hypothesis, len(pcm) / RATE_HZ, time.process_time() - started)


def run(paths: Sequence[Path], recognizer: Recognizer) -> Evaluation:
    """Recognise every clip of the manifests and score it. Raises InputError for what cannot be read."""
    clips = read_manifests(paths)
    return score(clips, [hear(read_audio(clip.path), recognizer, clip.ask) for clip in clips])


def score(clips: Sequence[Clip], heard: Sequence[Heard]) -> Evaluation:
    """Cases and totals ``n, ok, chars, cer, score, rtf``; ``score`` is 1 - cer."""
    results, wrong, chars = [], 0, 0
    for clip, one in zip(clips, heard, strict=True):
        wanted, got = comparable(clip.text), comparable(one.hypothesis.text)
        distance = edits(wanted, got)
        wrong, chars = wrong + distance, chars + len(wanted)
        why = f"{distance} of {len(wanted)} · confidence {one.hypothesis.confidence:.2f}" if distance else ""
        results.append(CaseResult(clip.path.name, clip.text, one.hypothesis.text, not distance, why))
    totals: dict[str, Any] = {"n": len(clips), "ok": sum(result.ok for result in results), "chars": chars}
    totals |= share("cer", min(wrong, chars), chars) | share("score", max(0, chars - wrong), chars)
    if chars:
        totals["cer"] = round(wrong / chars, 4)
    audio = sum(one.audio_s for one in heard)
    totals["rtf"] = round(sum(one.work_s for one in heard) / audio, 4) if audio else None
    return Evaluation(results, totals)
