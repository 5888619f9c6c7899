"""What is suggested to the doctor, from the rules that hold; nothing here is final."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from agent.clinical.calendar import due_date
from agent.clinical.conditions import Facts, holds
from agent.clinical.facts import Visit, derive_facts, number, pressure_status
from agent.clinical.rules import ClinicalRules, Rule
from agent.domain.answers import SlotValue
from agent.domain.events import SuggestionMade
from agent.errors import InputError

COMPUTED = ("bmi", "adl_total", "self_care_level")


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule that held, with its reason in words."""

    rule_id: str
    words: str

    def __str__(self) -> str:
        return f"{self.rule_id} {self.words}"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested class, next visit and referral with their reasons; a doctor signs."""

    form: str
    rules_version: str
    visit_class: str | None = None
    """1 控制满意, 2 控制不满意, 3 不良反应, 4 并发症; None when the values do not say."""
    next_visit_date: str | None = None
    within_days: int | None = None
    referral: str | None = None
    next_step: str | None = None
    """1 常规随访, 2 两周随访, 3 两次不满意转诊随访, 4 紧急转诊."""
    reasons: tuple[RuleHit, ...] = ()
    notes: tuple[RuleHit, ...] = ()
    """Remarks that decide nothing: health education, check-up due, home reading."""
    met_public_health_target: bool | None = None
    met_guideline_target: bool | None = None
    computed: Mapping[str, SlotValue] = field(default_factory=dict)
    parts: tuple[Suggestion, ...] = ()
    """The suggestion of each form, where several are filled at once."""

    def event(self, turn: int) -> SuggestionMade:
        """This suggestion as an entry of the conversation's log."""
        return SuggestionMade(
            turn=turn,
            visit_class=self.visit_class,
            next_visit_date=self.next_visit_date,
            referral=self.referral,
            reasons=tuple(str(hit) for hit in self.reasons),
        )


def suggest(visit: Visit, rules: ClinicalRules) -> Suggestion:
    """Apply the rules of the visit's form (of each, for ``a+b``); raises ``InputError`` for an unknown form."""
    parts = visit.form.split("+")
    if len(parts) > 1:
        return merge(visit.form, tuple(suggest(replace(visit, form=part), rules) for part in parts))
    if visit.form not in rules.forms:
        raise InputError("clinical.form", f"没有表单 {visit.form!r}", "可用: " + ", ".join(rules.forms))
    facts = derive_facts(visit, rules)
    found = rules.sets.get(visit.form)
    hits = [rule for rule in found.rules if holds(rule.when, facts)] if found else []
    days = min((rule.within_days for rule in hits if rule.within_days is not None), default=None)
    return Suggestion(
        form=visit.form,
        rules_version=found.version if found else rules.forms[visit.form].version,
        # 并存填最严重: the higher code is the graver class.
        visit_class=max((rule.visit_class for rule in hits if rule.visit_class), default=None),
        next_visit_date=None if days is None else due_date(visit.now, days, rules.calendar).isoformat(),
        within_days=days,
        referral=_join(fill(rule.referral, facts) for rule in hits if rule.referral),
        next_step=max((rule.next_step for rule in hits if rule.next_step), default=None),
        reasons=tuple(_hit(rule, facts) for rule in hits if not rule.note),
        notes=tuple(_hit(rule, facts) for rule in hits if rule.note),
        met_public_health_target=_met_public_health(visit, facts),
        met_guideline_target=_met_guideline(visit, rules, facts),
        computed={name: facts[name] for name in COMPUTED if name in facts},
    )


def merge(form: str, parts: tuple[Suggestion, ...]) -> Suggestion:
    """One suggestion of several forms: the gravest class, the earliest visit, every reason."""
    return Suggestion(
        form=form,
        rules_version="、".join(dict.fromkeys(part.rules_version for part in parts)),
        visit_class=max((part.visit_class for part in parts if part.visit_class), default=None),
        next_visit_date=min((part.next_visit_date for part in parts if part.next_visit_date), default=None),
        within_days=min((part.within_days for part in parts if part.within_days is not None), default=None),
        referral=_join(part.referral for part in parts if part.referral),
        next_step=max((part.next_step for part in parts if part.next_step), default=None),
        reasons=_once(hit for part in parts for hit in part.reasons),
        notes=_once(hit for part in parts for hit in part.notes),
        met_public_health_target=_all_met([part.met_public_health_target for part in parts]),
        met_guideline_target=_all_met([part.met_guideline_target for part in parts]),
        computed={name: value for part in parts for name, value in part.computed.items()},
        parts=parts,
    )


def _once(hits: Iterable[RuleHit]) -> tuple[RuleHit, ...]:
    """Rules of two forms that say the same are told once."""
    return tuple({hit.words: hit for hit in reversed(list(hits))}.values())[::-1]


def _all_met(results: list[bool | None]) -> bool | None:
    known = [result for result in results if result is not None]
    return all(known) if known else None


def fill(words: str, facts: Facts) -> str:
    """Put facts into ``{fact}`` placeholders; an unknown fact reads ``未说``."""
    return re.sub(r"\{([\w.]+)\}", lambda match: _words(facts.get(match[1])), words)


def _hit(rule: Rule, facts: Facts) -> RuleHit:
    return RuleHit(rule.id, fill(rule.words, facts))


def _join(parts: Iterable[str]) -> str | None:
    return "；".join(dict.fromkeys(parts)) or None


def _words(value: SlotValue | None) -> str:
    if value is None or value == "":
        return "未说"
    if isinstance(value, tuple):
        return "、".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _met_public_health(visit: Visit, facts: Facts) -> bool | None:
    status = facts.get({"gw3-htn": "bp_status", "gw3-dm": "fpg_status"}.get(visit.form, ""))
    return None if status is None else status == "at_target"


def _met_guideline(visit: Visit, rules: ClinicalRules, facts: Facts) -> bool | None:
    table, age = rules.targets.guideline, facts.get("age")
    if visit.form == "gw3-htn":
        status = pressure_status(visit.slots, table.pressure_for(age if isinstance(age, int) else None))
        return None if status is None else status == "at_target"
    if visit.form != "gw3-dm":
        return None
    limits = {"fpg": table.fpg_below, "pbg_2h": table.pbg_below, "hba1c": table.hba1c_below}
    given = [(number(visit.slots, slot), limit) for slot, limit in limits.items() if limit is not None]
    results = [value < limit for value, limit in given if value is not None]
    fpg = number(visit.slots, "fpg")
    if fpg is not None and table.fpg_at_least is not None:
        results.append(fpg >= table.fpg_at_least)
    return all(results) if results else None
