"""How sure the recogniser is: one number from what was heard, how well the words fit it, and what else fits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from speech.recognition.decoder import Path


@dataclass(frozen=True)
class Evidence:
    """What speaks for the best words; logs, 0 is best."""

    clear: float
    """Mean log posterior of what was heard, per syllable: low in noise and for strange voices."""
    fit: float
    """How much less likely the words sound than what was heard, per syllable."""
    usual: float
    """Language score, per syllable."""
    alone: float
    """Log share of the best words among all hypotheses."""


@dataclass(frozen=True)
class Weights:
    """Of a logistic function; fitted by ``evaluation.asr_confidence`` on synthetic voices and noise."""

    bias: float = 3.2
    clear: float = 1.3
    fit: float = 1.2
    usual: float = 1.0
    alone: float = 1.6
    least: float = 0.02
    """Words below this are noise, not words."""


def evidence(paths: tuple[Path, ...], heard: float) -> Evidence:
    """Of the best of ``paths``, which must have words; ``heard`` is the log probability of the best frame labels."""
    best = paths[0]
    size = len(best.nodes)
    rivals = math.log(sum(math.exp(max(path.score - best.score, -50.0)) for path in paths))
    return Evidence(heard / size, (best.acoustic - heard) / size, (best.score - best.acoustic) / size, -rivals)


def confidence(one: Evidence, weights: Weights) -> float:
    """0–1: about the share of such words that is right but for one character in ten."""
    sum_ = weights.clear * one.clear + weights.fit * one.fit + weights.usual * one.usual + weights.alone * one.alone
    return 1 / (1 + math.exp(-max(-30.0, weights.bias + sum_)))
