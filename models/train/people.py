"""Recorded people as utterances to train on: decoded, trimmed, short ones strung together."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np

from models.train import augment
from models.train.corpus import Utterance, decode
from models.train.recordings import Recording


def load(recording: Recording) -> Utterance:
    """Decode one file, without the silence around it."""
    samples = decode(recording.path)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * (np.abs(samples).max() + 1e-6))
    if len(loud):
        samples = samples[max(0, loud[0] - 1600) : loud[-1] + 2400]
    return Utterance(samples, recording.syllables, (), recording.text)


def mixed(loaded: dict[str, list[Utterance]], amounts: dict[str, float], count: int, seed: int) -> Iterator[Utterance]:
    """Draw utterances by kind; short ones are at times strung together with pauses."""
    rng = random.Random(seed)
    kinds, weights = list(amounts), list(amounts.values())
    for _ in range(count):
        kind = rng.choices(kinds, weights)[0]
        pieces = 1
        if kind != "sentences" and rng.random() < 0.55:
            pieces = rng.randint(2, 4)
        chosen = rng.choices(loaded[kind], k=pieces)
        parts: list[augment.Samples] = []
        for piece in chosen:
            peak = np.abs(piece.samples).max() + 1e-6
            parts += [
                piece.samples / peak * rng.uniform(0.5, 1.0),
                np.zeros(int(rng.uniform(0, 0.2) * 16_000), np.float32),
            ]
        yield Utterance(np.concatenate(parts).astype(np.float32), tuple(s for p in chosen for s in p.syllables), ())
