"""How a mention is meant. One decision order, the first that holds wins; what nothing speaks against is present."""

from __future__ import annotations

import re
from itertools import pairwise

from agent.domain.alerts import Mention, MentionStatus, Severity, Subject
from agent.understanding.redflags import denying, times
from agent.understanding.redflags.asked import advice, asked_or_told, defined
from agent.understanding.redflags.bystanders import nobody
from agent.understanding.redflags.case import Case, Verdict, last
from agent.understanding.redflags.evidence import of_the_past
from agent.understanding.redflags.people import Owner, Person, owner, topic

_NEVER_HABIT = ("suicide_risk", "unconscious", "fall_injury")
_CORRECTION = re.compile(
    "^(?:吗|么|啊|呀|吧|多|几|点几|的|了|，|哦|噢|呃|嗯|哎|诶|唉|哟)*(?:[不勿]对|没有的事|[没哪][这那]?有?[这那]?回事|[不勿弗]是|唔系|唔啱|不不|没有没有|瞎说|(?:这种|这样的?|那种|的)*(?:情况|时候)?没有(?=，|$|没|啊|呀|一)|[说讲念]错|错了|哪有|没那么|没到|记错|看错|[^，]{0,2}(?:降|掉|下降|减)到)"
)
_NEAR_COUNTS = ("hypoglycemia", "unconscious")
_NEARLY = re.compile("差一?点")
"""差点晕过去 with a cold sweat is low sugar all the same."""
_DREAMT = re.compile("梦|笑话|想起")
_STILL = re.compile("(?:我|俺|人|他|她)?(?:啊|呀|呢|哟|哦|嘞|那个)*，(?:我|俺)?(?:的|这|那)?")
_PASSED = re.compile("[病肿癌梗血风][^，]{0,2}[没走]的|去世|过世|没救过来|走的时候|咽气")
_FALL_BAD = re.compile("地|[流淌]|[起动]不|断|昏|晕|吐")
_OWN_DENIAL = re.compile("(?:没有?|冇|也不|都不)(?:怎么|再|起)?[疼痛闷喘晕肿麻歪吐流痒红抖]$")
"""吃药没起疹子，嘴也没肿 as one run of signs: the last of them is denied inside it."""
_TWICE_DENIED = re.compile("没有?不|不是(?:不|没)|没停")
_SEEN = re.compile("[叫喊唤摇推拍][^，]{0,6}(?:不|没|唔)|昏迷|(?:没|冇|没有)(?:了)?(?:意识|知觉|反应|气)|不省人事")
"""Nobody says so of himself."""
_EITHER_OR = re.compile("^[^，]{0,3}，?就是")


def judge(case: Case) -> Mention:
    """The mention with its status, its subject and the reason."""
    reach = case.start if case.flag == "suicide_risk" else case.end
    whose = owner(
        case.text, case.start, reach, case.rules.cues, far=case.flag == "unconscious", near=case.flag == "suicide_risk"
    )
    verdict = next(
        (v for v in (f(case, whose) for f in _ORDER) if v is not None),
        (MentionStatus.PRESENT, "nothing speaks against it"),
    )
    status, reason = verdict
    if status is MentionStatus.PRESENT and (case.candidate.doubtful or _ordinary(case)):
        status, reason = MentionStatus.UNCERTAIN, "too little said, or explained otherwise"
    seen = case.flag == "unconscious" and "我" not in case.clause_left and _SEEN.search(case.clause)
    other = seen or whose.person is not Person.SELF or topic(case.text, case.start, case.rules.cues)
    subject = Subject.OTHER if other else Subject.SELF
    return Mention(
        case.flag,
        status,
        case.candidate.span,
        case.text[slice(*case.candidate.span)],
        case.candidate.rule.id,
        subject,
        reason,
    )


def _ordinary(case: Case) -> bool:
    """An ordinary answer to what was asked (mMRC: 走路就喘), with nothing that says it is new or worse."""
    asked = case.ask in case.candidate.rule.doubt_asks or of_the_past(case.ask)
    return asked and not (case.cue("now", case.text) or case.cue("worse", case.text))


def _affirmed_echo(case: Case, whose: Owner) -> Verdict:
    del whose
    match = case.rules.cues["affirm_after"].match(case.rest)
    if match and case.cue("hearsay", case.text[: case.start]):
        return MentionStatus.PRESENT, "asked and affirmed"
    return None


def _figurative(case: Case, whose: Owner) -> Verdict:
    del whose
    if case.flag == "suicide_risk" or case.candidate.rule.kind == "value":
        return None
    found = last(case, "figurative_before", case.text[: case.end])
    if found and case.cue("really", case.text[found.end() : case.end]):
        return None
    if found and "，" in case.text[found.end() : case.end] and not _so_much(case, found):
        return None
    if found and case.flag in _NEAR_COUNTS and _NEARLY.match(found.group()):
        return (MentionStatus.UNCERTAIN, "nearly") if case.flag == "unconscious" else None
    if found:
        return MentionStatus.FIGURATIVE, found.group()
    return None


def _denied(case: Case, whose: Owner) -> Verdict:
    del whose
    cues = case.rules.cues
    left = case.clause_left
    if case.candidate.rule.kind == "value":
        return _corrected(case) or defined(case)
    if case.candidate.rule.settled:
        return None
    if _part_denied(case):
        return MentionStatus.DENIED, "one of its signs is denied"
    inner = _inner_negations(case)
    outer = denying.negators_before(left if not case.listing else case.text[: case.start].replace("，", ""), cues)
    total = inner + outer
    if total % 2 == 1:
        if case.text[max(0, case.start - 2) : case.start] == "不是" and _EITHER_OR.match(case.rest):
            return MentionStatus.UNCERTAIN, "不是…就是"
        return MentionStatus.DENIED, "negation before it"
    if total and total % 2 == 0:
        return MentionStatus.PRESENT, "double negation"
    if denying.denied_after(case.rest, case.last, cues):
        return MentionStatus.DENIED, "denied after it"
    if denying.listed_under_denial(case.text[: case.start], case.rest, cues):
        return MentionStatus.UNCERTAIN, "listed after a denial"
    return None


def _so_much(case: Case, found: re.Match[str]) -> bool:
    """气得我啊，心口疼 and 梦见…; but 累得不行，歇了会儿，胸口疼 is another thing after the pause."""
    if _DREAMT.search(found.group()):
        return True
    return not _NEARLY.match(found.group()) and bool(_STILL.fullmatch(case.text[found.end() : case.start]))


def _asked_back(case: Case, whose: Owner) -> Verdict:
    """The question said again, and what is answered to it."""
    del whose
    if case.candidate.rule.kind == "value" or case.candidate.rule.settled:
        return None
    if denying.echoed(case.rest, case.last):
        return MentionStatus.HYPOTHETICAL, "the question again"
    if denying.asks_itself(case.rest, case.last):
        return denying.answered(case.rest, case.last), "疼不疼: asked"
    return None


def _corrected(case: Case) -> Verdict:
    if denying.negators_before(case.clause_left, case.rules.cues) % 2:
        return MentionStatus.DENIED, "negation before it"
    if _CORRECTION.match(case.rest):
        return MentionStatus.DENIED, "taken back"
    return None


def _part_denied(case: Case) -> bool:
    """A sign without which the rule does not hold is denied where it stands (头疼，没吐)."""
    words = case.text[slice(*case.candidate.span)]
    if _OWN_DENIAL.search(words) and not _TWICE_DENIED.search(words):
        return True
    return case.candidate.rule.kind == "all" and any(
        _negated(case, start) or denying.denied_after(case.text[end:], case.text[start:end], case.rules.cues)
        for start, end in case.candidate.pieces
    )


def _negated(case: Case, start: int) -> bool:
    clause = case.text[case.text.rfind("，", 0, start) + 1 : start]
    return denying.negators_before(clause, case.rules.cues) % 2 == 1


def _inner_negations(case: Case) -> int:
    """Negations in the gaps of a sequence."""
    if case.candidate.rule.kind != "seq":
        return 0
    pieces = case.candidate.pieces
    gaps = ((end, start) for (_, end), (start, _) in pairwise(pieces))
    return sum(denying.negators_before(case.text[end:start], case.rules.cues) for end, start in gaps if start > end)


def _of_others(case: Case, whose: Owner) -> Verdict:
    if whose.person is Person.SELF:
        return None
    cues = case.rules.cues
    time = times.when(case.text, case.start, case.end, cues)
    if time in (times.When.PAST, times.When.EXPERIENCED) or _gone(case):
        return MentionStatus.OTHER_PERSON, f"{whose.words}, past"
    if whose.person is Person.STRANGER and cues["past"].search(case.text, 0, case.start):
        return MentionStatus.OTHER_PERSON, f"{whose.words}, long known"
    now = cues["now_other"].search(case.text)
    if now and not times.over(case.text, case.end, cues):
        return MentionStatus.PRESENT, f"{whose.words} {now.group()}"
    if cues["fine_after"].search(case.text, case.end) or times.unchanged(case.text, cues):
        return MentionStatus.OTHER_PERSON, f"{whose.words}, over or unchanged"
    if whose.person is Person.FAMILY and _acute(case):
        return MentionStatus.PRESENT, f"{whose.words}, acute by itself"
    if whose.reported or case.candidate.rule.strong or cues["now"].search(case.text):
        return MentionStatus.UNCERTAIN, f"{whose.words} or the resident, or not now"
    return MentionStatus.OTHER_PERSON, whose.words


def _gone(case: Case) -> bool:
    return bool(case.rules.cues["dead"].search(case.text, case.start) or _PASSED.search(case.text))


def _acute(case: Case) -> bool:
    if case.flag == "suicide_risk" or of_the_past(case.ask):
        return False
    return (
        case.candidate.rule.strong
        or (case.flag == "fall_injury" and bool(_FALL_BAD.search(case.rest)))
        or bool(case.cue("degree", case.clause))
        or bool(case.cue("acute_other", case.text))
    )


def _timed(case: Case, whose: Owner) -> Verdict:
    del whose
    if case.candidate.rule.settled:
        return None
    cues = case.rules.cues
    time = times.when(case.text, case.start, case.end, cues, figure=case.candidate.rule.kind == "value")
    stopped = times.over(case.text, case.end, cues)
    if time is times.When.PAST:
        if times.back(case.text, case.end, cues):
            return MentionStatus.PRESENT, "past, and back now"
        return MentionStatus.PAST, "past"
    if time is times.When.EXPERIENCED:
        if times.back(case.text, case.end, cues):
            return MentionStatus.PRESENT, "before, and again now"
        if case.flag == "suicide_risk" and not stopped:
            return None
        return (MentionStatus.PAST, "over") if stopped else (MentionStatus.UNCERTAIN, "过 without a time")
    if time is not times.When.NOW and cues["saved"].search(case.text, case.end):
        return MentionStatus.PAST, "lived through"
    if stopped and time is times.When.UNSAID and not case.candidate.rule.transient and case.flag != "suicide_risk":
        return MentionStatus.UNCERTAIN, "said to be over"
    return None


def _as_always(case: Case, whose: Owner) -> Verdict:
    del whose
    if case.candidate.rule.baseline and times.unchanged(case.text, case.rules.cues):
        return MentionStatus.BASELINE, "as always"
    return None


def _now_and_then(case: Case, whose: Owner) -> Verdict:
    del whose
    if case.flag in _NEVER_HABIT or case.candidate.rule.severity is Severity.VALUE:
        return None
    habit = case.cue("habitual", case.clause)
    if (
        habit
        and not case.candidate.rule.strong
        and not case.cue("now", case.text)
        and not case.cue("degree", case.clause)
    ):
        return MentionStatus.UNCERTAIN, habit.group()
    return None


def _no_effect(case: Case, whose: Owner) -> Verdict:
    """没反应, asked for side effects, with nobody to be woken."""
    if case.flag == "unconscious" and case.ask in _EFFECT_ASKS and whose.person is Person.SELF:
        return None if _WOKEN.search(case.text) else (MentionStatus.DENIED, NO_EFFECT)
    return None


NO_EFFECT = "no side effect"
_EFFECT_ASKS = ("adr", "drug_allergy")
_WOKEN = re.compile("[叫喊唤摇推醒晕倒昏厥]|人事|意识|知觉|人[^，]{0,4}没|突然|忽然|一下子")


def _of_nobody(case: Case, whose: Owner) -> Verdict:
    del whose
    value = case.candidate.rule.kind == "value"
    words = "" if value else nobody(case.text, case.start, case.end, case.flag, case.rules.cues)
    return (MentionStatus.OTHER_PERSON, f"{NOBODY}: {words}") if words else None


NOBODY = "no person"
_ORDER = (
    _of_nobody,
    _no_effect,
    _affirmed_echo,
    _figurative,
    _asked_back,
    advice,
    _denied,
    asked_or_told,
    _of_others,
    _timed,
    _as_always,
    _now_and_then,
)
