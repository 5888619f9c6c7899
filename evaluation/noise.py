"""Recogniser noise put into typed cases: homophones and the confusions of dialects (domain.md §5.9).

A seeded share of the syllables is replaced by another character of the same sound, or of a sound that old and
southern speakers confuse with it. Digits and Latin letters stay: a recogniser that writes them has heard them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.understanding.pinyin import toned

_INITIAL_PAIRS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("r", "l"))
_FINAL_PAIRS = (("ing", "in"), ("eng", "en"), ("ang", "an"))
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
HOMOPHONE_SHARE = 0.6
"""The rest of the replaced syllables are heard with a dialect's confusion."""


@dataclass(frozen=True)
class Noise:
    """Replaces ``rate`` of the syllables; the same seed gives the same text."""

    rate: float
    seed: int
    by_sound: Mapping[str, Sequence[str]] = field(repr=False)
    """Characters that a recogniser writes, by tonal syllable; see ``sound_table``."""

    def spoil(self, text: str, key: str = "") -> str:
        """The text as a poor recogniser would write it; ``key`` sets equal texts of different cases apart."""
        rng = random.Random(f"{self.seed}:{key}:{text}")
        return "".join(self._heard(char, rng) if rng.random() < self.rate else char for char in text)

    def _heard(self, char: str, rng: random.Random) -> str:
        if not "一" <= char <= "鿿":
            return char
        sound = toned(char) or ""
        if rng.random() > HOMOPHONE_SHARE:
            sound = _confused(sound, rng)
        others = [other for other in self.by_sound.get(sound, ()) if other != char]
        return rng.choice(others) if others else char


def sound_table(chars: Iterable[str]) -> dict[str, list[str]]:
    """Characters by their commonest reading."""
    table: dict[str, list[str]] = {}
    for char in chars:
        table.setdefault(toned(char) or "", []).append(char)
    return table


def _confused(sound: str, rng: random.Random) -> str:
    """The syllable as a speaker who merges sounds says it; unchanged when nothing merges."""
    initial = next((i for i in _INITIALS if sound.startswith(i)), "")
    final, tone = sound[len(initial) : -1], sound[-1]
    changed = [(new, final) for pair in _INITIAL_PAIRS for old, new in (pair, pair[::-1]) if old == initial]
    changed += [
        (initial, final[: -len(old)] + new)
        for pair in _FINAL_PAIRS
        for old, new in (pair, pair[::-1])
        if final.endswith(old)
    ]
    if not changed:
        return sound
    new_initial, new_final = rng.choice(changed)
    return new_initial + new_final + tone
