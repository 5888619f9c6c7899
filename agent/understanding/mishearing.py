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


def build_mishearings(data: Mapping[str, Any]) -> Mishearings:
    """From the parsed YAML; raises ValueError, KeyError, TypeError on a bad entry."""
    otherwise = [word for group in data["otherwise"] for word in group]
    return Mishearings(_table(data["always"]), _table(data["doses"]), _table(otherwise))


def _table(words: list[str]) -> tuple[tuple[str, str], ...]:
    if any(not isinstance(word, str) or len(word) < 2 for word in words):
        raise ValueError("a word of one character sounds like too many others")
    return tuple((fold(word), word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


def repaired(text: str, table: tuple[tuple[str, str], ...]) -> str:
    """``text`` with the words of the table in their right characters, of the same length."""
    heard, letters = fold(text), list(text)
    taken = [False] * len(text)
    for sound, word in table:
        start = heard.find(sound)
        while start >= 0:
            end = start + len(word)
            if not any(taken[start:end]):
                letters[start:end] = word
                taken[start:end] = [True] * len(word)
            start = heard.find(sound, end)
    return "".join(letters)


def forgiving(parser: Parser, mishearings: Mishearings, *, doses: bool = False) -> Parser:
    """The parser on words put right; what only sounds understood is less sure."""
    table = mishearings.always + (mishearings.doses if doses else ())

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = repaired(utterance.text, table)
        reading = parser(replace(utterance, text=text), ctx)
        if not reading.empty:
            return reading
        guessed = repaired(text, mishearings.otherwise)
        if guessed == text:
            return reading
        return _doubted(parser(replace(utterance, text=guessed), ctx), guessed)

    return parse


def _doubted(reading: Reading, words: str) -> Reading:
    fills = tuple(replace(f, confidence=f.confidence * _LESS_SURE) for f in reading.fills)
    return replace(reading, fills=fills, reason=f"{reading.reason} (heard as {words})" if not reading.empty else "")
