"""A compact character n-gram: counts -> interpolated Kneser-Ney, kept as sorted arrays, read as whole rows.

A row is the distribution over the next character after a context; the decoder asks for few distinct
contexts and many next characters, so rows are what is cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

BOUNDARY = 0
"""Id of the start and the end of an utterance."""
DISCOUNT = 0.7
FLOOR = 1e-7

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Level:
    """The n-grams of one order, grouped by context."""

    contexts: Ids
    """[C] sorted keys: ids as digits to the base ``size`` of the model that wrote them."""
    starts: npt.NDArray[np.int32]
    """[C + 1] where the followers of each context begin."""
    followers: npt.NDArray[np.uint16]
    """[N] next ids."""
    weights: npt.NDArray[np.float16]
    """[N] their discounted probability."""
    back_off: npt.NDArray[np.float16]
    """[C] share left to the shorter context."""


@dataclass(frozen=True)
class NGram:
    """p(next | context); ids below ``size``."""

    size: int
    unigram: Floats
    levels: tuple[Level, ...]
    """Orders 2, 3, …"""

    def row(self, context: Sequence[int]) -> Floats:
        """Distribution over the next id after the last ids of ``context``; shape [size]."""
        row = self.unigram
        key, base = 0, 1
        for level, before in zip(self.levels, reversed(context), strict=False):
            key += int(before) * base
            base *= self.size
            index = int(np.searchsorted(level.contexts, key))
            if index >= len(level.contexts) or level.contexts[index] != key:
                break
            row = row * np.float32(level.back_off[index])
            span = slice(level.starts[index], level.starts[index + 1])
            row[level.followers[span]] += level.weights[span]
        return row

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays to store, prefixed with ``name``."""
        out: dict[str, npt.NDArray[Any]] = {f"{name}.unigram": self.unigram.astype(np.float32)}
        for order, level in enumerate(self.levels, 2):
            keys = np.diff(level.contexts, prepend=0)
            out[f"{name}.{order}.contexts"] = keys.astype(np.int32) if keys.size and keys.max() < 2**31 else keys
            out[f"{name}.{order}.counts"] = np.diff(level.starts).astype(np.uint16)
            out[f"{name}.{order}.followers"] = level.followers
            out[f"{name}.{order}.weights"] = _pack(level.weights)
            out[f"{name}.{order}.back_off"] = _pack(level.back_off)
        return out

    @classmethod
    def from_arrays(cls, stored: Mapping[str, npt.NDArray[Any]], name: str) -> NGram:
        """The inverse of ``arrays``. Raises KeyError when there is no such model."""
        unigram = stored[f"{name}.unigram"]
        levels = []
        order = 2
        while f"{name}.{order}.contexts" in stored:
            part = f"{name}.{order}."
            starts = np.concatenate(([0], np.cumsum(stored[part + "counts"].astype(np.int64)))).astype(np.int32)
            contexts = np.cumsum(stored[part + "contexts"].astype(np.int64))
            weights, back_off = _unpack(stored[part + "weights"]), _unpack(stored[part + "back_off"])
            levels.append(Level(contexts, starts, stored[part + "followers"], weights, back_off))
            order += 1
        return cls(len(unigram), unigram, tuple(levels))


_STEP = 18.0
"""One byte holds a probability down to e^-14 with 5 % steps."""


def _pack(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    return np.clip(np.round(-np.log(np.maximum(values.astype(np.float64), 1e-9)) * _STEP), 0, 255).astype(np.uint8)


def _unpack(codes: npt.NDArray[Any]) -> npt.NDArray[np.float16]:
    return np.asarray(np.exp(-codes.astype(np.float32) / _STEP), np.float16)


@dataclass(frozen=True)
class _Grams:
    keys: Ids
    """Sorted keys of n ids."""
    counts: npt.NDArray[np.float64]


def _count(stream: Ids, weights: npt.NDArray[np.float64], order: int, size: int) -> _Grams:
    """Weighted counts of all n-grams that do not end in padding; the stream has ``order - 1`` pads a text."""
    total = len(stream) - order + 1
    keys = np.zeros(total, np.int64)
    for offset in range(order):
        keys = keys * size + stream[offset : offset + total]
    real = weights[order - 1 :] > 0
    unique, inverse = np.unique(keys[real], return_inverse=True)
    return _Grams(unique, np.asarray(np.bincount(inverse, weights[order - 1 :][real]), np.float64))


def _continuations(grams: _Grams, order: int, size: int) -> _Grams:
    """In how many contexts each shorter n-gram was seen; those at the start keep their real counts."""
    span = size ** (order - 1)
    heads, tails = grams.keys // span, grams.keys % span
    opening = tails // (span // size) == BOUNDARY if order > 2 else np.zeros(len(tails), bool)
    unique, inverse = np.unique(tails, return_inverse=True)
    weight = np.where(opening & (heads == BOUNDARY), grams.counts, 1.0)
    return _Grams(unique, np.asarray(np.bincount(inverse, weight), np.float64))


def _level(grams: _Grams, size: int, minimum: float) -> Level:
    contexts, inverse = np.unique(grams.keys // size, return_inverse=True)
    totals = np.bincount(inverse, grams.counts)
    probability = np.maximum(grams.counts - DISCOUNT, 0.1 * grams.counts) / totals[inverse]
    keep = grams.counts >= minimum
    left = np.maximum(1 - np.bincount(inverse[keep], probability[keep], len(contexts)), 1e-4)
    sizes = np.bincount(inverse[keep], minlength=len(contexts))
    used = sizes > 0
    bounds = np.concatenate(([0], np.cumsum(sizes[used]))).astype(np.int32)
    return Level(
        contexts[used],
        bounds,
        (grams.keys[keep] % size).astype(np.uint16),
        probability[keep].astype(np.float16),
        left[used].astype(np.float16),
    )


def build(texts: Iterable[tuple[Sequence[int], float]], size: int, order: int, minimums: Sequence[float] = ()) -> NGram:
    """Count ``(ids, weight)`` texts and smooth.

    ``minimums`` are the least counts kept for the orders 2, 3, …; ids must lie below ``size`` ≤ 65,535.
    """
    flat: list[int] = []
    weight: list[float] = []
    pads = [BOUNDARY] * (order - 1)
    for ids, amount in texts:
        flat += [*pads, *ids, BOUNDARY]
        weight += [*([0.0] * (order - 1)), *([amount] * (len(ids) + 1))]
    stream, weights = np.array(flat, np.int64), np.array(weight, np.float64)
    if not len(stream):
        return NGram(size, np.full(size, 1 / size, np.float32), ())
    levels: list[Level] = []
    grams = _count(stream, weights, order, size)
    for n in range(order, 1, -1):
        minimum = minimums[n - 2] if n - 2 < len(minimums) else 0.0
        levels.insert(0, _level(grams, size, minimum))
        grams = _continuations(grams, n, size)
    unigram = np.full(size, 0.5)
    unigram[grams.keys] += grams.counts
    unigram = np.maximum(unigram / unigram.sum(), FLOOR)
    return NGram(size, (unigram / unigram.sum()).astype(np.float32), tuple(levels))
