"""Answers of the record intake that are chosen from the form's codes; the wordings are data (nlu_data/record.yml)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.errors import DefinitionError
from agent.understanding.negation import Mention, Polarity, polarities
from agent.understanding.parsing import Parser
from agent.understanding.phrases import Phrases, compile_phrases
from agent.understanding.text import Utterance
from agent.yaml_lines import line_of, load_yaml

_GAP = "[的了也都就还又是有个儿]{0,3}"
_NOTHING = re.compile(
    r"^(都|啥|什么|这些|这几样|哪样|一样)?(都|也)?(没有|没得|没|无|冇|莫得|不|没病|没啥|没什么|没有过?)(啥|什么|过|的|啊|呀|呢|吧|哦|病|毛病|大毛病|过敏|一样)*$"
)
_HEALTHY = re.compile(
    "(身体|都|挺|蛮)+(挺|都|也|还|很)?(好|健康|硬朗)(着呢|得很|的)?$|没(啥|什么|有什么|有啥)?(大)?(毛)?病|都没有|啥都没|没得过|从来没|不过敏|没过敏|没接触|没碰过|没有残疾|没残疾|没有过"
)
_PLAIN_YES = re.compile("^(有|有的|做过|输过|伤过|开过|对|是|是的|嗯|在|在的)[，啊呀的哦呢]*$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One ask of the form."""

    ask: str
    many: bool
    codes: Mapping[str, Phrases]
    confirm: Phrases
    none_code: str | None
    unknown_code: str | None
    yes: str | None
    no: str | None


def build(nlu_data: Path, polarity_cues: Mapping[str, Phrases], unknown: Phrases) -> dict[str, Parser]:
    """Parsers for all asks of ``record.yml``. Raises ``DefinitionError`` for a pattern that cannot be read."""
    path = nlu_data / "record.yml"
    document = load_yaml(path)
    define = {"gap": _GAP, **document.get("define", {})}
    parsers: dict[str, Parser] = {}
    for ask, body in document["asks"].items():
        choice = _choice(path, ask, body, define)
        parsers[ask] = _many(choice, polarity_cues, unknown) if choice.many else _one(choice, unknown)
    for ask, body in document["flags"].items():
        yes = _phrases(path, ask, body["any"], define, line_of(document["flags"], ask))
        parsers[ask] = _flag(ask, yes, polarity_cues)
    return parsers


def _choice(path: Path, ask: str, body: Mapping[str, Any], define: Mapping[str, str]) -> Choice:
    line = line_of(body)
    codes = {str(code): _phrases(path, f"{ask}.{code}", words, define, line) for code, words in body["codes"].items()}
    confirm = _phrases(path, f"{ask}.confirm", body.get("confirm", []), define, line)
    return Choice(
        ask,
        body["kind"] == "many",
        codes,
        confirm,
        body.get("none_code"),
        body.get("unknown_code"),
        body.get("if_yes"),
        body.get("if_no"),
    )


def _phrases(path: Path, name: str, words: Sequence[str], define: Mapping[str, str], line: int) -> Phrases:
    try:
        return compile_phrases(name, list(words), define)
    except (re.error, KeyError) as error:
        raise DefinitionError(
            "pattern-unreadable", f"{name}: {error}", "check brackets and <names>", path=path, line=line
        ) from None


def _one(choice: Choice, unknown: Phrases) -> Parser:
    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = utterance.text
        hits = [(span, code) for code, phrases in choice.codes.items() if (span := _last(phrases, text))]
        if hits:
            # The longest words decide; between equals the later ones, since a correction comes last.
            span, code = max(hits, key=lambda hit: (hit[0][1] - hit[0][0], hit[0][0]))
            return _filled(choice, code, span, text)
        if choice.unknown_code and unknown.search(text):
            return _filled(choice, choice.unknown_code, (0, len(text)), text)
        if choice.yes and _PLAIN_YES.match(text):
            return _filled(choice, choice.yes, (0, len(text)), text)
        if choice.no and _NOTHING.match(text.strip("，")):
            return _filled(choice, choice.no, (0, len(text)), text)
        return Reading()

    return parse


def _last(phrases: Phrases, text: str) -> tuple[int, int] | None:
    spans = phrases.spans(text)
    return max(spans, key=lambda span: span[1] - span[0]) if spans else None


def _filled(choice: Choice, code: str, span: tuple[int, int], text: str) -> Reading:
    doubtful = choice.confirm.search(text) is not None
    fill = SlotFill(choice.ask, code, 0.9, span, doubtful, "these words may mean another code" if doubtful else "named")
    return Reading((fill,), confirm=doubtful, complete=not doubtful)


def _many(choice: Choice, cues: Mapping[str, Phrases], unknown: Phrases) -> Parser:
    family = choice.ask.startswith("family_")

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = utterance.text
        hits = sorted((span, code) for code, phrases in choice.codes.items() for span in phrases.spans(text))
        hits = _longest(hits)
        states = polarities(text, [Mention(span) for span, _ in hits], cues, proxy=family)
        kept = {code for (_, code), state in zip(hits, states, strict=True) if _counts(state, choice.ask)}
        if kept:
            doubtful = choice.confirm.search(text) is not None
            codes = tuple(sorted(kept, key=int))
            fill = SlotFill(choice.ask, codes, 0.9, hits[0][0], doubtful, "named")
            return Reading((fill,), confirm=doubtful)
        if (
            choice.none_code
            and (hits or _NOTHING.match(text.strip("，")) or _HEALTHY.search(text))
            and not unknown.search(text)
        ):
            fill = SlotFill(choice.ask, (choice.none_code,), 0.95, (0, len(text)), reason="denied")
            return Reading((fill,), complete=True)
        if _PLAIN_YES.match(text):
            return Reading(confirm=True, reason="which one is not said")
        return Reading()

    return parse


def _counts(state: Polarity, ask: str) -> bool:
    """A disease had in the past belongs to the record; a relative's is what the family asks are about."""
    if state in {Polarity.PRESENT, Polarity.PAST}:
        return True
    return state is Polarity.OTHER and ask.startswith("family_")


def _longest(hits: list[tuple[tuple[int, int], str]]) -> list[tuple[tuple[int, int], str]]:
    """Of overlapping hits the longest (城镇居民 before 居民)."""
    kept: list[tuple[tuple[int, int], str]] = []
    for hit in sorted(hits, key=lambda h: (h[0][0] - h[0][1], h[0][0])):
        if all(hit[0][1] <= other[0][0] or hit[0][0] >= other[0][1] for other in kept):
            kept.append(hit)
    return sorted(kept)


def _flag(ask: str, yes: Phrases, cues: Mapping[str, Phrases]) -> Parser:
    """1 无 2 有, the words kept in ``<ask>_text``-like form by the event log."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = utterance.text
        spans = yes.spans(text)
        states = polarities(text, [Mention(span) for span in spans], cues, proxy=True)
        if any(state in {Polarity.PRESENT, Polarity.PAST} for state in states):
            return Reading((SlotFill(ask, "2", 0.9, spans[0], reason="named"),))
        if spans or _NOTHING.match(text.strip("，")) or _HEALTHY.search(text):
            return Reading((SlotFill(ask, "1", 0.95, (0, len(text)), reason="denied"),), complete=True)
        if _PLAIN_YES.match(text) or re.match("^(有|做过|开过|受过)", text):
            return Reading((SlotFill(ask, "2", 0.85, (0, len(text)), reason="affirmed"),))
        return Reading()

    return parse
