"""Answers of the record intake that are chosen from the form's codes; the wordings are data (nlu_data/record.yml).

Here: reading the file, and the asks with one code. Lists of codes are in ``record_lists``, 有/无 in ``record_flags``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.errors import DefinitionError
from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Polarity
from agent.understanding.parsers.record_flags import flag_parser
from agent.understanding.parsers.record_hits import Hit, after_change, after_correction, find_hits, judged
from agent.understanding.parsers.record_lists import Choice, declined, list_parser, said_nothing
from agent.understanding.parsing import Parser
from agent.understanding.phrases import Phrases, compile_phrases
from agent.understanding.text import Utterance
from agent.yaml_lines import line_of, load_yaml

_GAP = "[的了也都就还又是有个儿点些稍微略很挺老总一]{0,4}"
_YES = re.compile("^(有|有的|对|对的|是|是的|嗯|在|在的|系|中|对头)[，啊呀的哦呢嘛]*$")
_EITHER = re.compile("男的?(?:还)?是女|女的?(?:还)?是男|或者?是?|还是|要么|可能|好像|大概|不是.{1,6}就是")
_MAINLY = re.compile("主要|平时|一般|大多|多半|现在|如今")


def build(path: Path, lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers for all asks of a file such as ``record.yml``. Raises ``DefinitionError`` for an unreadable pattern."""
    document = load_yaml(path)
    reader = _Reader(path, {"gap": _GAP, **document.get("define", {})}, document.get("relatives", {}))
    parsers: dict[str, Parser] = {}
    for ask, body in document["asks"].items():
        choice = reader.choice(ask, body)
        parsers[ask] = list_parser(choice, lexicons) if body["kind"] == "many" else _one(choice, lexicons)
    for ask, body in document["flags"].items():
        parsers[ask] = flag_parser(reader.choice(ask, {"codes": {"2": body["any"]}, **body}), lexicons)
    return parsers


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    define: Mapping[str, str]
    relatives: Mapping[str, Sequence[str]]

    def choice(self, ask: str, body: Mapping[str, Any]) -> Choice:
        line = line_of(body)
        sets = {
            name: self._phrases(f"{ask}.{name}", body.get(name, []), line)
            for name in ("confirm", "none", "vague", "denied_by", "unknown", "weak", "mine")
        }
        return Choice(
            ask=ask,
            codes={str(code): self._phrases(f"{ask}.{code}", words, line) for code, words in body["codes"].items()},
            none_code=body.get("none_code"),
            unknown_code=body.get("unknown_code"),
            yes=body.get("if_yes"),
            no=body.get("if_no"),
            prefer_first=body.get("prefer") == "first",
            now=body.get("now", False),
            alone=body.get("alone"),
            relatives=self._relatives(line) if ask.startswith("family_") else {},
            **sets,
        )

    def _relatives(self, line: int) -> Mapping[str, Phrases]:
        return {
            f"family_{name}": self._phrases(f"relatives.{name}", words, line) for name, words in self.relatives.items()
        }

    def _phrases(self, name: str, words: Sequence[str], line: int) -> Phrases:
        try:
            return compile_phrases(name, list(words), self.define)
        except (re.error, KeyError) as error:
            raise DefinitionError(
                "pattern-unreadable", f"{name}: {error}", "check brackets and <names>", path=self.path, line=line
            ) from None


def _one(choice: Choice, lexicons: Lexicons) -> Parser:
    """One code: denied and former ones drop out, a correction wins, doubt is read back."""
    unknown = lexicons.general["unknown"]

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = utterance.text
        found = find_hits(choice.codes, text)
        if not text or declined(utterance, choice.ask, found, lexicons):
            return Reading()
        live = _live(choice, text, after_correction(text, found), lexicons)
        unsure = unknown.search(text) is not None or choice.unknown.search(text) is not None
        if live and not (unsure and len({hit.code for hit in live}) > 1):
            return _chosen(choice, live, text)
        if unsure:
            return _not_known(choice, text)
        return _bare(choice, text, found)

    return parse


_HOUSE = frozenset({"fuel", "water", "toilet", "kitchen_vent"})
_NOT_LAID = re.compile(
    "^[^，]{0,2}?(?:也|都|还|早|早就|已经|可)*(?:没(?:有)?(?:通|接|装|拉|安|引|到|牵|铺)|(?:早|早就|已经|都)*(?:填|拆|平|废|封|堵|扒)(?:掉|平|死)?了|不用了|不烧了|不吃了)"
)
_NOT_LAID_BEFORE = re.compile("(?:没|没有|还没|不)(?:通|接|装|拉|安|引|用|烧|铺)(?:上|过)?$")


def _in_use(choice: Choice, text: str, hits: list[Hit]) -> list[Hit]:
    """天然气没通到我们这儿, 那口井早填了: what is not there is not used; all stay where nothing else is."""
    if choice.ask not in _HOUSE:
        return hits
    used = [
        hit
        for hit in hits
        if not _NOT_LAID.match(text[hit.span[1] :]) and not _NOT_LAID_BEFORE.search(text[: hit.span[0]])
    ]
    return used or hits


def _live(choice: Choice, text: str, hits: list[Hit], lexicons: Lexicons) -> list[Hit]:
    hits = _in_use(choice, text, hits)
    states = judged(text, hits, lexicons.polarity, proxy=True)
    rest = [(hit, state) for hit, state in zip(hits, states, strict=True) if state not in _VOID]
    if mine := _mine(choice, [hit for hit, _ in rest], text):
        return [replace(hit, doubtful=len({other.code for other, _ in rest}) > 1) for hit in mine]
    for weaker in (Polarity.PAST, Polarity.OTHER):
        if any(state is not weaker for _, state in rest):
            rest = [(hit, state) for hit, state in rest if state is not weaker]
    live = after_change(text, [hit for hit, _ in rest], [state for _, state in rest])
    return [hit for hit in live if not hit.by_sound] or live


_VOID = {Polarity.DENIED, Polarity.HYPOTHETICAL}


def _chosen(choice: Choice, live: list[Hit], text: str) -> Reading:
    codes = {hit.code for hit in live}
    main = _MAINLY.search(text)
    if len(codes) > 1 and _EITHER.search(text) and not main:
        return Reading(confirm=True, reason="two codes are named")
    later = [hit for hit in live if main and hit.span[0] >= main.end()]
    hit = later[0] if later else live[0] if choice.prefer_first else live[-1]
    doubtful = hit.doubtful or (len(codes) > 1 and not later) or choice.confirm.search(text) is not None
    if re.search("吗$", text):
        return Reading(confirm=True, reason="a question, no answer")
    reason = "these words may mean another code" if doubtful else "named"
    fill = SlotFill(choice.ask, hit.code, 0.9, hit.span, doubtful, reason)
    return Reading((fill,), confirm=doubtful, complete=not doubtful)


def _mine(choice: Choice, live: list[Hit], text: str) -> list[Hit]:
    """The hits behind words that say whose it is (我嘛，女的撒); the first pattern that has one decides."""
    for pattern in choice.mine.patterns:
        ends = {match.end() for match in pattern.finditer(text)}
        if found := [hit for hit in live if hit.span[0] in ends]:
            return found
    return []


def _not_known(choice: Choice, text: str) -> Reading:
    """不知道 has a code of its own on some lines of the form (血型 不详)."""
    if choice.unknown_code is None:
        return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
    fill = SlotFill(choice.ask, choice.unknown_code, 0.9, (0, len(text)), reason="not known")
    return Reading((fill,), complete=True)


def _bare(choice: Choice, text: str, found: list[Hit]) -> Reading:
    """No code is named: a plain yes or no, nothing of all, or words that are too vague."""
    code = None
    if choice.none_code and (said_nothing(text) or choice.none.search(text)):
        code = choice.none_code
    elif choice.yes and _YES.match(text):
        code = choice.yes
    elif choice.no and said_nothing(text):
        code = choice.no
    if code is not None:
        return Reading((SlotFill(choice.ask, code, 0.9, (0, len(text)), reason="said"),), complete=True)
    if found or choice.vague.search(text):
        return Reading(confirm=True, reason="which code is not clear")
    return Reading()
