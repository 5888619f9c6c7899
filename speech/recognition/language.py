"""The language of a call: bundled n-grams, the words of the flows, and what the open ask expects.

Four models are mixed; along a hypothesis the weights move to the model that explains its words best, so
that an emergency told in answer to a number question costs one step, not the sentence.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agent.errors import SpeechError
from speech.recognition import grammar, lexicon, ngram

Floats = npt.NDArray[np.float32]
Context = tuple[int, int, int]
START: Context = (ngram.BOUNDARY, ngram.BOUNDARY, ngram.BOUNDARY)

_BASE_PRIORS = (0.25, 0.45, 0.3)
_ASK_PRIORS = (0.15, 0.25, 0.2, 0.4)
_SAMPLES, _COMMON_SAMPLES, _ALERT_SAMPLES = 8000, 500, 150
"""Of each class of the ask; with fewer, chance decides which numbers are likely (十九点五 or 是九点五)."""
_COMMON_WEIGHT = 6.0
"""Of the answers and emergencies that come at any time, against those of the ask."""
_PHRASE_WEIGHT = 50.0
_LEXICON_WEIGHT = 2.0
_ALERT_WEIGHT = 4.0
_CACHED_ROWS = 2000
_REMEDY = "restore models/bundled/language from the repository or run speech.recognition.build_language"


@dataclass(frozen=True)
class Alphabet:
    """Characters by id (0 is the boundary) and the pairs of character and syllable that may be emitted."""

    chars: tuple[str, ...]
    ids: Mapping[str, int]
    pair_chars: npt.NDArray[np.int32]
    """[P] character id, grouped by token."""
    pair_weights: Floats
    """[P] log weight of that reading of the character."""
    starts: npt.NDArray[np.int32]
    """[V + 1] where the pairs of a token begin."""


def alphabet(readings: lexicon.Readings, tokens: Sequence[str], extra: Iterable[str]) -> Alphabet:
    """Characters of the table, then those of ``extra`` that it lacks, read by the tokens of the acoustic model."""
    table = dict(readings)
    for char in sorted(set(extra) - table.keys()):
        table[char] = lexicon.guess_readings(char)
    chars = ("", *table)
    token_ids = {token: index for index, token in enumerate(tokens)}
    found = [
        (token_ids[syllable], char, weight)
        for char, entries in enumerate(table.values(), 1)
        for syllable, weight in entries
        if syllable in token_ids
    ]
    found.sort(key=lambda item: item[0])
    counts = np.bincount([token for token, _, _ in found], minlength=len(tokens))
    return Alphabet(
        chars,
        {char: index for index, char in enumerate(chars) if char},
        np.array([char for _, char, _ in found], np.int32),
        np.array([weight for _, _, weight in found], np.float32),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
    )


class Rows:
    """Rows of one n-gram, padded to the alphabet and kept while they are in use; shared between threads."""

    def __init__(self, model: ngram.NGram, size: int) -> None:
        self._model = model
        self._size = size
        self._kept: dict[tuple[int, ...], Floats] = {}

    def row(self, context: tuple[int, ...]) -> Floats:
        """p(next | context), shape [size]."""
        kept = self._kept.get(context)
        if kept is not None:
            return kept
        row = self._model.row([id_ if id_ < self._model.size else -1 for id_ in context])
        if self._model.size < self._size:
            row = np.concatenate((row, np.full(self._size - self._model.size, ngram.FLOOR, np.float32)))
        if len(self._kept) >= _CACHED_ROWS:
            self._kept = {}
        self._kept[context] = row
        return row


@dataclass(frozen=True)
class Mixture:
    """The models for one open ask."""

    parts: tuple[Rows, ...]
    priors: Floats
    """[C] weights at the start of an utterance, also the floor to which they return."""

    def rows(self, context: Context) -> tuple[Floats, ...]:
        """One row per model."""
        return tuple(part.row(context) for part in self.parts)


@dataclass
class Language:
    """All models of an engine; mixtures of asks are made once and kept."""

    alphabet: Alphabet
    base: tuple[Rows, ...]
    answers: grammar.Grammar
    words: grammar.Words
    order: int = 4
    _mixtures: dict[tuple[tuple[str, ...], tuple[str, ...]], Mixture] = field(default_factory=dict)

    def mixture(self, ask: str | None, phrases: tuple[str, ...]) -> Mixture:
        """The models to use while ``ask`` is open; ``phrases`` are the words it lists."""
        classes = self.answers.classes_of(ask)
        key = (classes, phrases)
        if key not in self._mixtures:
            self._mixtures[key] = self._make(classes, phrases)
        return self._mixtures[key]

    def _make(self, classes: tuple[str, ...], phrases: tuple[str, ...]) -> Mixture:
        if not classes and not phrases:
            return Mixture(self.base, np.array(_BASE_PRIORS, np.float32))
        texts = ask_texts(self.answers, classes, self.words, seed=7)
        texts += [(run, _PHRASE_WEIGHT) for phrase in phrases for run in lexicon.runs(phrase)]
        model = compile_texts(texts, self.alphabet, self.order)
        return Mixture((*self.base, model), np.array(_ASK_PRIORS, np.float32))


def ask_texts(
    answers: grammar.Grammar, classes: Sequence[str], words: grammar.Words, seed: int
) -> list[tuple[str, float]]:
    """Sampled answers of the classes, with the answers and emergencies that come at any time; each with its weight."""
    rng = random.Random(seed)
    wanted = [(name, _SAMPLES, 1.0) for name in classes]
    wanted += [("general", _COMMON_SAMPLES, _COMMON_WEIGHT), ("red_flag", _ALERT_SAMPLES, _COMMON_WEIGHT)]
    found = [(answers.sample(name, words, rng), weight) for name, count, weight in wanted for _ in range(count)]
    return [(text, weight) for text, weight in found if text]


def compile_texts(texts: Iterable[tuple[str, float]], chars: Alphabet, order: int) -> Rows:
    """An n-gram of the alphabet from weighted texts."""
    size = len(chars.chars)
    coded = [([chars.ids[char] for char in text if char in chars.ids], weight) for text, weight in texts]
    return Rows(ngram.build(coded, size, order), size)


def load(folder: Path, tokens: Sequence[str], words: lexicon.Lexicon) -> Language:
    """Read the bundled files of ``folder`` and compile the flows' words.

    Raises SpeechError when a bundled file is missing or broken.
    """
    try:
        readings = lexicon.read_readings(folder / "readings.tsv")
        with np.load(folder / "ngrams.npz") as archive:
            stored: dict[str, npt.NDArray[Any]] = dict(archive)
        answers = grammar.read(folder / "answers.yml")
        models = [ngram.NGram.from_arrays(stored, name) for name in ("general", "calls")]
    except (OSError, KeyError, ValueError) as error:
        message = f"the language model in {folder} cannot be read: {error}"
        raise SpeechError("recognition.language", message, _REMEDY) from error
    letters = alphabet(readings, tokens, {char for phrase in words.phrases for char in phrase})
    alerts = set(words.kinds.get("red_flag", ()))
    weighted = [(phrase, _ALERT_WEIGHT if phrase in alerts else _LEXICON_WEIGHT) for phrase in words.phrases]
    size = len(letters.chars)
    flow = compile_texts(weighted, letters, 4)
    return Language(letters, (*(Rows(model, size) for model in models), flow), answers, words.kinds)
