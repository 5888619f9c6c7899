"""Command that builds the bundled language model and the table of readings from public texts.

    python -m speech.recognition.build_language --texts FOLDER [--out models/bundled/language]

Run by maintainers when the texts change; the service reads only what it writes.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from models.train import labels, phrases, public_texts, texts
from speech.recognition import grammar, lexicon, ngram

CHAT, ANSWERS = 40_000, 2_500
"""Sampled sentences of the chat and of every other class of the grammar."""
CALLS = 90_000
"""Sampled sentences of follow-up calls."""
LEAST_SEEN = 4
_KIND_WEIGHTS = {"medical": 1.0, "question": 1.0, "turn": 2.0, "dialogue": 1.0, "place": 1.0}
_TABLES = ("AGREEMENT", "DENIAL", "LIFESTYLE", "ADHERENCE", "RED_FLAGS", "CONTROL", "SYMPTOMS", "MEDICINES", "BRANDS")
TABLE_WEIGHT = 20.0
_EXTRA = "〇幺俩仨冇噻哩嘞咧哪啥咋俺甭嘛呗呃嗯哎诶唉"


def general_texts(root: Path) -> list[tuple[str, float]]:
    """Clauses of the public collections with their weight, none that is kept for tests."""
    kinds = public_texts.collect(root)
    pairs = ((labels.hanzi_only(text), _KIND_WEIGHTS[kind]) for kind, group in kinds.items() for text in group)
    return [(text, weight) for text, weight in pairs if text and not labels.held_out(text)]


def call_texts(answers: grammar.Grammar, seed: int = 11) -> list[tuple[str, float]]:
    """What is said in follow-up calls: sampled sentences, the plain tables, and all classes of the grammar."""
    rng = random.Random(seed)
    words = {"medicine": phrases.MEDICINES, "symptom": phrases.SYMPTOMS, "red_flag": phrases.RED_FLAGS}
    drawn = {name: CHAT if name == "chat" else ANSWERS for name in answers.classes}
    made = (answers.sample(name, words, rng) for name, count in drawn.items() for _ in range(count))
    sampled = (labels.hanzi_only(text) for text in islice(texts.sentences(seed), CALLS))
    out = [(text, 1.0) for text in (*sampled, *made) if text and not labels.held_out(text)]
    return out + [(text, TABLE_WEIGHT) for name in _TABLES for text in getattr(phrases, name)]


def _level_one() -> Iterator[str]:
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF if high != 0xD7 else 0xFA):
            yield bytes((high, low)).decode("gb2312")


def vocabulary(general: Iterable[tuple[str, float]], calls: Iterable[tuple[str, float]]) -> list[str]:
    """Characters that the model knows, the common ones of GB 2312 and all that the texts show often."""
    seen = Counter(char for text, _ in general for char in text)
    wanted = {char for char, count in seen.items() if count >= LEAST_SEEN}
    wanted |= {char for text, _ in calls for char in text} | set(_level_one()) | set(_EXTRA)
    return sorted(wanted)


def readings(chars: Sequence[str], sample: Iterable[str]) -> lexicon.Readings:
    """How often each character is read how; readings of the dictionary that no text shows stay possible."""
    counts: dict[str, Counter[str]] = {char: Counter() for char in chars}
    for text in sample:
        for char, syllable in zip(text, labels.syllables(text), strict=True):
            if char in counts and re.fullmatch("[a-z]+[1-5]", syllable):
                counts[char][syllable] += 1
    out = {}
    for char, counter in counts.items():
        for syllable in labels.readings(char):
            counter[syllable] += 0
        most = max([*counter.values(), 1])
        shares = ((syllable, (count + most * 0.01) / (most * 1.01)) for syllable, count in counter.most_common())
        out[char] = tuple((syllable, max(math.log(share), lexicon.RARE_READING)) for syllable, share in shares)
    return {char: entries for char, entries in out.items() if entries}


def _ids(pairs: Iterable[tuple[str, float]], ids: dict[str, int]) -> list[tuple[list[int], float]]:
    return [([ids[char] for char in text if char in ids], weight) for text, weight in pairs]


def main() -> None:
    """Build and write."""
    parser = argparse.ArgumentParser(description="Build the bundled language model.")
    parser.add_argument("--texts", type=Path, required=True, help="folder of the public text collections")
    parser.add_argument("--out", type=Path, default=Path("models/bundled/language"))
    arguments = parser.parse_args()
    general, calls = general_texts(arguments.texts), call_texts(grammar.read(arguments.out / "answers.yml"))
    table = readings(vocabulary(general, calls), (text for text, _ in [*general, *calls[::4]]))
    ids = {char: index for index, char in enumerate(table, 1)}
    arguments.out.mkdir(parents=True, exist_ok=True)
    lexicon.write_readings(arguments.out / "readings.tsv", table)
    labels.write_sounds(arguments.out / "sounds.tsv")
    size = len(ids) + 1
    stored = ngram.build(_ids(general, ids), size, 3).arrays("general")
    stored |= ngram.build(_ids(calls, ids), size, 4).arrays("calls")
    np.savez_compressed(arguments.out / "ngrams.npz", **stored)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
