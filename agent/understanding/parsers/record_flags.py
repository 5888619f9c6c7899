"""Asks of 有/无 of the record intake: whose it is, whether it was done or only planned, what the last word denies."""

from __future__ import annotations

import re

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Polarity
from agent.understanding.parsers.record_hits import Hit, after_correction, find_hits, judged
from agent.understanding.parsers.record_lists import (
    DENIES,
    HEALTHY,
    NONE,
    PLAIN_YES,
    Choice,
    declined,
    none_said,
    plain,
    said_nothing,
    unsure,
)
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_WHETHER = re.compile("(?P<verb>[^，不没有知])没(?P=verb)|有没有|是不是")
"""输没输血我不知道 denies nothing."""
_NO_BUT = re.compile(f"^{NONE}[啊呀吧的呢]?，")
_HAD = re.compile("^(，|嗯|是|我)*(有(?!没|人)|做过|开过|受过|动过|输过|伤过)")


def flag_parser(choice: Choice, lexicons: Lexicons) -> Parser:
    """1 无, 2 有; what it was stays in the words of the event log."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = plain(choice, utterance.text)
        found = find_hits(choice.codes, text)
        if declined(utterance, choice.ask, found, lexicons):
            return Reading()
        if _WHETHER.search(text) and lexicons.general["refused"].search(text):
            return Reading(answer=AnswerKind.REFUSED, reason="will not say", complete=True)
        if _WHETHER.search(text) and unsure(choice, text, lexicons):
            return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
        hits = after_correction(text, found)
        states = judged(text, hits, lexicons.polarity, proxy=True)
        idle = [_idle(text, hit, state) for hit, state in zip(hits, states, strict=True)]
        if hits and all(idle):
            return _beside(choice, text, hits)
        if any(s in _HAPPENED and not i for s, i in zip(states, idle, strict=True)):
            return _had(choice, text, hits, states)
        if not hits and unsure(choice, text, lexicons):
            return Reading(answer=AnswerKind.UNKNOWN, reason="not known", complete=True)
        if Polarity.DENIED in states or none_said(choice, text) or choice.none.search(utterance.text):
            return _flag(choice.ask, "1", (0, len(text)), False)
        return _bare(choice, text, hits)

    return parse


_HAPPENED = {Polarity.PRESENT, Polarity.PAST}


def _had(choice: Choice, text: str, hits: list[Hit], states: list[Polarity]) -> Reading:
    if _denied_at_last(choice, text, hits, states):
        return _flag(choice.ask, "1", (0, len(text)), True)
    doubtful = all(hit.doubtful for hit in hits) or choice.confirm.search(text) is not None
    return _flag(choice.ask, "2", hits[0].span, doubtful)


def _bare(choice: Choice, text: str, hits: list[Hit]) -> Reading:
    """A plain no or yes, or nothing that can be told."""
    if not hits and _NO_BUT.match(text):
        return _flag(choice.ask, "1", (0, len(text)), True)
    if PLAIN_YES.match(text) or _HAD.match(text):
        return _flag(choice.ask, "2", (0, len(text)), False)
    return Reading(confirm=True, reason="not clear") if hits or choice.vague.search(text) else Reading()


_PLANNED = re.compile(
    "(?:下个?(?:月|周|礼拜|星期)|下半年|明[天年儿]|后天|过(?:几|两|些)[天日月]|年后|等着|准备|打算|计划|考虑|约(?:了|好)|安排|"
    "(?:说|讲)(?:是|了)?(?:我|俺)?(?:可能)?(?:要|得|该|做|去|给|赶紧)|(?:让|叫|喊|劝|建议|动员)(?:我|俺)|"
    "(?:^|，|我|俺|还|又)要(?:去|给)?|差(?:一)?点|险些|本来)"
    "[^，了过]{0,6}$"
)
"""下个月要开刀, 说要给我输血: it has not been done."""
_OTHERS_HOUSE = re.compile("婆家|夫家|男方|女方|亲家|[他她]们?家|老公家|媳妇家|[对隔邻旁][面壁床门边铺]")
_DONE = re.compile("^[^，没不]{0,3}[了过]")


def _idle(text: str, hit: Hit, state: Polarity) -> bool:
    """Words of another's, of what may be, or of what is only planned."""
    before = text[: hit.span[0]].rpartition("，")[2]
    if state in {Polarity.OTHER, Polarity.HYPOTHETICAL} or _OTHERS_HOUSE.search(before):
        return True
    inside = text[slice(*hit.span)]
    return bool(_PLANNED.search(before)) and not re.search("[过了]", inside) and not _DONE.match(text[hit.span[1] :])


def _beside(choice: Choice, text: str, hits: list[Hit]) -> Reading:
    """老伴家里有遗传病，我家没有: what the other clauses say; nothing is taken from these."""
    for hit in hits:
        start, end = text.rfind("，", 0, hit.span[0]) + 1, text.find("，", hit.span[1])
        end = len(text) if end < 0 else end
        text = text[:start] + "，" * (end - start) + text[end:]
    rest = [_OF_ME.sub("", clause) for clause in text.split("，") if clause]
    if any(said_nothing(clause) or choice.none.search(clause) or HEALTHY.search(clause) for clause in rest) or any(
        DENIES.search(clause) for clause in rest
    ):
        return _flag(choice.ask, "1", (0, len(text)), False)
    if any(PLAIN_YES.match(clause) or _HAD.match(clause) or _DID.search(clause) for clause in rest):
        return _flag(choice.ask, "2", (0, len(text)), True)
    return Reading(confirm=True, reason="done to another, or only planned")


_OF_ME = re.compile(
    "^(?:我|俺|咱)们?(?:自己|本人)?(?:家|屋)?(?:里|头|这边|这儿)*(?:的|是|倒|可|都|也)*|^以前|^从前|^那|^但|^可"
)
_DID = re.compile("(?<![没不])(?:做|开|动|输|挂|打)[过了](?=，|$)")
_NEVER = re.compile(
    "从来?[^，]{0,2}没|从[不未]|一(?:次|回|趟|点|样|辈子)[也都]?(?:没|不)|压根儿?没|根本没|(?:没|没有)[^，]过[啊呀的哦]*$|没有[的啊]*$"
)
_THE_REST = re.compile("别的|其他|其它|除|后来|以后|之后|再|另外|旁的|就这|只有|之外")


def _denied_at_last(choice: Choice, text: str, hits: list[Hit], states: list[Polarity]) -> bool:
    """输血我晓得，…，一回也没输过: the last clause denies the thing itself, after it was only spoken of."""
    last = [clause for clause in text.split("，") if clause][-1]
    if _THE_REST.search(last) or not _NEVER.search(last):
        return False
    start = text.rfind(last)
    own = [(hit, state) for hit, state in zip(hits, states, strict=True) if hit.span[0] >= start]
    if own:
        return all(state is Polarity.DENIED and _GENERIC.fullmatch(text, *hit.span) for hit, state in own)
    return choice.none.search(last) is not None


_GENERIC = re.compile("(?:受过?)?(?:外|重)?伤|(?:做过?)?手术|[开动]过?刀|输过?血|遗传病?")


def _flag(ask: str, code: str, span: tuple[int, int], doubtful: bool) -> Reading:
    fill = SlotFill(ask, code, 0.9, span, doubtful, "affirmed" if code == "2" else "denied")
    return Reading((fill,), confirm=doubtful, complete=code == "1")
