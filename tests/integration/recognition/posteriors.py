"""Synthetic syllable posteriors: what a CTC model would give for known syllables, with its usual mistakes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from speech.recognition.syllables import Confusions


def posteriors(
    syllables: Sequence[str], tokens: Sequence[str], near: Confusions, rng: np.random.Generator, mistakes: float
) -> npt.NDArray[np.float32]:
    """[T, V] log probabilities; with probability ``mistakes`` a near syllable is heard best."""
    rows = []
    for syllable in syllables:
        rows += [_frame(None, tokens, near, rng, 0.0)] * int(rng.integers(2, 6))
        rows += [_frame(tokens.index(syllable), tokens, near, rng, mistakes)] * int(rng.integers(1, 3))
    rows += [_frame(None, tokens, near, rng, 0.0)] * 3
    return np.stack(rows)


def _frame(
    token: int | None, tokens: Sequence[str], near: Confusions, rng: np.random.Generator, mistakes: float
) -> npt.NDArray[np.float32]:
    mass = np.full(len(tokens), 1e-6)
    if token is None:
        mass[0] = 1.0
        return np.log(mass / mass.sum()).astype(np.float32)
    others = near.meant[token][near.cost[token] > 0]
    costs = near.cost[token][near.cost[token] > 0]
    chance = np.exp(-2 * costs) * rng.random(len(others))
    mass[others] += 0.3 * chance / chance.sum()
    mass[token] += 0.7
    if rng.random() < mistakes:
        heard = int(rng.choice(others, p=np.exp(-2 * costs) / np.exp(-2 * costs).sum()))
        mass[token], mass[heard] = 0.15, 0.7
    mass[0] = rng.uniform(0.02, 0.3)
    return np.log(mass / mass.sum()).astype(np.float32)
