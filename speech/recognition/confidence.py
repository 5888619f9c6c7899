"""How sure the recogniser is: one number from what was heard and how far the next best words are behind."""

from __future__ import annotations

import math

from speech.recognition.decoder import Path

_BIAS, _HEARD, _RIVAL = 2.6, 1.4, 1.2


def evidence(paths: tuple[Path, ...]) -> tuple[float, float]:
    """Mean log posterior of the syllables of the best path, and the log share of its score among all."""
    best = paths[0]
    heard = sum(max(node.score, -6.0) for node in best.nodes) / len(best.nodes)
    rest = math.log(sum(math.exp(max(path.score - best.score, -50.0)) for path in paths))
    return heard, -rest


def confidence(paths: tuple[Path, ...]) -> float:
    """0–1; the logistic weights are fitted on synthetic speech in noise, so that about that share is wholly right."""
    if not paths or not paths[0].nodes:
        return 0.0
    heard, rival = evidence(paths)
    return 1 / (1 + math.exp(-(_BIAS + _HEARD * heard + _RIVAL * rival)))
