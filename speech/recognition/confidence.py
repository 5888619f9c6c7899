"""How sure the recogniser is: one number from what was heard, how well the words fit it, and what else fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    least_short: float = 0.13
    """The same for ``SHORT`` characters and fewer: hum, tones and coughs sound like 嗯 and 啊."""


SHORT = 3
DOUBTED = 0.29
"""Highest confidence of words whose value is in doubt: below the mark under which the agent reads it back."""
AGREED = 0.7
"""Numerals on which fewer of the hypotheses agree are in doubt. On held-out voices four wrong numbers of five are,
and one right number of twenty."""
_NUMERALS = frozenset("零〇幺一二两三四五六七八九十百千万半几点")


def numerals_agreed(paths: Sequence[Path], chars: Sequence[str]) -> float:
    """Share of the hypotheses, by weight, with the numerals of the best; 1 when it has none (十九点五, 是九点五)."""
    best = paths[0]
    wanted = _numerals(best, chars)
    if not wanted:
        return 1.0
    weights = [math.exp(max(path.score - best.score, -50.0)) for path in paths]
    same = sum(weight for path, weight in zip(paths, weights, strict=True) if _numerals(path, chars) == wanted)
    return same / sum(weights)


def _numerals(path: Path, chars: Sequence[str]) -> list[str]:
    return [chars[node.char] for node in path.nodes if chars[node.char] in _NUMERALS]


def is_noise(sure: float, characters: int, weights: Weights) -> bool:
    """Whether so unsure words are none."""
    return sure < (weights.least_short if characters <= SHORT else weights.least)


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
