"""Told of, asked about or supposed: what somebody else says of an illness is nobody's illness."""

from __future__ import annotations

import re

from agent.domain.alerts import MentionStatus
from agent.understanding.redflags import denying
from agent.understanding.redflags.case import Case, Verdict, last
from agent.understanding.redflags.people import Owner, Person

_IF = re.compile("要是|如果|假如|万一")
_LIMIT_TALK = re.compile("^(?:以上|往上|以下|往下)?(?:才|就算|算|就会|就要|就得|就危险|是不是|要不要)")
_LIMIT = re.compile("(?:到|过|超|高于|低于|上)了?$")
_BEYOND_IT = re.compile("^(?:以上|往上|以下|了)?，?(?:的话，?)?(?:就|会|要|才|算|得|可|肯定|必须|赶紧|该|危险|容易)")
"""说高压到一百八会爆血管: what happens beyond the limit."""
_MEASURED = re.compile("(?:量|测|查|扎)(?:的|了|出|过|完)|住院")
_MEASURER = re.compile("医生|大夫|护士")
_WATCHED = re.compile("[^，上里说讲演放播]{0,3}(?:呢|着|完|时候|(?=，))[^，]{0,6}，[^说讲演里人他她个]*$")
"""正看着电视呢，胸口突然疼起来了: what one was doing when it began."""
_A_NOT_A = re.compile("(.)[不没]\\1|吗[，啊]|没有?，")
_SAID_YES = re.compile("(.)[不没]\\1[^，]{0,3}，(?:[是也就可都还]|一直|老)*(?:\\1|有(?!没)|[^，不没冇勿唔]*$)")
"""你问手抖不抖，抖，…"""
_ADVICE = re.compile("就|会|要|得赶|可能|容易|赶紧|打幺?一?二零|120|别|是什么|叫|算|人")


def asked_or_told(case: Case, whose: Owner) -> Verdict:
    """Hearsay, teaching, the doctor's question, suppositions."""
    left = case.text[: case.start]
    now = bool(case.cue("now", case.clause))
    told = _told(case, left)
    if told is not None and not (now and _value(case) and "，" in left[told.end() :]):
        return _reading_told(case, told) or (MentionStatus.HYPOTHETICAL, f"told: {told.group()}")
    if denying.asked_before(case.clause_left, case.rules.cues) and not (
        whose.person is Person.SELF and "我" in case.clause
    ):
        return MentionStatus.HYPOTHETICAL, "asked"
    return _supposed(case, case.text[: case.last_start], now)


def _value(case: Case) -> bool:
    return case.candidate.rule.kind == "value"


def _told(case: Case, left: str) -> re.Match[str] | None:
    """The words that say that the mention is hearsay or the question; None when the speaker has come back to himself.

    What sellers and advertisers say ends only where 我 is the subject: 叫我买 is still their talk.
    """
    sold = last(case, "sellers", left)
    if sold and not case.cue("self", _HANDLED_ME.sub("", left[sold.end() :])) and not _own_again(case, sold):
        return sold
    told = last(case, "hearsay", left)
    if (
        told
        and not _I_TELL.search(told.group())
        and not case.cue("self", left[told.end() :])
        and not _own_again(case, told)
    ):
        return told
    return None


_I_TELL = re.compile("我(?:正|就|刚|也|还|想|要|得|跟你|给你|跟您)*(?:说|讲|问)")
"""大夫我正要说呢，这三天拉的屎是黑的: the doctor is spoken to."""
_HANDLED_ME = re.compile("(?:叫|让|劝|骗|哄|逼|要|给|跟|对|拉|催|喊|吓唬|唬)(?:我|俺)(?:们)?")


def _own_again(case: Case, told: re.Match[str]) -> bool:
    """After a pause: the answer to a question, what happens now, or what is felt badly and is no advice."""
    after = case.text[told.end() : case.last_start]
    if "，" not in after:
        return False
    if _QUESTION.search(told.group()) and _SAID_YES.search(after) and not _A_NOT_A.search(case.text, case.last_start):
        return True
    if _WATCHED.match(after) and _WATCHING.search(case.text[: told.end()]):
        return True
    if _ADVICE.search(case.text, told.end() + after.find("，")):
        return False
    return bool(case.cue("now_other", case.clause_left) or case.cue("degree", case.clause)) and not _value(case)


_QUESTION = re.compile("你|您|恁|侬|问")
_WATCHING = re.compile("(?:看|听|盯)(?:着|了|完|会儿)?(?:电视剧?|广播|报纸|手机|抖音|视频|新闻|戏|小说|电影|收音机)$")


def _reading_told(case: Case, told: re.Match[str]) -> Verdict:
    """A reading that a doctor tells is measured, unless it is the limit."""
    if not _value(case) or not _MEASURER.search(told.group()):
        return None
    if _LIMIT.search(case.text[: case.start]) or _BEYOND_IT.match(case.rest) or _LIMIT_TALK.match(case.rest):
        return None
    if case.rest.startswith("了") or _MEASURED.search(case.text):
        return MentionStatus.PRESENT, "a reading told by who took it"
    return MentionStatus.UNCERTAIN, "a reading told"


def advice(case: Case, whose: Owner) -> Verdict:
    """别想不开: what others are told not to do."""
    del whose
    if case.flag == "suicide_risk" and _DO_NOT.search(case.text[: case.start]) and _DEED.match(case.text, case.start):
        return MentionStatus.HYPOTHETICAL, "advice"
    return None


_DO_NOT = re.compile("(?:别|莫|甭|不要|不许|不兴)(?:再|老|总|去|动不动)*$")
_DEED = re.compile("想不开|寻短见|寻死|轻生|自杀|跳|喝(?:农)?药|死|上吊")


def _supposed(case: Case, left: str, now: bool) -> Verdict:
    if case.flag != "suicide_risk" and not now and _IF.search(case.text[slice(*case.candidate.span)]):
        return MentionStatus.HYPOTHETICAL, "supposed inside it"
    found = last(case, "hypothetical", left)
    if found and left.count("，", found.end()) <= 1 and not now:
        between = left[found.end() :]
        if "怕" in found.group() and len(between) > 4:
            return None
        if case.flag == "suicide_risk" and ("我" in between or "我" in case.clause_left or "，" in between):
            return None
        if "就" in between or "就" in case.text[case.start : case.end]:
            return MentionStatus.UNCERTAIN, f"whenever: {found.group()}"
        return MentionStatus.HYPOTHETICAL, f"supposed: {found.group()}"
    own = "我" in case.clause_left or now or bool(case.cue("degree", case.clause))
    after = case.rules.cues["hypothetical_after"].match(case.rest)
    if after and (after.group() == "的话" or not own):
        return MentionStatus.HYPOTHETICAL, f"asked about: {after.group()}"
    if case.rules.cues["asked_after"].match(case.rest) and not own and not case.candidate.rule.strong:
        return MentionStatus.UNCERTAIN, "asked what to do"
    return None


def defined(case: Case) -> Verdict:
    """高压一百八才算高: the limit, nobody's reading."""
    if _LIMIT_TALK.match(case.rest):
        return MentionStatus.HYPOTHETICAL, "talk about the limit"
    return None
