"""Regular expressions of the lexicons, read backwards: examples of what they match, as words for the decoder."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

_parser: Any = importlib.import_module("re._parser")
_SPECIAL = re.compile(r"[\\\[\](){}?*+|^$<>]")
_DEFINED = re.compile(r"<([a-z_]+)>")
_USUAL_REPEATS = 0.35
"""Chance that something optional is there."""


def is_pattern(text: str) -> bool:
    """Whether a string has to be expanded."""
    return bool(_SPECIAL.search(text))


def examples(pattern: str, defined: Mapping[str, str], count: int, rng: random.Random) -> list[str]:
    """Distinct strings that the pattern describes, ``<name>`` standing for a definition; ``[]`` for no pattern.

    Look-around is skipped, wildcards become nothing: an example need not match, it shows the words.
    """
    text = pattern
    for _ in range(3):
        text = _DEFINED.sub(lambda match: f"(?:{defined.get(match.group(1), '')})", text)
    shape = _shape(text)
    return [] if shape is None else list(dict.fromkeys(_walk(shape, rng) for _ in range(count)))


Shape: TypeAlias = "str | tuple[Shape, ...] | _Choice | _Repeat"
"""Words, parts one after the other, one of several, one so often."""


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    least: int
    more: bool
    inner: Shape


@lru_cache(maxsize=2048)
def _shape(text: str) -> Shape | None:
    """What an expression can be, without what is skipped; None for no expression."""
    try:
        return _sequence(_parser.parse(text))
    except re.error:
        return None


def _sequence(tree: Iterable[Any]) -> Shape:
    parts: list[Shape] = []
    for kind, value in tree:
        part = _part(str(kind), value)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part:
            parts.append(part)
    return parts[0] if len(parts) == 1 else tuple(parts)


def _part(kind: str, value: Any) -> Shape:
    if kind == "LITERAL":
        return chr(value)
    if kind == "IN":
        return _members(value)
    if kind == "BRANCH":
        return _Choice(tuple(map(_sequence, value[1])))
    if kind == "SUBPATTERN":
        return _sequence(value[-1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = value
        return _Repeat(least, most > least, _sequence(inner))
    return ""


def _members(members: Sequence[Any]) -> Shape:
    chars = [chr(value) for kind, value in members if str(kind) == "LITERAL"]
    negated = any(str(kind) == "NEGATE" for kind, _ in members)
    return _Choice(tuple(chars)) if chars and not negated else ""


def _walk(shape: Shape, rng: random.Random) -> str:
    if isinstance(shape, str):
        return shape
    if isinstance(shape, tuple):
        return "".join([part if isinstance(part, str) else _walk(part, rng) for part in shape])
    if isinstance(shape, _Choice):
        return _walk(rng.choice(shape.options), rng)
    extra = int(shape.more and rng.random() < _USUAL_REPEATS)
    return "".join([_walk(shape.inner, rng) for _ in range(min(shape.least + extra, 3))])
