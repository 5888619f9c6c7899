"""How a mention is meant. One decision order, the first that holds wins; what nothing speaks against is present."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from agent.domain.alerts import Mention, MentionStatus, Severity, Subject
from agent.understanding.redflags import denying, times
from agent.understanding.redflags.bystanders import nobody
from agent.understanding.redflags.evidence import of_the_past
from agent.understanding.redflags.lexicon import RedFlagRules
from agent.understanding.redflags.matching import Candidate
from agent.understanding.redflags.people import Owner, Person, owner, topic

_NEVER_HABIT = ("suicide_risk", "unconscious", "fall_injury")
_COMPLETION = re.compile(
    "(?:楚|利索|得慌|慌|不?起来|不?下来|上来|过来|得不行|斜|厉害|[来疼痛味便色屎着得]|一跤|个?跟头|一下|一次|了(?!断))+"
)
"""How a phrase ends that a rule names only the beginning of."""
_CORRECTION = re.compile(
    "^(?:吗|么|啊|呀|吧|多|几|点几|的|了|，|哦|噢|呃|嗯|哎|诶|唉|哟)*(?:不对|没有的事|[没哪][这那]?有?[这那]?回事|不是|不不|没有没有|瞎说|(?:这种|这样的?|那种|的)*(?:情况|时候)?没有(?=，|$|没|啊|呀|一)|说错|错了|哪有|没那么|没到|记错|看错|[^，]{0,2}(?:降|掉|下降|减)到)"
)
_NEAR_COUNTS = ("hypoglycemia", "unconscious")
_NEARLY = re.compile("差一?点")
"""差点晕过去 with a cold sweat is low sugar all the same."""
_PASSED = re.compile("[病肿癌梗血风][^，]{0,2}[没走]的|去世|过世|没救过来|走的时候|咽气")
_FALL_BAD = re.compile("地|[流淌]|[起动]不|断|昏|晕|吐")
_OWN_DENIAL = re.compile("(?:没有?|冇|也不|都不)(?:怎么|再|起)?[疼痛闷喘晕肿麻歪吐流痒红抖]$")
"""吃药没起疹子，嘴也没肿 as one run of signs: the last of them is denied inside it."""
_TWICE_DENIED = re.compile("没有?不|不是(?:不|没)|没停")
_SEEN = re.compile("[叫喊唤摇推拍][^，]{0,6}(?:不|没|唔)|昏迷|(?:没|冇|没有)(?:了)?(?:意识|知觉|反应|气)|不省人事")
"""Nobody says so of himself."""
_IF = re.compile("要是|如果|假如|万一")
_LIMIT_TALK = re.compile("^(?:以上|往上)?(?:才|就算|算|就会|就要|就得|就危险|是不是|要不要)")
_EITHER_OR = re.compile("^[^，]{0,3}，?就是")


@dataclass(frozen=True)
class Case:
    """One candidate in its utterance."""

    text: str
    candidate: Candidate
    rules: RedFlagRules
    ask: str | None
    listing: bool
    """The raw words had 、 between items."""

    @property
    def start(self) -> int:
        return self.candidate.span[0]

    @property
    def end(self) -> int:
        """Where the words of the mention end: 嘴歪 goes on to 嘴歪了."""
        at = self.candidate.span[1]
        more = _COMPLETION.match(self.text, at)
        return more.end() if more else at

    @property
    def rest(self) -> str:
        return self.text[self.end :]

    @property
    def clause_left(self) -> str:
        return self.text[self.text.rfind("，", 0, self.start) + 1 : self.start]

    @property
    def last_start(self) -> int:
        """Where the last sign of several begins: a supposition before it is about them all."""
        return self.start if self.candidate.rule.kind == "seq" else max(p[0] for p in self.candidate.pieces)

    @property
    def clause(self) -> str:
        stop = self.text.find("，", self.end)
        return self.clause_left + self.text[self.start : stop if stop >= 0 else len(self.text)]

    @property
    def last(self) -> str:
        start, end = self.candidate.pieces[-1]
        return self.text[start:end]

    def cue(self, name: str, words: str) -> re.Match[str] | None:
        return self.rules.cues[name].search(words)

    @property
    def flag(self) -> str:
        return self.candidate.rule.flag


Verdict = tuple[MentionStatus, str] | None


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
    found = _last(case, "figurative_before", case.text[: case.end])
    if found and case.cue("really", case.text[found.end() : case.end]):
        return None
    if found and _NEARLY.match(found.group()) and "，" in case.text[found.end() : case.end]:
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
        return _corrected(case) or _defined(case)
    if case.candidate.rule.settled:
        return None
    if denying.asks_itself(case.rest, case.last):
        later = case.rest[len(case.last[-1:]) + 1 :]
        denied = bool(re.search("不|没", later))
        return (MentionStatus.DENIED if denied else MentionStatus.UNCERTAIN), "疼不疼: asked"
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


def _defined(case: Case) -> Verdict:
    if _LIMIT_TALK.match(case.rest):
        return MentionStatus.HYPOTHETICAL, "talk about the limit"
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


def _asked_or_told(case: Case, whose: Owner) -> Verdict:
    """Hearsay, teaching, the doctor's question, suppositions."""
    left = case.text[: case.start]
    now = bool(case.cue("now", case.clause))
    told = _last(case, "hearsay", left)
    after = left[told.end() :] if told else ""
    put_right = now and case.candidate.rule.kind == "value" and "，" in after
    if told and not case.cue("self", after) and not put_right:
        return MentionStatus.HYPOTHETICAL, f"told: {told.group()}"
    if denying.asked_before(case.clause_left, case.rules.cues) and not (
        whose.person is Person.SELF and "我" in case.clause
    ):
        return MentionStatus.HYPOTHETICAL, "asked"
    return _supposed(case, case.text[: case.last_start], now)


def _supposed(case: Case, left: str, now: bool) -> Verdict:
    if case.flag != "suicide_risk" and not now and _IF.search(case.text[slice(*case.candidate.span)]):
        return MentionStatus.HYPOTHETICAL, "supposed inside it"
    found = _last(case, "hypothetical", left)
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


def _last(case: Case, name: str, words: str) -> re.Match[str] | None:
    found = None
    for found in case.rules.cues[name].finditer(words):  # noqa: B007 - the last match is wanted
        pass
    return found


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
    words = "" if case.candidate.rule.kind == "value" else nobody(case.text, case.start, case.end, case.flag)
    return (MentionStatus.OTHER_PERSON, f"{NOBODY}: {words}") if words else None


NOBODY = "no person"
_ORDER = (
    _of_nobody,
    _no_effect,
    _affirmed_echo,
    _figurative,
    _denied,
    _asked_or_told,
    _of_others,
    _timed,
    _as_always,
    _now_and_then,
)
