"""A second net beside the rules: how alike an utterance is to those that raised a red flag before.

Logistic regression, one flag against the rest, over n-grams of characters hashed into a fixed number of columns.
It only says where and how strongly; what is said is judged like every other mention, and what is not strong enough
to raise asks one question.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

COLUMNS = 8192
SIZES = (1, 2, 3, 4)
_UNREAD = frozenset("，0123456789零二两三四五六七八九十百")
"""Figures belong to the net of values."""
RAISED, ASKED = 0.4, 0.15
"""Chosen on cases that the model had not seen (``suifang train redflags --evaluate``)."""
FEWEST_CHARS = 6
"""Shorter answers are left to the rules."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The learned weights; immutable."""

    flags: tuple[str, ...]
    weights: Floats
    """Columns + 1 (bias) x flags."""

    def likely(self, text: str) -> Iterator[tuple[str, float, tuple[int, int]]]:
        """Flags that ``text`` (normalised) is alike to, how much, and where the strongest evidence stands."""
        places = list(_grams(text))
        if len(text) < FEWEST_CHARS or not places:
            return
        columns = sorted({column for column, _, _ in places})
        length = float(np.sqrt(len(columns)))
        logits = self.weights[columns].sum(axis=0) / length + self.weights[COLUMNS]
        for number, flag in enumerate(self.flags):
            score = float(1.0 / (1.0 + np.exp(-logits[number])))
            if score >= ASKED:
                yield flag, score, _strongest(text, places, self.weights[:, number])


def _grams(text: str) -> Iterator[tuple[int, int, int]]:
    """Column and place of every n-gram; pauses and figures are not part of any."""
    kept = [i for i, char in enumerate(text) if char not in _UNREAD]
    framed = "^" + "".join(text[i] for i in kept) + "$"
    for size in SIZES:
        for at in range(len(framed) - size + 1):
            first, last = min(max(0, at - 1), len(kept) - 1), min(len(kept) - 1, at + size - 2)
            if kept:
                yield zlib.crc32(framed[at : at + size].encode()) % COLUMNS, kept[first], kept[last] + 1


def _strongest(text: str, places: Sequence[tuple[int, int, int]], weights: Floats) -> tuple[int, int]:
    """The run of characters whose n-grams speak most for the flag."""
    value = np.zeros(len(text))
    for column, start, end in places:
        value[start:end] += weights[column] / (end - start)
    value -= max(0.0, float(value.mean()))
    best, at, total, span = 0.0, 0, 0.0, (0, len(text))
    for i, gain in enumerate(value):
        if total <= 0:
            at, total = i, 0.0
        total += float(gain)
        if total > best:
            best, span = total, (at, i + 1)
    return span


def features(texts: Sequence[str]) -> Floats:
    """One row of unit length for each normalised text, with a bias column."""
    rows = np.zeros((len(texts), COLUMNS + 1), dtype=np.float32)
    for number, text in enumerate(texts):
        columns = list({column for column, _, _ in _grams(text)})
        rows[number, columns] = 1.0 / max(1.0, np.sqrt(len(columns)))
    rows[:, COLUMNS] = 1.0
    return rows


def train(
    texts: Sequence[str], raised: Sequence[frozenset[str]], flags: Sequence[str], *, rounds: int = 500
) -> Likeness:
    """Learn by gradient descent with momentum; deterministic. Weights are a sum over examples until the end."""
    rows = features(texts)
    wanted = np.array([[flag in found for flag in flags] for found in raised], dtype=np.float32)
    alike: Floats = rows @ rows.T
    shares: Floats = np.zeros(wanted.shape, dtype=np.float32)
    speed: Floats = np.zeros_like(shares)
    for _ in range(rounds):
        slope = (1.0 / (1.0 + np.exp(-(alike @ shares))) - wanted) / len(texts) + 1e-6 * shares
        speed = (0.9 * speed - 20.0 * slope).astype(np.float32)
        shares = shares + speed
    weights: Floats = (rows.T @ shares).astype(np.float16).astype(np.float32)
    return Likeness(tuple(flags), weights)


def save(model: Likeness, path: Path) -> None:
    """Write the model file."""
    with path.open("wb") as file:
        np.savez_compressed(file, weights=model.weights.astype(np.float16), flags=np.array(model.flags))


def load(path: Path) -> Likeness | None:
    """The model of a file; None when there is none that can be read: the rules stand alone then."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Likeness(tuple(str(f) for f in stored["flags"]), stored["weights"].astype(np.float32))
    except (OSError, ValueError, KeyError):
        return None
