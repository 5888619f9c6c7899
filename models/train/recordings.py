"""Reads the recorded collections and splits them into what is trained on and what is kept for tests."""

from __future__ import annotations

import csv
import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.train import augment, labels
from models.train.corpus import Utterance, decode

STUDENTS_HELD_OUT = ("s05", "s10", "s15", "s20", "s25")


@dataclass(frozen=True)
class Recording:
    """One file and what is said in it."""

    kind: str
    path: Path
    syllables: tuple[str, ...]
    test: bool
    text: str


def _one_in(name: str, share: int) -> bool:
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16) % share == 0


def _named_by_file(root: Path) -> Iterator[Recording]:
    for path in sorted((root / "24k-abr/hsk").glob("cmn-*.mp3")):
        word = path.stem.removeprefix("cmn-")
        if word and labels.hanzi_only(word) == word:
            yield Recording("words", path, tuple(labels.syllables(word)), _one_in(word, 10), word)
    davin = (
        ("syllables", root / "24k-abr/syllabs", "cmn-*.mp3"),
        ("syllables", root / "syllables-davin/audio", "*.opus"),
    )
    for kind, folder, pattern in davin:
        for path in sorted(folder.glob(pattern)):
            name = path.stem.removeprefix("cmn-").replace("ü", "v").replace("u:", "v")
            if re.fullmatch("[a-z]+[1-5]", name):
                yield Recording(kind, path, (name,), _one_in(name, 20), name)


def _rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as handle:
        for row in csv.reader(handle, delimiter="\t"):
            yield row[0], row[1], row[2]


def _sentences(folder: Path) -> Iterator[Recording]:
    for name, text, _speaker in _rows(folder):
        clean = text.replace(" ", "")
        if labels.hanzi_only(clean) == clean:
            yield Recording("sentences", folder / name, tuple(labels.syllables(clean)), _one_in(clean, 10), clean)


def _students(folder: Path) -> Iterator[Recording]:
    for name, text, speaker in _rows(folder):
        test = speaker in STUDENTS_HELD_OUT
        yield Recording("students", folder / name, tuple(labels.syllables(text)), test, text)


def recordings(root: Path) -> list[Recording]:
    """All recordings in a fixed order."""
    return [*_named_by_file(root), *_sentences(root / "aishell-2spk"), *_students(root / "dspspeech-26spk")]


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
