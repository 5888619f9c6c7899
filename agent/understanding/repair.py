"""Puts back characters that a recogniser wrote by sound, where others of that sound are far more likely.

A noisy channel: only characters that the language model finds odd in their place are questioned, each may have been
meant as one that sounds alike, and the likeliest whole wins (一百武 -> 一百五, 美有 -> 没有). One character is one
syllable, so positions stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.understanding.language import BOUNDARY, Candidate, Language

_ODD = -7.5
"""A character less likely than e^-7.5 after the two before it is questioned."""
_WIDTH, _HOPELESS = 8, 14.0
"""Readings followed up at once, and how much worse than the best one they may be."""
_POOR_LINE = 1.5
"""So much cheaper is a further repair in an utterance that already needs one."""
_PRICE = {(True, True): 6.0, (True, False): 7.5, (False, True): 7.5, (False, False): 9.5}
"""What it costs to read another character: same syllable or only merged, same tone or not."""
_CLOSE = 3.0
"""Two readings of one numeral that are nearer than e^3 are both possible."""
NUMERALS = frozenset("零〇一二三四五六七八九十百千万两半几")
_DENIALS = frozenset("不没未无别")


@dataclass(frozen=True, slots=True)
class Change:
    """One character read otherwise than written."""

    at: int
    written: str
    meant: str
    doubtful: bool
    """Another numeral sounds nearly as likely, or the word decides between yes and no by a merged sound only."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """The text as it was probably said."""

    text: str
    changes: tuple[Change, ...] = ()

    def doubtful_within(self, start: int, end: int) -> bool:
        """Whether a doubtful change touches the span."""
        return any(c.doubtful and start <= c.at < end for c in self.changes)


_Path = tuple[float, int, int, str]
"""Score, the last two ids, the characters so far."""


def repair(text: str, language: Language, frozen: Iterable[tuple[int, int]] = ()) -> Repaired:
    """``text`` with odd characters replaced by likely ones of the same sound; ``frozen`` spans stay as they are."""
    ids = [language.ids.get(char, BOUNDARY) for char in text]
    held = {i for span in frozen for i in range(*span)}
    odd = _odd(text, ids, language, held)
    if not odd:
        return Repaired(text)
    choices = {i: language.alike(text[i]) for i in odd}
    best = _search(text, ids, choices, language)
    if "".join(best) != text:
        best = _search(text, ids, choices, language, _POOR_LINE)
    changes = tuple(
        Change(i, text[i], meant, _doubtful(i, meant, best, choices[i], language))
        for i, meant in enumerate(best)
        if meant != text[i]
    )
    return Repaired("".join(best), changes)


def _odd(text: str, ids: list[int], language: Language, held: set[int]) -> list[int]:
    """Places where the written character, or the one behind it, is unlikely."""
    before = last = BOUNDARY
    found: set[int] = set()
    for i, (char, number) in enumerate(zip(text, ids, strict=True)):
        if not _han(char):
            before = last = BOUNDARY
            continue
        if language.log_probability(before, last, number) < _ODD:
            found |= {i, i - 1} if last != BOUNDARY or (i and _han(text[i - 1])) else {i}
        before, last = last, number
    return sorted(found - held)


def _han(char: str) -> bool:
    return "㐀" <= char <= "鿿" or char == "〇"


def _price(candidate: Candidate) -> float:
    return _PRICE[candidate.same_sound, candidate.same_tone]


def _search(
    text: str, ids: list[int], choices: dict[int, tuple[Candidate, ...]], language: Language, rebate: float = 0.0
) -> tuple[str, ...]:
    paths: list[_Path] = [(0.0, BOUNDARY, BOUNDARY, "")]
    probability = language.log_probability
    for i, (char, number) in enumerate(zip(text, ids, strict=True)):
        if not _han(char):
            paths = [(score, BOUNDARY, BOUNDARY, said + char) for score, _, _, said in paths[:1]]
            continue
        options = [(number, char, 0.0)]
        options += [(c.id, c.char, _price(c) - rebate) for c in choices.get(i, ())]
        grown = [
            (score + probability(before, last, n) - price, last, n, said + c)
            for score, before, last, said in paths
            for n, c, price in options
        ]
        grown.sort(reverse=True)
        paths = [path for path in grown[:_WIDTH] if path[0] > grown[0][0] - _HOPELESS]
    return tuple(max(paths)[3])


def _doubtful(
    at: int, meant: str, best: tuple[str, ...], candidates: tuple[Candidate, ...], language: Language
) -> bool:
    """A numeral with a numeral rival, or a denial that only a merged sound gives."""
    chosen = next(c for c in candidates if c.char == meant)
    if meant in _DENIALS:
        return not chosen.same_sound
    if meant not in NUMERALS:
        return False
    score = _local(at, chosen, best, language)
    return any(
        c.char in NUMERALS and c.char != meant and _local(at, c, best, language) > score - _CLOSE for c in candidates
    )


def _local(at: int, candidate: Candidate, best: tuple[str, ...], language: Language) -> float:
    """How well a candidate fits between its neighbours."""
    around = [language.ids.get(c, BOUNDARY) if _han(c) else BOUNDARY for c in best[max(0, at - 2) : at + 3]]
    place = min(at, 2)
    around[place] = candidate.id
    padded = [BOUNDARY] * 2 + around
    scores = (
        language.log_probability(padded[i - 2], padded[i - 1], padded[i])
        for i in range(place + 2, len(padded))
        if padded[i] != BOUNDARY
    )
    return sum(scores) - _price(candidate)
