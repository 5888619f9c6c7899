"""How the statistical net learns: gradient descent with a step for every weight, the same result on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agent.understanding.redflags.evidence import COLUMNS
from agent.understanding.redflags.likeness import Likeness

_ROUNDS = 12
_STEP = 0.6
_SHRINK = 2e-5
_MISSED = 1.5
"""A miss weighs more than an alarm."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One example: its row (``likeness.row_of``), the flags that it raises, and those of which nothing is known."""

    columns: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float32]
    raised: frozenset[str]
    unsaid: frozenset[str] = frozenset()


def train(lessons: Sequence[Lesson], flags: Sequence[str]) -> Likeness:
    """Learn from ``lessons``."""
    weights = np.zeros((COLUMNS + 1, len(flags)), dtype=np.float32)
    squares = np.full_like(weights, 1e-3)
    wanted = np.array([[flag in lesson.raised for flag in flags] for lesson in lessons], dtype=np.float32)
    counted = np.array([[flag not in lesson.unsaid for flag in flags] for lesson in lessons], dtype=np.float32)
    counted *= np.where(wanted > 0, _MISSED, 1.0)
    order = np.random.default_rng(7)
    total = np.zeros_like(weights)
    for round_number in range(_ROUNDS):
        for n in order.permutation(len(lessons)):
            _learn_one(weights, squares, lessons[n], (wanted[n], counted[n]))
        if round_number >= _ROUNDS // 2:
            total += weights
    return Likeness(tuple(flags), (total / (_ROUNDS - _ROUNDS // 2)).astype(np.float32))


def _learn_one(
    weights: npt.NDArray[np.float32],
    squares: npt.NDArray[np.float32],
    lesson: Lesson,
    target: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
) -> None:
    wanted, counted = target
    row = lesson.columns
    now = weights[row]
    error = (1.0 / (1.0 + np.exp(-(lesson.shares @ now))) - wanted) * counted
    slope = lesson.shares[:, None] * error + _SHRINK * now
    seen = squares[row] + slope * slope
    squares[row] = seen
    weights[row] = now - _STEP * slope / np.sqrt(seen)
