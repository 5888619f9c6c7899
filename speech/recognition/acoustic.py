"""The acoustic model: features in, log probabilities of tonal syllables out, 25 a second."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from agent.errors import SpeechError
from speech.ports import Pcm
from speech.recognition.features import FeatureStream

STRIDE = 4
"""Feature frames for one output."""
SECONDS_PER_OUTPUT = 0.04
_REMEDY = "restore models/bundled from the repository, or train a model with models.train"

Floats = npt.NDArray[np.float32]


class SyllableModel(Protocol):
    """What a session needs of an acoustic model."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Syllables by id; 0 is the blank."""
        ...

    def log_probs(self, features: Floats) -> Floats:
        """[T, 80] features → [ceil(T / 4), V]."""
        ...


class AcousticModel:
    """A loaded graph; shared by all sessions, safe between threads."""

    def __init__(self, model: Path, tokens: Path) -> None:
        """Raises SpeechError when a file is missing or does not fit the other."""
        if not model.is_file() or not tokens.is_file():
            missing = model if not model.is_file() else tokens
            raise SpeechError("recognition.model-missing", f"the recogniser's file {missing} is missing", _REMEDY)
        self._tokens = tuple(tokens.read_text("utf-8").splitlines())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common error class
            raise SpeechError("recognition.model-broken", f"{model} is no model that can be run", _REMEDY) from error
        size = self._session.get_outputs()[0].shape[-1]
        if isinstance(size, int) and size != len(self._tokens):
            message = f"{model} has {size} outputs, but {tokens} {len(self._tokens)} lines"
            raise SpeechError("recognition.model-tokens", message, _REMEDY)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Syllables by id; 0 is the blank."""
        return self._tokens

    def log_probs(self, features: Floats) -> Floats:
        """[T, 80] features → [ceil(T / 4), V]."""
        return np.asarray(self._session.run(["log_probs"], {"features": features[None]})[0][0], np.float32)


@dataclass(frozen=True)
class Window:
    """How much is computed again when audio arrives; in outputs of 40 ms."""

    left: int = 50
    """Past that the graph sees again, for its context."""
    settle: int = 16
    """Outputs nearer to the end than this may still change."""


@dataclass(frozen=True)
class Posteriors:
    """What an update brings."""

    settled: Floats
    """[S, V] outputs after those settled before; final."""
    open: Floats
    """[O, V] outputs behind them that may still change."""


class PosteriorStream:
    """Log probabilities of one utterance as its samples arrive."""

    def __init__(self, model: SyllableModel, window: Window) -> None:
        self._model = model
        self._window = window
        self._features = FeatureStream()
        self._settled = 0
        self._nothing = np.zeros((0, len(model.tokens)), np.float32)

    def accept(self, pcm: Pcm) -> None:
        """Take samples; nothing is computed yet but features."""
        self._features.accept(pcm)

    def update(self, ended: bool = False) -> Posteriors:
        """Compute what is new; with ``ended`` everything settles."""
        if ended:
            self._features.finish()
        start = max(0, self._settled - self._window.left)
        frames = self._features.since(start * STRIDE)
        if not len(frames):
            return Posteriors(self._nothing, self._nothing)
        fresh = self._model.log_probs(frames)[self._settled - start :]
        count = len(fresh) if ended else max(0, len(fresh) - self._window.settle)
        self._settled += count
        return Posteriors(fresh[:count], fresh[count:])
