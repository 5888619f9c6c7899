"""Lists the recorded collections and splits them into what is trained on and what is kept for tests.

Opens no audio: the evaluation takes the split from here.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.train import labels

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
