"""Puts back the characters of common words that a recogniser wrote by sound (美有 -> 没有); positions stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.domain.answers import AskContext, Reading
from agent.understanding.parsing import Parser
from agent.understanding.pinyin import fold
from agent.understanding.text import Utterance

_LESS_SURE = 0.85


@dataclass(frozen=True, slots=True)
class Mishearings:
    """Folded sound -> the right characters, longest first."""

    always: tuple[tuple[str, str], ...]
    doses: tuple[tuple[str, str], ...]
    otherwise: tuple[tuple[str, str], ...]
    held: frozenset[str] = frozenset()
    """Words that are right as they stand, though they sound like others (每次 like 没吃)."""


def build_mishearings(data: Mapping[str, Any]) -> Mishearings:
    """From the parsed YAML; raises ValueError, KeyError, TypeError on a bad entry."""
    otherwise = [word for group in data["otherwise"] for word in group]
    return Mishearings(_table(data["always"]), _table(data["doses"]), _table(otherwise), frozenset(data["held"]))


def _table(words: list[str]) -> tuple[tuple[str, str], ...]:
    if any(not isinstance(word, str) or len(word) < 2 for word in words):
        raise ValueError("a word of one character sounds like too many others")
    return tuple((fold(word), word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


def repaired(text: str, table: tuple[tuple[str, str], ...], held: frozenset[str] = frozenset()) -> str:
    """``text`` with the words of the table in their right characters, of the same length."""
    heard, letters = fold(text), list(text)
    taken = _held(text, held)
    for sound, word in table:
        start = heard.find(sound)
        while start >= 0:
            end = start + len(word)
            if not any(taken[start:end]):
                letters[start:end] = word
                taken[start:end] = [True] * len(word)
            start = heard.find(sound, end)
    return "".join(letters)


def _held(text: str, words: frozenset[str]) -> list[bool]:
    taken = [False] * len(text)
    for word in words:
        start = text.find(word)
        while start >= 0:
            taken[start : start + len(word)] = [True] * len(word)
            start = text.find(word, start + 1)
    return taken


def forgiving(parser: Parser, mishearings: Mishearings, *, doses: bool = False) -> Parser:
    """The parser on words put right; what only sounds understood is less sure."""
    table = mishearings.always + (mishearings.doses if doses else ())

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = repaired(utterance.text, table, mishearings.held)
        reading = parser(replace(utterance, text=text), ctx)
        if not reading.empty:
            return reading
        guessed = repaired(text, mishearings.otherwise, mishearings.held)
        if guessed == text:
            return reading
        return _doubted(parser(replace(utterance, text=guessed), ctx), guessed)

    return parse


def _doubted(reading: Reading, words: str) -> Reading:
    """A value that stands only in the repaired words is read back before it counts."""
    fills = tuple(replace(f, confidence=f.confidence * _LESS_SURE, confirm=True) for f in reading.fills)
    reason = f"{reading.reason} (heard as {words})" if not reading.empty else ""
    return replace(reading, fills=fills, confirm=reading.confirm or bool(fills), reason=reason)
