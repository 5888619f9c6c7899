"""How likely characters follow each other in what residents say: the bundled n-grams, read for single questions.

The recogniser reads the same file row by row; here few characters are asked for, so sorted arrays are searched.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from agent.understanding.pinyin import folded, toned

BOUNDARY = 0
"""Id of the start of a clause and of everything that is no Chinese character."""
_STEP = 18.0
"""The file keeps a probability in one byte: e^(-code / 18)."""
_UNKNOWN = math.log(1e-7)
_RARE_READING = -2.5
_CALLS_SHARE = 0.6
"""Weight of follow-up calls against Chinese in general."""
_FAMILIAR = 2.0
_CACHED = 200_000
_MOST_CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class Candidate:
    """A character that may have been meant, and how its sound relates to the one written."""

    id: int
    char: str
    same_sound: bool
    """The toneless syllable is the same, not only one that speakers merge with it."""
    same_tone: bool


@dataclass(frozen=True)
class _Order:
    keys: array[int]
    weights: array[float]
    contexts: array[int]
    back_off: array[float]

    def weight(self, key: int) -> float:
        return _find(self.keys, self.weights, key, 0.0)

    def left(self, context: int) -> float:
        return _find(self.contexts, self.back_off, context, 1.0)


def _find(keys: array[int], values: array[float], key: int, missing: float) -> float:
    at = bisect_left(keys, key)
    return values[at] if at < len(keys) and keys[at] == key else missing


@dataclass(frozen=True)
class _Model:
    unigram: array[float]
    two: _Order
    three: _Order
    size: int

    def probability(self, a: int, b: int, c: int) -> float:
        pair = a * self.size + b
        lower = self.two.weight(b * self.size + c) + self.two.left(b) * self.unigram[c]
        return self.three.weight(pair * self.size + c) + self.three.left(pair) * lower


@dataclass(frozen=True)
class Language:
    """Probabilities of characters in follow-up calls, and characters by sound."""

    ids: Mapping[str, int]
    sounds: Mapping[str, tuple[str, ...]]
    """Tonal syllables of a character, the usual one first."""
    calls: _Model
    general: _Model
    by_sound: Mapping[str, tuple[tuple[int, str, str], ...]]
    """Folded syllable -> (id, character, tonal syllable)."""
    familiar: frozenset[tuple[int, int]] = frozenset()
    """Neighbours in the vocabulary of the flows, whatever the texts of the model held."""
    cache: dict[tuple[int, int, int], float] = field(default_factory=dict, repr=False)
    candidates: dict[str, tuple[Candidate, ...]] = field(default_factory=dict, repr=False)

    def log_probability(self, before: int, last: int, char: int) -> float:
        """log p(char | before, last); characters that the model does not know are very rare."""
        key = (before, last, char)
        known = self.cache.get(key)
        if known is None:
            if len(self.cache) > _CACHED:
                self.cache.clear()
            known = self.cache[key] = self._mixed(before, last, char)
        return known

    def _mixed(self, before: int, last: int, char: int) -> float:
        if char == BOUNDARY:
            return _UNKNOWN
        calls, general = (m.probability(before, last, char) for m in (self.calls, self.general))
        bonus = _FAMILIAR if (last, char) in self.familiar else 0.0
        return math.log(_CALLS_SHARE * calls + (1 - _CALLS_SHARE) * general + 1e-8) + bonus

    def alike(self, char: str) -> tuple[Candidate, ...]:
        """The commoner characters that sound like ``char``."""
        known = self.candidates.get(char)
        if known is None:
            found = self._alike(char)
            known = tuple(sorted(found, key=lambda c: -self._common(c.id))[:_MOST_CANDIDATES])
            if len(self.candidates) < _CACHED:
                self.candidates[char] = known
        return known

    def _common(self, number: int) -> float:
        return _CALLS_SHARE * self.calls.unigram[number] + (1 - _CALLS_SHARE) * self.general.unigram[number]

    def _alike(self, char: str) -> tuple[Candidate, ...]:
        found: dict[str, Candidate] = {}
        for sound in self.sounds.get(char) or (toned(char) or f"{char}5",):
            for number, other, spoken in self.by_sound.get(folded(sound[:-1]), ()):
                if other == char:
                    continue
                new = Candidate(number, other, spoken[:-1] == sound[:-1], spoken[-1] == sound[-1])
                old = found.get(other)
                if old is None or (new.same_sound, new.same_tone) > (old.same_sound, old.same_tone):
                    found[other] = new
        return tuple(found.values())


def load_language(folder: Path, familiar: Iterable[tuple[str, str]] = ()) -> Language | None:
    """Read ``readings.tsv`` and ``ngrams.npz``; None where the bundle has none."""
    table, grams = folder / "readings.tsv", folder / "ngrams.npz"
    if not table.is_file() or not grams.is_file():
        return None
    sounds = dict(map(_readings, table.read_text(encoding="utf-8").splitlines()))
    ids = {char: number for number, char in enumerate(sounds, 1)}
    by_sound: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for char, spoken in sounds.items():
        for sound in spoken:
            by_sound[folded(sound[:-1])].append((ids[char], char, sound))
    with np.load(grams, allow_pickle=False) as stored:
        calls, general = (_model(stored, name) for name in ("calls", "general"))
    near = frozenset((ids[a], ids[b]) for a, b in familiar if a in ids and b in ids)
    return Language(ids, sounds, calls, general, {s: tuple(entries) for s, entries in by_sound.items()}, near)


def _readings(line: str) -> tuple[str, tuple[str, ...]]:
    char, _, listed = line.partition("\t")
    pairs = [entry.split(":") for entry in listed.split(" ")]
    usual = [sound for sound, weight in pairs if float(weight) > _RARE_READING]
    return char, tuple(usual or [pairs[0][0]])


def _model(stored: Mapping[str, Any], name: str) -> _Model:
    unigram = _numbers("f", stored[f"{name}.unigram"])
    two, three = (_order(stored, f"{name}.{order}.", len(unigram)) for order in (2, 3))
    return _Model(unigram, two, three, len(unigram))


def _order(stored: Mapping[str, Any], part: str, size: int) -> _Order:
    contexts = np.cumsum(stored[part + "contexts"].astype(np.int64))
    counts, followers = stored[part + "counts"].astype(np.int64), stored[part + "followers"].astype(np.int64)
    keys, weights = np.repeat(contexts, counts) * size + followers, _unpacked(stored[part + "weights"])
    ranked = np.argsort(keys, kind="stable")
    return _Order(
        _numbers("q", keys[ranked]),
        _numbers("f", weights[ranked]),
        _numbers("q", contexts),
        _numbers("f", _unpacked(stored[part + "back_off"])),
    )


def _numbers(kind: str, values: Any) -> array[Any]:
    """Plain numbers: looking one up in a numpy array costs several times as much."""
    found: array[Any] = array(kind)
    found.frombytes(values.tobytes())
    return found


def _unpacked(codes: Any) -> Any:
    return np.exp(-np.arange(256, dtype=np.float32) / _STEP)[codes]
