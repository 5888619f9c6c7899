"""Asks of the record intake that take several codes (diseases, payment, allergies), and those of 有/无."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.general import general_answer
from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Polarity
from agent.understanding.parsers.record_hits import Hit, after_correction, find_hits, judged
from agent.understanding.parsing import Parser
from agent.understanding.phrases import Phrases
from agent.understanding.pinyin import fold
from agent.understanding.text import Utterance

_NONE = "(没有过?|没得|没|无|冇|莫得|木有|呒没)"
_NOTHING = re.compile(
    f"^(我|俺|咱|他|她|它|们|家|家里|一概|都|也|啥|什么|这些|这几样|哪样|一样|从来|倒|可|真|好像|反正|，)*"
    f"({_NONE}|不)(啥|什么|甚|过|的|啊|呀|呢|吧|哦|哩|喽|嘞|大|毛|病|问题|一样|这些|这个|那些|那种|那个|东西|都|也|，|{_NONE})*$"
)
_HEALTHY = re.compile(
    "(身体|身子骨?|都|挺|蛮|硬)(挺|都|也|还|很)?(好|健康|健健康康|硬朗|硬实|结实|壮实|皮实|旺)(着呢|得很|好的?|的)?(?=，|$)"
    "|(结结实实|硬硬朗朗|没灾没病|没病没灾|无病无灾|健健康康|硬邦|好好的)(的|着呢)?(?=，|$)"
    "|(没|没有|冇|莫得)(啥|什么|有什么|有啥|得过|生过|查出)?(什么|啥)?(大|毛)*病(?!根)|都没有|(啥|什么)(都|也|病|毛病)*(没|冇)|从来没"
)
_PLAIN_YES = re.compile(
    "^(几个|他们?|她们?|兄弟|姊妹|姐妹|也|都|全|是|我|嗯|，)*(有|有的|有过|是|是的|对|嗯|得过|做过|输过|伤过|开过|过敏)[，啊呀的哦呢]*$"
)
_WHETHER = re.compile("(?P<verb>[^，不没有知])没(?P=verb)|有没有|是不是")
"""输没输血我不知道 denies nothing."""
_NO_BUT = re.compile(f"^{_NONE}[啊呀吧的呢]?，")
_HAD = re.compile("^(，|嗯|是|我)*(有(?!没|人)|做过|开过|受过|动过|输过|伤过)")


@dataclass(frozen=True, slots=True)
class Choice:
    """One ask of the form as ``record.yml`` has it."""

    ask: str
    codes: Mapping[str, Phrases]
    confirm: Phrases
    none: Phrases
    """Words that mean 无, besides the usual ones."""
    vague: Phrases
    """Words that name no code: the exact thing is asked for."""
    denied_by: Phrases
    """Words that take back what stands before them (不过敏, 没输)."""
    unknown: Phrases
    none_code: str | None = None
    unknown_code: str | None = None
    yes: str | None = None
    no: str | None = None
    prefer_first: bool = False
    alone: str | None = None
    """A code that stands with no other (全自费); together with others it is read back."""
    relatives: Mapping[str, Phrases] = field(default_factory=dict)


def said_nothing(text: str) -> bool:
    """没有, 莫得, 啥都没有 and no more."""
    return _NOTHING.match(text.strip("，")) is not None


def list_parser(choice: Choice, lexicons: Lexicons) -> Parser:
    """Codes of a list; 无 excludes the others and is taken only when nothing is left standing."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = _plain(choice, utterance.text)
        found = find_hits(choice.codes, text)
        if declined(utterance, choice.ask, found, lexicons):
            return Reading()
        hits = [hit for hit in after_correction(text, found) if _own(choice, hit, text)]
        states = judged(text, hits, lexicons.polarity, proxy=bool(choice.relatives))
        kept = [hit for hit, state in zip(hits, states, strict=True) if _counts(state, choice)]
        if kept:
            return _listed(choice, kept, text)
        if _unsure(choice, text, lexicons):
            return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
        denied = bool(hits) and all(state is Polarity.DENIED for state in states)
        if choice.none_code and (denied or _none(choice, text) or choice.none.search(utterance.text)):
            fill = SlotFill(choice.ask, (choice.none_code,), 0.95, (0, len(text)), reason="denied")
            return Reading((fill,), complete=True)
        vague = _PLAIN_YES.match(text) or choice.vague.search(text) or hits
        return Reading(confirm=True, reason="which one is not said") if vague else Reading()

    return parse


def _listed(choice: Choice, kept: list[Hit], text: str) -> Reading:
    codes = tuple(sorted({hit.code for hit in kept}, key=int))
    doubtful = (
        choice.confirm.search(text) is not None
        or any(hit.doubtful for hit in kept)
        or (choice.alone in codes and len(codes) > 1)
    )
    fill = SlotFill(choice.ask, codes, 0.9, kept[0].span, doubtful, "may mean another code" if doubtful else "named")
    return Reading((fill,), confirm=doubtful)


def flag_parser(choice: Choice, lexicons: Lexicons) -> Parser:
    """1 无, 2 有; what it was stays in the words of the event log."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = _plain(choice, utterance.text)
        found = find_hits(choice.codes, text)
        if declined(utterance, choice.ask, found, lexicons):
            return Reading()
        if _WHETHER.search(text) and _unsure(choice, text, lexicons):
            return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
        hits = after_correction(text, found)
        states = judged(text, hits, lexicons.polarity, proxy=True)
        if any(state in {Polarity.PRESENT, Polarity.PAST} for state in states):
            doubtful = all(hit.doubtful for hit in hits) or choice.confirm.search(text) is not None
            return _flag(choice.ask, "2", hits[0].span, doubtful)
        if not hits and _unsure(choice, text, lexicons):
            return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
        if (
            any(state is Polarity.DENIED for state in states)
            or _none(choice, text)
            or choice.none.search(utterance.text)
        ):
            return _flag(choice.ask, "1", (0, len(text)), False)
        if not hits and _NO_BUT.match(text):
            return _flag(choice.ask, "1", (0, len(text)), True)
        if _PLAIN_YES.match(text) or _HAD.match(text):
            return _flag(choice.ask, "2", (0, len(text)), False)
        return Reading(confirm=True, reason="not clear") if hits or choice.vague.search(text) else Reading()

    return parse


def _flag(ask: str, code: str, span: tuple[int, int], doubtful: bool) -> Reading:
    fill = SlotFill(ask, code, 0.9, span, doubtful, "affirmed" if code == "2" else "denied")
    return Reading((fill,), confirm=doubtful, complete=code == "1")


def _plain(choice: Choice, text: str) -> str:
    """The text with 没有 written where it is heard, and every denial of this ask as 没有的…; positions stay."""
    heard, none = fold(text), fold("没有")
    letters = list(text)
    at = heard.find(none)
    while at >= 0:
        letters[at : at + 2] = "没有"
        at = heard.find(none, at + 2)
    for at, char in enumerate(letters):
        if heard[at] == none[0] and char not in "每妹煤梅没" and (at == 0 or letters[at - 1] in "，也都我他她就还从来"):
            letters[at] = "没"
    for start, end in choice.denied_by.spans("".join(letters)):
        if end - start >= 2:
            letters[start:end] = "没有" + "的" * (end - start - 2)
    return "".join(letters)


def _counts(state: Polarity, choice: Choice) -> bool:
    """A disease had in the past belongs to the record; a relative's is what the family asks are about."""
    if state in {Polarity.PRESENT, Polarity.PAST}:
        return True
    return state is Polarity.OTHER and bool(choice.relatives)


def declined(utterance: Utterance, ask: str, hits: list[Hit], lexicons: Lexicons) -> bool:
    """不想说, and no code is named: for ``general_answer`` to tell; no 不 in it denies anything."""
    if any(not hit.doubtful for hit in hits):
        return False
    return general_answer(utterance, ask, lexicons) is AnswerKind.REFUSED


def _own(choice: Choice, hit: Hit, text: str) -> bool:
    """Whether the relative named last before the words is the one asked about; with none named it is."""
    if not choice.relatives:
        return True
    named = [(span[0], ask) for ask, words in choice.relatives.items() for span in words.spans(text[: hit.span[0]])]
    return not named or max(named)[1] == choice.ask


def _none(choice: Choice, text: str) -> bool:
    if said_nothing(text) or choice.none.search(text):
        return True
    if not choice.relatives:
        return _HEALTHY.search(text) is not None
    own = _own_words(choice, text)
    return bool(own) and (_HEALTHY.search(own) is not None or said_nothing(own) or choice.none.search(own) is not None)


def _own_words(choice: Choice, text: str) -> str:
    """The clauses about the relative asked for; everything when no relative is named."""
    about, span, kept = choice.ask, (0, 0), []
    for clause in text.split("，"):
        named = [(span, ask) for ask, words in choice.relatives.items() for span in words.spans(clause)]
        if named:
            span, about = max(named)
        if about == choice.ask:
            kept.append(clause[span[1] :] if named else clause)
    return "，".join(kept)


def _unsure(choice: Choice, text: str, lexicons: Lexicons) -> bool:
    return lexicons.general["unknown"].search(text) is not None or choice.unknown.search(text) is not None
