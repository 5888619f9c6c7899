"""Fits the recogniser's confidence: logistic regression of "right" on the evidence of made clips and of noise.

    python -m evaluation.asr_confidence var/asr/clean var/asr/phone

Prints the weights for ``speech.recognition.confidence.Weights`` and how well they are calibrated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation.asr import read_audio, read_manifests
from evaluation.asr_text import comparable, edits
from speech.ports import RATE_HZ, Hints
from speech.recognition.syllable_ctc import SyllableCtcRecognizer, bundled

NEARLY_RIGHT = 0.1
"""Share of wrong characters up to which words count as right."""
_NOISES = 60
_RIDGE = 1e-2
Table = npt.NDArray[np.float64]


def rows(paths: Sequence[Path], engine: SyllableCtcRecognizer) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Evidence of every clip and whether its words are nearly right; noise is never right."""
    for clip in read_manifests(paths):
        session = engine.open(Hints(clip.ask))
        session.accept(read_audio(clip.path))
        got, wanted = comparable(session.finish().text), comparable(clip.text)
        if session.evidence:
            yield astuple(session.evidence), edits(wanted, got) <= NEARLY_RIGHT * len(wanted)
    rng = np.random.default_rng(1)
    for level in rng.uniform(20, 4000, _NOISES):
        session = engine.open(Hints(None))
        session.accept((rng.standard_normal(RATE_HZ * 2) * level).astype(np.int16))
        session.finish()
        if session.evidence:
            yield astuple(session.evidence), False


def fit(evidence: Table, right: Table) -> Table:
    """Weights, the bias first, by Newton's method with a slight ridge."""
    design = np.column_stack((np.ones(len(evidence)), evidence))
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (right - chance) - _RIDGE * weights
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + _RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def calibration(chance: Table, right: Table) -> list[str]:
    """One line for each fifth of the clips: mean confidence and share that was right."""
    order = np.array_split(np.argsort(chance), 5)
    return [f"confidence {chance[part].mean():.2f}  right {right[part].mean():.2f}  n {len(part)}" for part in order]


def main() -> int:
    """Fit and print."""
    found = list(rows([Path(name) for name in sys.argv[1:]], bundled()))
    evidence, right = np.array([row for row, _ in found]), np.array([float(ok) for _, ok in found])
    weights = fit(evidence, right)
    chance = 1 / (1 + np.exp(-(weights[0] + evidence @ weights[1:])))
    names = ("bias", "clear", "fit", "usual", "alone")
    sys.stdout.write(", ".join(f"{name} {value:.2f}" for name, value in zip(names, weights, strict=True)) + "\n")
    sys.stdout.write("\n".join(calibration(chance, right)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
