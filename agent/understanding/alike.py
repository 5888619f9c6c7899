"""Asks of a new programme that are answered like a known one, from ``nlu_data/asks/``; no Python is needed for them.

``like: ASK`` reads the answer with the parser of a known ask and fills the new slot (``like: yes_no`` fills
``yes`` or ``no``); ``choices:`` gives words for each code of the form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.errors import DefinitionError
from agent.understanding.asks import slots_of
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.yaml_lines import line_of, load_yaml

FOLDER = "asks"


def load_alike(nlu_data: Path, parsers: Mapping[str, Parser]) -> dict[str, Parser]:
    """The parsers of the asks in ``nlu_data/asks/*.yml``. Raises ``DefinitionError``."""
    made: dict[str, Parser] = {}
    for path in sorted((nlu_data / FOLDER).glob("*.yml")):
        asks = (load_yaml(path) or {}).get("asks") or {}
        for ask, body in asks.items():
            made[ask] = _parser(ask, body, {**parsers, **made}, (path, line_of(asks, ask)))
    return made


def _parser(ask: str, body: Any, parsers: Mapping[str, Parser], at: tuple[Path, int]) -> Parser:
    if ask in parsers:
        raise _fault(at, f"the ask {ask!r} has a parser of its own", "choose another id")
    if not isinstance(body, dict) or len(body.keys() & {"like", "choices"}) != 1:
        raise _fault(at, f"the ask {ask!r} says neither like nor choices", "write `like: ASK` or `choices: {CODE: …}`")
    if "choices" in body:
        return _choices(ask, body["choices"], at)
    like = str(body["like"])
    if like not in parsers:
        raise _fault(at, f"{ask}: there is no ask {like!r} to be like", f"use one of: {', '.join(sorted(parsers))}")
    if len(slots_of(like)) > 1:
        raise _fault(at, f"{ask}: {like!r} fills several slots", "use an ask that fills one")
    return _like(ask, like, parsers[like])


def _like(ask: str, like: str, parser: Parser) -> Parser:
    slot = slots_of(like)[0]

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        reading = parser(utterance, ctx)
        fills = tuple(replace(fill, slot=ask) for fill in reading.fills if fill.slot == slot)
        polar = reading.answer in (AnswerKind.YES, AnswerKind.NO)
        if polar and reading.answer is not None and not fills:
            fills = (SlotFill(ask, reading.answer.value, span=(0, len(utterance.text)), reason=reading.reason),)
        return replace(reading, fills=fills, answer=None if polar else reading.answer)

    return parse


def _choices(ask: str, choices: Any, at: tuple[Path, int]) -> Parser:
    if not isinstance(choices, dict) or not choices:
        raise _fault(at, f"{ask}: choices is no mapping", 'write `"1": [词, 词]` lines')
    try:
        patterns = {str(code): re.compile("|".join(f"(?:{word})" for word in words)) for code, words in choices.items()}
    except (re.error, TypeError):
        raise _fault(at, f"{ask}: a choice cannot be read", "write a list of words for each code") from None

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        found = {code: match.span() for code, pattern in patterns.items() if (match := pattern.search(utterance.text))}
        codes = _widest(found)
        if len(codes) > 1:
            return Reading(confirm=True, reason="several choices are named")
        if not codes:
            return Reading()
        return Reading((SlotFill(ask, codes[0], 0.9, found[codes[0]], reason="words of the choice"),), complete=True)

    return parse


def _widest(found: Mapping[str, tuple[int, int]]) -> list[str]:
    """Codes whose words do not lie inside the words of another (不疼 holds 疼)."""
    return [
        code
        for code, (start, end) in found.items()
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in found.values())
    ]


def _fault(at: tuple[Path, int], message: str, remedy: str) -> DefinitionError:
    return DefinitionError("ask-unreadable", message, remedy, path=at[0], line=at[1])
