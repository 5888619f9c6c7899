"""Phrase sets: alternatives written as small patterns in YAML, matched by characters or by sound.

A pattern is plain words with the usual ``(a|b)``, ``x?``, ``[xy]``; ``<name>`` stands for a pattern
of the file's ``define`` section. Matching by sound uses the same pattern with every character folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agent.understanding.pinyin import fold

_TRIM = "，啊呀呢嘛吧哦噢喔哎唉诶欸嗯呗哈咯喽嘞哩滴呃额 "
_PARTICLES = re.compile(f"^[{_TRIM}]+|[{_TRIM}]+$")


@dataclass(frozen=True)
class Phrases:
    """One named set of alternatives."""

    name: str
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()
    """When one of these occurs anywhere, the set does not match at all."""

    @cached_property
    def by_sound(self) -> tuple[re.Pattern[str], ...]:
        """The patterns folded; compiled when first listened for, because that costs as much as the rest of a start."""
        return by_sound(self.patterns)

    def search(self, text: str, *, sound: bool = False) -> tuple[int, int] | None:
        """Span of the earliest match; with ``sound`` also of a match by sound of three characters or more."""
        return next(iter(self._spans(text, sound)), None)

    def spans(self, text: str, *, sound: bool = False) -> tuple[tuple[int, int], ...]:
        """All spans, in order."""
        return tuple(self._spans(text, sound))

    def _spans(self, text: str, sound: bool) -> Iterator[tuple[int, int]]:
        if any(p.search(text) for p in self.unless):
            return
        found = [m.span() for p in self.patterns for m in p.finditer(text) if m.group()]
        if not found and sound:
            heard = fold(text)
            found = [m.span() for p in self.by_sound for m in p.finditer(heard) if len(m.group()) >= 3]
        yield from sorted(set(found), key=lambda s: (s[0], -s[1]))

    def whole(self, text: str, *, sound: bool = False) -> bool:
        """The text is nothing but phrases of this set (and particles), perhaps repeated."""
        if not text or any(p.search(text) for p in self.unless):
            return False
        core = bare(text) or text
        if _covered(core, self.patterns) or _covered(text, self.patterns):
            return True
        return sound and _covered(fold(core), self.by_sound)


def _covered(text: str, patterns: tuple[re.Pattern[str], ...]) -> bool:
    spans = sorted((m.span() for p in patterns for m in p.finditer(text)), key=lambda s: (s[0], -s[1]))
    at = 0
    for start, end in spans:
        if start < at or not _idle(text[at:start]):
            continue
        at = end
    return at > 0 and _idle(text[at:])


def _idle(text: str) -> bool:
    return not text.strip(_TRIM)


def bare(text: str) -> str:
    """The text without leading and trailing particles and pauses."""
    return _PARTICLES.sub("", text)


def compile_phrases(
    name: str, alternatives: list[str], define: Mapping[str, str], unless: list[str] | None = None
) -> Phrases:
    """Compile alternatives; ``re.error`` names a bad pattern."""
    exact = tuple(re.compile(expand(a, define)) for a in alternatives)
    return Phrases(name, exact, tuple(re.compile(expand(u, define)) for u in unless or ()))


def by_sound(patterns: Iterable[re.Pattern[str]]) -> tuple[re.Pattern[str], ...]:
    """The same patterns with every character folded."""
    return tuple(re.compile(fold(pattern.pattern)) for pattern in patterns)


def expand(pattern: str, define: Mapping[str, str]) -> str:
    """``<name>`` replaced by its definition, as often as needed."""
    for _ in range(4):
        replaced = re.sub(r"(?<!\?P)<([a-z_]+)>", lambda m: f"(?:{define[m.group(1)]})", pattern)
        if replaced == pattern:
            return pattern
        pattern = replaced
    return pattern
