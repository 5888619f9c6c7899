"""Asks of the record intake that take several codes: diseases, payment, allergies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.general import general_answer
from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Polarity
from agent.understanding.parsers.record_hits import Hit, after_change, after_correction, find_hits, judged
from agent.understanding.parsers.record_relatives import of_the_relative, relatives_clauses
from agent.understanding.parsing import Parser
from agent.understanding.phrases import Phrases
from agent.understanding.pinyin import fold
from agent.understanding.text import Utterance

NONE = "(没有过?|没得|没|无|冇|莫得|木有|呒没)"
_NOTHING = re.compile(
    f"^(我|俺|咱|他|她|它|们|家|家里|一概|都|也|啥|什么|这些|这几样|哪样|一样|从来|倒|可|真|好像|反正|，)*"
    f"({NONE}|不)(啥|什么|甚|过|的|啊|呀|呢|吧|哦|哩|喽|嘞|大|毛|病|问题|一样|这些|这个|那些|那种|那个|东西|都|也|，|{NONE})*$"
)
HEALTHY = re.compile(
    "(身体|身子骨?|都|挺|蛮|硬)(挺|都|也|还|很|一直|一向|向来|从来|倒)*(好|健康|健健康康|硬朗|硬实|结实|壮实|皮实|旺)(着呢|得很|好的?|的)?(?=，|$)"
    "|(结结实实|硬硬朗朗|没灾没病|没病没灾|无病无灾|健健康康|硬邦|好好的)(的|着呢)?(?=，|$)"
    "|(没|没有|冇|莫得)(啥|什么|有什么|有啥|得过|生过|查出)?(什么|啥)?(大|毛)*病(?!根)|都没有|(啥|什么)(都|也|病|毛病)*(没|冇)|从来没"
)
PLAIN_YES = re.compile(
    "^(几个|他们?|她们?|兄弟|姊妹|姐妹|也|都|全|是|我|嗯|，)*(有|有的|有过|是|是的|对|嗯|得过|做过|输过|伤过|开过|过敏)[，啊呀的哦呢]*$"
)


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
    weak: Phrases
    """Words that give way to a denial of the whole (就海鲜过敏，药不过敏)."""
    mine: Phrases
    """Words right before the code that counts, the best first."""
    none_code: str | None = None
    unknown_code: str | None = None
    yes: str | None = None
    no: str | None = None
    prefer_first: bool = False
    now: bool = False
    """What was before does not count (以前是新农合)."""
    alone: str | None = None
    """A code that stands with no other (全自费); together with others it is read back."""
    relatives: Mapping[str, Phrases] = field(default_factory=dict)


def said_nothing(text: str) -> bool:
    """没有, 莫得, 啥都没有 and no more."""
    return _NOTHING.match(text.strip("，")) is not None


def list_parser(choice: Choice, lexicons: Lexicons) -> Parser:
    """Codes of a list; 无 excludes the others and is taken only when nothing is left standing."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = plain(choice, utterance.text)
        found = find_hits(choice.codes, text)
        if declined(utterance, choice.ask, found, lexicons):
            return Reading()
        hits = [
            hit for hit in after_correction(text, found) if of_the_relative(choice.ask, choice.relatives, hit, text)
        ]
        states = judged(text, hits, lexicons.polarity, proxy=bool(choice.relatives))
        kept = _kept(choice, text, hits, states)
        if kept:
            return _listed_none(choice, text, True) if _gives_way(choice, text, kept) else _listed(choice, kept, text)
        if unsure(choice, text, lexicons):
            return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
        denied = bool(hits) and all(state is Polarity.DENIED for state in states)
        if choice.none_code and (denied or none_said(choice, text) or choice.none.search(utterance.text)):
            return _listed_none(choice, text, False)
        if not hits and choice.none_code and _no_first(choice, text):
            return _listed_none(choice, text, True)
        vague = PLAIN_YES.match(text) or choice.vague.search(text) or hits
        return Reading(confirm=True, reason="which one is not said") if vague else Reading()

    return parse


def _kept(choice: Choice, text: str, hits: list[Hit], states: list[Polarity]) -> list[Hit]:
    counted = [(hit, state) for hit, state in zip(hits, states, strict=True) if _counts(state, choice)]
    kept = [hit for hit, _ in counted]
    if not choice.now:
        return kept
    live = [hit for hit, state in counted if state is not Polarity.PAST]
    return live or after_change(text, kept, [state for _, state in counted])


def _gives_way(choice: Choice, text: str, kept: list[Hit]) -> bool:
    """就海鲜过敏，药不过敏."""
    if not choice.weak.written or not all(choice.weak.search(text[slice(*hit.span)]) for hit in kept):
        return False
    rest = "，".join(c for c in text.split("，") if not choice.weak.search(c))
    return "药" in rest and bool(choice.none.search(rest) or DENIES.search(rest))


def _listed_none(choice: Choice, text: str, doubtful: bool) -> Reading:
    fill = SlotFill(choice.ask, (choice.none_code or "",), 0.95, (0, len(text)), doubtful, "denied")
    return Reading((fill,), confirm=doubtful, complete=not doubtful)


def _no_first(choice: Choice, text: str) -> bool:
    """药物过敏？没有没有; 没有，一辈子种田的: a bare no beside words that name nothing."""
    if choice.relatives or choice.vague.search(text) or _BUT.search(text):
        return False
    return any(said_nothing(clause) for clause in text.split("，")[:2] if clause)


_BUT = re.compile("就是|不过|但|只|除|(?<!没)有[一个点些]|好像|可能|有时|记不|忘|不清|不知")


def _listed(choice: Choice, kept: list[Hit], text: str) -> Reading:
    codes = tuple(sorted({hit.code for hit in kept}, key=int))
    doubtful = (
        choice.confirm.search(text) is not None
        or any(hit.doubtful for hit in kept)
        or (choice.alone in codes and len(codes) > 1)
    )
    fill = SlotFill(choice.ask, codes, 0.9, kept[0].span, doubtful, "may mean another code" if doubtful else "named")
    return Reading((fill,), confirm=doubtful)


DENIES = re.compile("没有的*$")
"""How a denial ends in ``plain`` words."""


def plain(choice: Choice, text: str) -> str:
    """The text with 没有 written where it is heard, and every denial of this ask as 没有的…; positions stay."""
    heard, none = fold(text), fold("没有")
    letters = list(text)
    at = heard.find(none)
    while at >= 0:
        if text[at] != "妹" or choice.ask != "family_sibling":  # 三妹有 is a sister
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


def none_said(choice: Choice, text: str) -> bool:
    if said_nothing(text) or choice.none.search(text):
        return True
    if not choice.relatives:
        return HEALTHY.search(text) is not None
    own = relatives_clauses(choice.ask, choice.relatives, text)
    return bool(own) and (HEALTHY.search(own) is not None or said_nothing(own) or choice.none.search(own) is not None)


def unsure(choice: Choice, text: str, lexicons: Lexicons) -> bool:
    return lexicons.general["unknown"].search(text) is not None or choice.unknown.search(text) is not None
