"""A second net over the rules: how alike an utterance is to those that raised a red flag before.

Logistic regression, one flag against the rest, over the facts of ``evidence.py`` hashed into a fixed number of columns.
It says where and how strongly. It is learned by ``learning.py``; ``words_net.py`` decides what follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agent.understanding.redflags.evidence import COLUMNS, Place, worded

FEWEST_CHARS = 7
"""Shorter answers are left to the rules."""
_STEPS = 127.0

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The learned weights; immutable."""

    flags: tuple[str, ...]
    weights: Floats
    """Columns + 1 (bias) x flags."""

    def scores(self, text: str, facts: Mapping[int, float]) -> dict[str, float]:
        """How likely ``text`` (normalised), with the ``facts`` known of it, raises each flag; {}: too short to say."""
        if len(text) < FEWEST_CHARS:
            return {}
        columns, shares = row_of(text, facts)
        logits = shares @ self.weights[columns]
        likely = 1.0 / (1.0 + np.exp(-logits))
        return {flag: float(likely[number]) for number, flag in enumerate(self.flags)}

    def place(self, text: str, flag: str) -> tuple[int, int]:
        """Where the strongest evidence for ``flag`` stands."""
        return _strongest(text, list(worded(text)), self.weights[:, self.flags.index(flag)])


def row_of(text: str, facts: Mapping[int, float]) -> tuple[npt.NDArray[np.int64], Floats]:
    """Columns of a text and of the facts known of it, and how much each counts: the wording as a whole always alike."""
    words = sorted({place[0] for place in worded(text)})
    columns = np.array([*words, *facts, COLUMNS], dtype=np.int64)
    wording = np.full(len(words), 1.0 / np.sqrt(max(1, len(words))))
    return columns, np.concatenate([wording, [*facts.values(), 1.0]], dtype=np.float32, casting="unsafe")


def _strongest(text: str, places: Sequence[Place], weights: Floats) -> tuple[int, int]:
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


def save(model: Likeness, path: Path) -> None:
    """Write the model file: one byte for each weight."""
    scale = np.abs(model.weights).max(axis=0) / _STEPS
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            weights=np.rint(model.weights / scale).astype(np.int8),
            scale=scale.astype(np.float32),
            flags=np.array(model.flags),
        )


def load(path: Path) -> Likeness | None:
    """The model of a file; None when there is none that can be read: the rules stand alone then."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            weights = stored["weights"].astype(np.float32) * stored["scale"].astype(np.float32)
            return Likeness(tuple(str(f) for f in stored["flags"]), weights)
    except (OSError, ValueError, KeyError):
        return None
