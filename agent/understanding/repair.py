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
_CLOSE, _APART = 3.0, 8.0
"""Two numerals that are nearer than e^3 are both possible; so is a numeral for another word beside a number."""
NUMERALS = frozenset("零〇一二三四五六七八九十百千万两半几")
_COUNTING = NUMERALS | {"点", "度"}
_BESIDE = _COUNTING | frozenset("0123456789")
_DENIALS = frozenset("不没未无别")


@dataclass(frozen=True, slots=True)
class Repaired:
    """The text as it was probably said."""

    text: str
    changes: tuple[int, ...] = ()
    """Positions read otherwise than written."""
    doubts: tuple[int, ...] = ()
    """Positions where another numeral, or a denial, sounds nearly as likely as what stands there now."""


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
    if best != text:
        best = _search(text, ids, choices, language, _POOR_LINE)
    changes = tuple(i for i in odd if best[i] != text[i])
    doubts = tuple(i for i in odd if _doubtful(i, best, choices[i], language))
    return Repaired(best, changes, doubts)


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
) -> str:
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
    return max(paths)[3]


def _doubtful(at: int, best: str, alike: tuple[Candidate, ...], language: Language) -> bool:
    """Beside a number where another numeral sounds as likely, or a denial that only a merged sound gives."""
    chosen = next((c for c in alike if c.char == best[at]), None)
    if chosen and best[at] in _DENIALS | NUMERALS and not chosen.same_sound:
        return True
    beside = _BESIDE & {*best[max(0, at - 1) : at], *best[at + 1 : at + 2]}
    if best[at] not in NUMERALS and not beside:
        return False
    score = _local(at, best[at], best, language) - (_price(chosen) if chosen else 0.0)
    margin = _CLOSE if best[at] in NUMERALS else _APART
    return any(
        c.char in _COUNTING and c.char != best[at] and _local(at, c.char, best, language) - _price(c) > score - margin
        for c in alike
    )


def _local(at: int, char: str, best: str, language: Language) -> float:
    """How well a character fits between its neighbours."""
    around = f"{best[max(0, at - 2) : at]}{char}{best[at + 1 : at + 3]}"
    before = last = BOUNDARY
    score = 0.0
    for other in around:
        number = language.ids.get(other, BOUNDARY) if _han(other) else BOUNDARY
        if number != BOUNDARY:
            score += language.log_probability(before, last, number)
        before, last = last, number
    return score
