"""Phrase sets: alternatives written as small patterns in YAML, matched by characters or by sound.

A pattern is plain words with the usual ``(a|b)``, ``x?``, ``[xy]``; ``<name>`` stands for a pattern
of the file's ``define`` section. Matching by sound uses the same pattern with every character folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from agent.understanding.pinyin import fold

_THOROUGH: ContextVar[bool] = ContextVar("thorough", default=False)
_TRIM = "，啊呀呢嘛吧哦噢喔哎唉诶欸嗯呗哈咯喽嘞哩滴呃额 "
_PARTICLES = re.compile(f"^[{_TRIM}]+|[{_TRIM}]+$")


@dataclass(frozen=True)
class Phrases:
    """One named set of alternatives."""

    name: str
    written: tuple[str, ...]
    unless_written: tuple[str, ...] = ()
    """When one of these occurs anywhere, the set does not match at all."""

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """The alternatives; compiled when first looked for, because all of them cost as much as the rest of a start."""
        return tuple(map(re.compile, self.written))

    @cached_property
    def unless(self) -> tuple[re.Pattern[str], ...]:
        """What keeps the set from matching."""
        return tuple(map(re.compile, self.unless_written))

    @cached_property
    def by_sound(self) -> tuple[re.Pattern[str], ...]:
        """The patterns folded."""
        return by_sound(self.written)

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
    """Put the definitions in; ``re.error`` names a pattern that cannot be meant."""
    written = tuple(checked(expand(a, define)) for a in alternatives)
    return Phrases(name, written, tuple(checked(expand(u, define)) for u in unless or ()))


def by_sound(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """The patterns with every character folded."""
    return tuple(re.compile(fold(pattern)) for pattern in patterns)


def checked(pattern: str) -> str:
    """The pattern, if its brackets are closed and every ``?*+`` stands behind something; else ``re.error`` says why.

    A tenth of the price of compiling it. What is wrong beyond that is found ``thoroughly``, as ``suifang flows check``
    does, and when a service warms up.
    """
    if _THOROUGH.get() or _TYPICAL_FAULT.search(pattern) or not _brackets_close(pattern):
        re.compile(pattern)
    return pattern


@contextmanager
def thoroughly() -> Iterator[None]:
    """Within it every pattern that is read is compiled at once."""
    token = _THOROUGH.set(True)
    try:
        yield
    finally:
        _THOROUGH.reset(token)


_TYPICAL_FAULT = re.compile(r"(?:^|[(|])[?*+](?!P?[:=!<])|\{\d*,?\d*$|\\$|\(\?[^:=!<P]|[?*+]{2}")
_BRACKETS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|[()\[]")


def _brackets_close(pattern: str) -> bool:
    open_now = 0
    for token in _BRACKETS.findall(pattern):
        if token == "[":
            return False
        open_now += (token == "(") - (token == ")")
        if open_now < 0:
            return False
    return open_now == 0


def expand(pattern: str, define: Mapping[str, str]) -> str:
    """``<name>`` replaced by its definition, as often as needed."""
    for _ in range(4):
        replaced = re.sub(r"(?<!\?P)<([a-z_]+)>", lambda m: f"(?:{define[m.group(1)]})", pattern)
        if replaced == pattern:
            return pattern
        pattern = replaced
    return pattern
