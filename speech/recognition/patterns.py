"""Regular expressions of the lexicons, read backwards: examples of what they match, as words for the decoder."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

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
    try:
        tree = _parser.parse(text)
    except re.error:
        return []
    return list(dict.fromkeys(_walk(tree, rng) for _ in range(count)))


def _walk(tree: Sequence[Any], rng: random.Random) -> str:
    return "".join(_one(str(kind), value, rng) for kind, value in tree)


def _one(kind: str, value: Any, rng: random.Random) -> str:
    if kind == "LITERAL":
        return chr(value)
    if kind == "IN":
        return _member(value, rng)
    if kind == "BRANCH":
        return _walk(rng.choice(value[1]), rng)
    if kind == "SUBPATTERN":
        return _walk(value[-1], rng)
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = value
        extra = int(most > least and rng.random() < _USUAL_REPEATS)
        return "".join(_walk(inner, rng) for _ in range(min(least + extra, 3)))
    return ""


def _member(members: Sequence[Any], rng: random.Random) -> str:
    choices = [chr(value) for kind, value in members if str(kind) == "LITERAL"]
    negated = any(str(kind) == "NEGATE" for kind, _ in members)
    return rng.choice(choices) if choices and not negated else ""
