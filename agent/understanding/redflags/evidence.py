"""What an utterance offers as evidence to the statistical net: its characters, what was asked, and the rules' verdicts.

The rules know negation, time and person; the characters know wordings that no rule foresees. Only facts are collected
here, each as one short string; what they weigh is learned.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping

from agent.domain.alerts import Mention

COLUMNS = 32768
SIZES = (1, 2, 3)
_APART = 4
"""Widest distance of two characters that are taken together, whatever stands between them."""
_HISTORY = ("past_disease", "surgery", "trauma", "transfusion", "drug_allergy", "exposure", "genetic_disease")
CUE_SHARE, VERDICT_SHARE = 0.4, 0.15
"""How much one fact counts beside the wording as a whole. The rules were written on many of the cases that the net
learns from: their verdicts would be believed too much if they counted more."""
_UNREAD = frozenset("，0123456789零二两三四五六七八九十百")
"""Figures belong to the net of values."""

Place = tuple[int, int, int]
"""Column, and where in the text its characters stand."""


def column(fact: str) -> int:
    """The column that a fact is hashed into."""
    return zlib.crc32(fact.encode()) % COLUMNS


def worded(text: str) -> Iterator[Place]:
    """Column and place of every run of characters, and of every two near each other in a clause."""
    kept = [i for i, char in enumerate(text) if char not in _UNREAD]
    if not kept:
        return
    framed = "^" + "".join(text[i] for i in kept) + "$"
    for size in SIZES:
        for at in range(len(framed) - size + 1):
            first, last = min(max(0, at - 1), len(kept) - 1), min(len(kept) - 1, at + size - 2)
            yield column(framed[at : at + size]), kept[first], kept[last] + 1
    for at, i in enumerate(kept):
        for j in kept[at + 2 : at + 1 + _APART]:
            if "，" not in text[i:j]:
                yield column(f"~{text[i]}{text[j]}"), i, j + 1


def known(
    text: str, ask: str | None, found: Iterable[Mention], cues: Mapping[str, re.Pattern[str]]
) -> dict[int, float]:
    """Columns, and how much each counts, of what was asked, of the cue words and of what the rules make of it."""
    told = {f"@{name}" for name, pattern in cues.items() if pattern.search(text)}
    if of_the_past(ask) and "@now" not in told:
        told.add("?past")
    counted = {column(fact): CUE_SHARE for fact in told}
    return counted | {column(fact): VERDICT_SHARE for fact in {f"?{ask or ''}", *verdicts(found)}}


def of_the_past(ask: str | None) -> bool:
    """The ask is for what has been: an illness named there is none of today's unless it is said to be."""
    return ask is not None and (ask in _HISTORY or ask.startswith("family_"))


def verdicts(found: Iterable[Mention]) -> Iterator[str]:
    """What the rules say, in three grains: this rule, this flag, any flag."""
    for mention in found:
        yield f"#{mention.rule}:{mention.status}"
        yield f"#{mention.flag}:{mention.status}"
        yield f"#{mention.status}"
