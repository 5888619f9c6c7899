"""Where an utterance names a red flag: phrase groups are found once, rules join them. Nothing is judged here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from agent.understanding.pinyin import fold
from agent.understanding.redflags.lexicon import Part, RedFlagRules, Rule

Span = tuple[int, int]

_GAP_STOP = re.compile("[，腿腰膝脚肚牙胃嗓手]|支架|病|药|检查|听")
"""A gap that names another part of the body or thing joins nothing."""
_PAUSED_STOP = re.compile("支架|检查")
_PARTICLES = frozenset("也都就还是不没有了的我你他她")
"""胸口也 is no misheard 胸口噎."""
MIN_SOUND = 3
"""Syllables that a match by sound needs to be raised."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place where a rule holds, before it is judged."""

    rule: Rule
    pieces: tuple[Span, ...]
    """The spans of the phrase groups, in order of the rule."""
    by_sound: bool = False
    doubtful: bool = False
    """Something said explains it otherwise, or it is too weak to raise."""
    names: tuple[str, ...] = ()
    """The groups of the pieces."""

    @property
    def span(self) -> Span:
        """From the first piece to the end of the last."""
        return min(p[0] for p in self.pieces), max(p[1] for p in self.pieces)


@dataclass
class Scan:
    """Phrase groups found in one text; each group is looked for at most once."""

    text: str
    rules: RedFlagRules
    by_sound: bool = False
    _found: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    _read: str = ""

    def __post_init__(self) -> None:
        self._read = fold(self.text) if self.by_sound else self.text

    def spans(self, name: str) -> tuple[Span, ...]:
        """All places of one phrase group."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._search(self.rules.parts[name])
        return found

    def _search(self, part: Part) -> tuple[Span, ...]:
        pattern = part.folded if self.by_sound else part.exact
        spans = tuple(m.span() for m in pattern.finditer(self._read) if m.end() > m.start())
        return tuple(s for s in spans if self._plausible(s, part)) if self.by_sound else spans

    def possible(self) -> int:
        """Bits of the groups whose characters (or sounds) occur."""
        bits = self.rules.folded_bits if self.by_sound else self.rules.char_bits
        mask = 0
        for char in set(self._read):
            mask |= bits.get(char, 0)
        return mask

    def _plausible(self, span: Span, part: Part) -> bool:
        """One wrong character in three, two in five: more is another word."""
        length = span[1] - span[0]
        if length == 1 and self.text[span[0]] in _PARTICLES:
            return False
        wrong = sum(c not in part.chars for c in self.text[span[0] : span[1]])
        return wrong == 0 or wrong <= (length + 1) // 3 or length == 1


def candidates(scan: Scan, ask: str | None) -> Iterator[Candidate]:
    """Every place where a rule holds."""
    possible = scan.possible()
    for rule in scan.rules.rules:
        if scan.by_sound and not rule.sound:
            continue
        if rule.mask & possible != rule.mask or (rule.asks and (ask or "") not in rule.asks):
            continue
        for names, pieces in _matches(scan, rule):
            doubtful = rule.uncertain or any(scan.spans(name) for name in rule.doubt)
            candidate = Candidate(rule, pieces, scan.by_sound, doubtful, names)
            if (not scan.by_sound or _sounds_right(scan, candidate)) and _allowed(scan, candidate):
                yield candidate


def _matches(scan: Scan, rule: Rule) -> Iterator[tuple[tuple[str, ...], tuple[Span, ...]]]:
    if rule.kind == "seq":
        yield from ((rule.parts, pieces) for pieces in _sequence(scan, rule))
        return
    found = [(name, spans[0]) for name in rule.parts if (spans := scan.spans(name))]
    if len(found) >= (len(rule.parts) if rule.kind == "all" else 2):
        yield tuple(name for name, _ in found), tuple(span for _, span in found)


def _sequence(scan: Scan, rule: Rule) -> Iterator[tuple[Span, ...]]:
    chains: list[tuple[Span, ...]] = [(s,) for s in scan.spans(rule.parts[0])]
    gap = 0
    for step in rule.steps[1:]:
        if isinstance(step, int):
            gap = step
            continue
        if not chains:
            return
        nexts = scan.spans(step)
        chains = [(*c, n) for c in chains if (n := _following(scan.text, c[-1], nexts, gap, rule.across))]
        gap = 0
    yield from chains


def _following(text: str, before: Span, nexts: tuple[Span, ...], gap: int, across: bool) -> Span | None:
    stop = _PAUSED_STOP if across else _GAP_STOP
    for span in nexts:
        if before[1] <= span[0] <= before[1] + gap and not stop.search(text, before[1], span[0]):
            return span
    return None


def _allowed(scan: Scan, candidate: Candidate) -> bool:
    rule = candidate.rule
    if any(not scan.spans(name) for name in rule.needs):
        return False
    blocks = (s for name in rule.unless for s in scan.spans(name))
    return not any(not _inside(s, candidate.span) for s in blocks)


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _touching(pieces: tuple[Span, ...]) -> bool:
    """Nothing stands between the groups: one wrong syllable is believed next to the right one only."""
    return all(after[0] <= before[1] for before, after in pairwise(pieces))


def _sounds_right(scan: Scan, candidate: Candidate) -> bool:
    """Long enough, and at least one group or half of the characters written as they should be."""
    length = sum(end - start for start, end in candidate.pieces)
    rule = candidate.rule
    if any(scan.rules.cues["as_written"].search(scan.text, *piece) for piece in candidate.pieces):
        return False  # 没意思 is no 没意识
    if length < MIN_SOUND + (rule.kind != "seq") and not rule.strong:
        return False
    rights = [
        sum(c in scan.rules.parts[name].chars for c in scan.text[start:end])
        for name, (start, end) in zip(candidate.names, candidate.pieces, strict=True)
    ]
    exact = [end - start for right, (start, end) in zip(rights, candidate.pieces, strict=True) if right == end - start]
    if any(right < end - start < 2 for right, (start, end) in zip(rights, candidate.pieces, strict=True)) and (
        rule.kind != "seq" or max(exact, default=0) < 2 or not _touching(candidate.pieces)
    ):
        return False
    wrong = length - sum(rights)
    return 1 <= wrong <= max(1, length // 3)
