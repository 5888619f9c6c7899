"""sherpa-onnx behind the recogniser's port: streaming and whole-utterance models pulled by ``suifang models pull``.

sherpa-onnx ends the process when a file is no model of the kind it expects, so kinds are told, never tried,
and files are compared with their pinned sizes before they are given to it.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from agent.errors import SpeechError
from models.errors import ModelError
from models.published import LocalModel, read_pins
from speech.ports import RATE_HZ, Hints, Hypothesis, Pcm
from speech.recognition.whole import WholeSession
from speech.recognition.words import NOTHING, UNTOLD, Heard, hypothesis, joined, loud_span_s, silent, unit_floats

NAME = "sherpa-onnx"
PARTIAL_EVERY = RATE_HZ * 6 // 10
"""A whole-utterance model reads everything anew after this many samples."""
_TAIL = np.zeros(RATE_HZ * 6 // 10, np.float32)
"""Silence after the end, so that a streaming model gives its last words."""
_BEFORE_S, _AFTER_S = 0.1, 0.3
_MAX_HOTWORDS = 200
_EXTRA = "pip install 'suifang[sherpa]'"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory."""

    engine: Any
    """``sherpa_onnx.OnlineRecognizer`` when ``streaming``, else ``OfflineRecognizer``."""
    streaming: bool
    hotwords: frozenset[str] = frozenset()
    """Characters of which hot words may consist; none when the model takes no hot words."""


class SherpaRecognizer:
    """Shared engine; safe between threads, for every utterance has a stream of its own."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    def open(self, hints: Hints) -> StreamingSession | WholeSession:
        """Start an utterance."""
        engine = self._loaded.engine
        stream = self._start(hints)
        if self._loaded.streaming:
            return StreamingSession(engine, stream())
        return WholeSession(partial(_read_whole, engine, stream), PARTIAL_EVERY)

    def _start(self, hints: Hints) -> Callable[[], Any]:
        words = hotwords(hints.phrases, self._loaded.hotwords)
        engine = self._loaded.engine
        return (lambda: engine.create_stream(hotwords=words)) if words else engine.create_stream


class StreamingSession:
    """One utterance for a model that reads while one speaks."""

    def __init__(self, engine: Any, stream: Any) -> None:
        self._engine = engine
        self._stream = stream
        self._heard = Heard()
        self._loud = False

    def accept(self, pcm: Pcm) -> None:
        """Take samples."""
        self._heard.add(pcm)
        self._loud = self._loud or not silent(pcm)
        self._stream.accept_waveform(RATE_HZ, unit_floats(pcm))

    def partial(self) -> Hypothesis:
        """Best guess so far."""
        return self._read() if self._loud else NOTHING

    def finish(self) -> Hypothesis:
        """Final words."""
        if not self._heard.ended:
            self._heard.ended = True
            self._stream.accept_waveform(RATE_HZ, _TAIL)
            self._stream.input_finished()
        return self._read() if self._loud else NOTHING

    def _read(self) -> Hypothesis:
        while self._engine.is_ready(self._stream):
            self._engine.decode_stream(self._stream)
        told = self._engine.get_result_all(self._stream)
        return _words(told, self._heard.all())


def _read_whole(engine: Any, start: Callable[[], Any], heard: Pcm) -> Hypothesis:
    stream = start()
    stream.accept_waveform(RATE_HZ, unit_floats(heard))
    engine.decode_stream(stream)
    return _words(stream.result, heard)


def _words(told: Any, heard: Pcm) -> Hypothesis:
    times = list(getattr(told, "timestamps", ()) or ())
    span_s = (times[0] - _BEFORE_S, times[-1] + _AFTER_S) if times else loud_span_s(heard)
    return hypothesis(joined([told.text]), _sure(told), span_s, heard)


def _sure(told: Any) -> float:
    """Mean probability of the tokens, from models that tell it."""
    logs = list(getattr(told, "ys_log_probs", None) or getattr(told, "ys_probs", None) or ())
    return math.exp(sum(logs) / len(logs)) if logs and max(logs) <= 0 else UNTOLD


def hotwords(phrases: Sequence[str], chars: frozenset[str]) -> str:
    """Phrases of two and more characters that the model can write; one it cannot write would spoil all others."""
    fit = [phrase for phrase in dict.fromkeys(phrases) if len(phrase) > 1 and set(phrase) <= chars]
    return "/".join(fit[:_MAX_HOTWORDS])


def load(found: LocalModel, threads: int = 1) -> SherpaRecognizer:
    """The engine with a pulled model. Raises SpeechError: engine not installed, file damaged, kind unknown."""
    return load_files(found.model.kind, {file.role: found.path(file.role) for file in checked(found)}, threads)


def checked(found: LocalModel) -> Sequence[Any]:
    """The files of a model, once their sizes are those that were pinned. Raises SpeechError."""
    try:
        pins = read_pins(found.folder)
    except ModelError as error:
        raise SpeechError(f"recognition.{error.code}", str(error), error.remedy) from None
    for file in found.model.files:
        path = found.folder / file.name
        if file.name not in pins or path.stat().st_size != pins[file.name].size:
            message = f"{path} is not the file that was pulled"
            raise SpeechError("recognition.model-damaged", message, f"run: suifang models verify {found.model.name}")
    return found.model.files


def load_files(kind: str, files: dict[str, Path], threads: int = 1) -> SherpaRecognizer:
    """The engine with these files, by role. Raises SpeechError."""
    if kind not in _KINDS:
        message = f"sherpa-onnx loads no {kind!r} here"
        raise SpeechError("recognition.kind", message, f"use one of {', '.join(_KINDS)}")
    try:
        sherpa = importlib.import_module("sherpa_onnx")
    except ImportError as error:
        raise SpeechError("recognition.engine-missing", "sherpa-onnx is not installed", _EXTRA) from error
    names = {role: str(path) for role, path in files.items()}
    try:
        return SherpaRecognizer(_KINDS[kind](sherpa, names, threads))
    except (RuntimeError, ValueError, OSError, KeyError) as error:
        message = f"sherpa-onnx cannot load {names.get('model') or names.get('encoder')}"
        raise SpeechError("recognition.model-broken", message, "pull the model again") from error


def _online_paraformer(sherpa: Any, files: dict[str, str], threads: int) -> Loaded:
    engine = sherpa.OnlineRecognizer.from_paraformer(**files, num_threads=threads)
    return Loaded(engine, streaming=True)


def _online_transducer(sherpa: Any, files: dict[str, str], threads: int) -> Loaded:
    engine = sherpa.OnlineRecognizer.from_transducer(
        **files, num_threads=threads, decoding_method="modified_beam_search", modeling_unit="cjkchar"
    )
    return Loaded(engine, True, _chars(files["tokens"]))


def _sense_voice(sherpa: Any, files: dict[str, str], threads: int) -> Loaded:
    engine = sherpa.OfflineRecognizer.from_sense_voice(**files, num_threads=threads, language="zh", use_itn=False)
    return Loaded(engine, streaming=False)


def _paraformer(sherpa: Any, files: dict[str, str], threads: int) -> Loaded:
    engine = sherpa.OfflineRecognizer.from_paraformer(files["model"], files["tokens"], num_threads=threads)
    return Loaded(engine, streaming=False)


def _zipformer_ctc(sherpa: Any, files: dict[str, str], threads: int) -> Loaded:
    return Loaded(sherpa.OfflineRecognizer.from_zipformer_ctc(**files, num_threads=threads), streaming=False)


def _chars(tokens: str) -> frozenset[str]:
    """Tokens that are one character; Chinese models write nothing else in Chinese."""
    lines = Path(tokens).read_text("utf-8").splitlines()
    return frozenset(token for token in (line.rpartition(" ")[0] for line in lines) if len(token) == 1)


_KINDS: dict[str, Callable[[Any, dict[str, str], int], Loaded]] = {
    "online-paraformer": _online_paraformer,
    "online-transducer": _online_transducer,
    "sense-voice": _sense_voice,
    "paraformer": _paraformer,
    "zipformer-ctc": _zipformer_ctc,
}
