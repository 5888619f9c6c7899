"""Yes and no with the dialects, double negation and weak sounds; the asks that are nothing more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.domain.answers import AnswerKind, Reading, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.parsing import Parser
from agent.understanding.phrases import bare
from agent.understanding.text import Utterance

WEAK = 0.6
"""Confidence of 嗯 and 哦: people also say them only to show that they listen."""


@dataclass(frozen=True, slots=True)
class Polar:
    """A yes or a no with its evidence."""

    yes: bool
    span: tuple[int, int]
    confidence: float
    reason: str
    alone: bool
    """Nothing else was said."""


def build(lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers of yes_no, wants_doctor and meds_reconciled."""
    return {
        "yes_no": lambda utterance, ctx: _plain(utterance, lexicons),
        "wants_doctor": lambda utterance, ctx: _wants_doctor(utterance, lexicons),
        "meds_reconciled": lambda utterance, ctx: _reconciled(utterance, lexicons),
    }


def polar(text: str, lexicons: Lexicons) -> Polar | None:
    """Yes, no, or neither; the first clause that is clearly one of them decides, a later contradiction undoes it."""
    sets = lexicons.yes_no
    if span := sets["double_yes"].search(text):
        return Polar(True, span, 0.85, "double negation", False)
    if sets["double_open"].search(text):
        return None
    if sets["weak"].search(text):
        return Polar(True, (0, len(text)), WEAK, "only a sound of assent", True)
    found = [p for start, clause in _clauses(text) if (p := _clause(clause, start, lexicons))]
    if not found:
        return _leading(text, lexicons)
    strong = [p for p in found if p.confidence > WEAK] or found
    if len({p.yes for p in strong}) > 1:
        return _contradiction(strong)
    alone = sum(p.span[1] - p.span[0] for p in found) >= len(re.sub("，", "", text)) - 1
    first = strong[0]
    return Polar(first.yes, first.span, first.confidence, first.reason, alone)


def _contradiction(found: list[Polar]) -> Polar | None:
    """不，是的 says yes; 对，没有 says no: a bare assent opens many a denial, so the fuller word decides."""
    last = found[-1]
    return Polar(last.yes, last.span, 0.65, "the last word decides", False)


def _clauses(text: str) -> list[tuple[int, str]]:
    start, found = 0, []
    for part in text.split("，"):
        if part:
            found.append((start, part))
        start += len(part) + 1
    return found


def _clause(clause: str, start: int, lexicons: Lexicons) -> Polar | None:
    sets = lexicons.yes_no
    if sets["a_not_a"].search(clause):
        return None
    span = (start, start + len(clause))
    if sets["weak"].search(clause):
        return Polar(True, span, WEAK, "only a sound of assent", False)
    hedge = sets["hedge"].search(clause)
    core, sure = (clause[hedge[1] :], 0.75) if hedge else (clause, 0.95)
    for name, yes in (("no", False), ("yes", True)):
        if sets[name].whole(clause) or sets[name].whole(core):
            return Polar(yes, span, sure, f"said {clause}", False)
    if len(bare(clause)) >= 2 and sets["no"].whole(clause, sound=True):
        return Polar(False, span, 0.75, f"{clause} sounds like no", False)
    return None


def _leading(text: str, lexicons: Lexicons) -> Polar | None:
    """没有吃过, 对我知道: an answer word opens a longer clause."""
    sets = lexicons.yes_no
    if sets["a_not_a"].search(text[:4]) or lexicons.general["unknown"].search(text[:8]):
        return None
    for name, yes in (("no", False), ("yes", True)):
        span = sets[name].search(text)
        if yes and sets["question"].search(text):
            return None
        if span and not text[: span[0]].strip("，我俺那这就也都还倒可啊哎嗯哦") and span[1] - span[0] >= 1:
            return Polar(yes, span, 0.7, f"begins with {text[slice(*span)]}", False)
    return None


def _plain(utterance: Utterance, lexicons: Lexicons) -> Reading:
    found = polar(utterance.text, lexicons) if utterance.text else None
    if found is None:
        return Reading()
    kind = AnswerKind.YES if found.yes else AnswerKind.NO
    return Reading(answer=kind, reason=found.reason, complete=found.alone and found.confidence > WEAK)


def _flag(slot: str, found: Polar, *, with_answer: bool) -> Reading:
    fill = SlotFill(slot, found.yes, found.confidence, found.span, reason=found.reason)
    kind = (AnswerKind.YES if found.yes else AnswerKind.NO) if with_answer else None
    return Reading((fill,), answer=kind, reason=found.reason, complete=found.confidence > WEAK)


def _wants_doctor(utterance: Utterance, lexicons: Lexicons) -> Reading:
    text, sets = utterance.text, lexicons.opening
    if lexicons.yes_no["a_not_a"].search(text) and lexicons.general["unknown"].search(text):
        return Reading()
    for name, yes in (("doctor_no", False), ("doctor_yes", True)):
        if span := sets[name].search(text):
            return _flag("wants_doctor", Polar(yes, span, 0.9, f"said {text[slice(*span)]}", True), with_answer=True)
    found = polar(text, lexicons) if text else None
    return _flag("wants_doctor", found, with_answer=True) if found else Reading()


_OTHERS_BUSINESS = re.compile(
    "(?:儿子|闺女|女儿|媳妇|老伴|老头|老婆|老公|孩子|姑娘|护工|保姆|他们?|她们?)(?:在|给)?(?:管|弄|拿|收|领|配|摆|分)"
    "|([对核问拿领])[过了]?没\\1[^，]{0,4}不(?:知道|晓得|清楚)"
)
"""药都是儿子管的, 对没对我不晓得: not that it was not done."""


_STEPS = (
    ("reconciled_surely", True),
    ("reconciled_never", False),
    ("reconciled_no", False),
    ("reconciled_yes", True),
)
"""The surest first."""


def _reconciled(utterance: Utterance, lexicons: Lexicons) -> Reading:
    text, sets = utterance.text, lexicons.opening
    if sets["double_taking"].search(text) and not sets["reconciled_no"].search(text):
        return Reading(confirm=True, reason="old and new medicines may be taken together")
    if _OTHERS_BUSINESS.search(text) and lexicons.general["unknown"].search(text):
        return Reading(answer=AnswerKind.UNKNOWN, reason="somebody else sees to it", complete=True)
    for name, yes in _STEPS:
        if span := sets[name].search(text):
            return _flag(
                "meds_reconciled", Polar(yes, span, 0.9, f"said {text[slice(*span)]}", True), with_answer=False
            )
    found = polar(text, lexicons) if text else None
    return _flag("meds_reconciled", found, with_answer=False) if found else Reading()
