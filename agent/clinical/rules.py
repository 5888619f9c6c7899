"""Clinical rules as read from dialogues/clinical/: what is suggested when."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.clinical.calendar import Calendar, load_calendar
from agent.clinical.conditions import Condition, read_condition
from agent.clinical.contradictions import Check, load_checks
from agent.clinical.forms import Form, load_forms
from agent.clinical.labels import Labels, load_labels
from agent.clinical.selfcare import SelfCareTable, load_selfcare
from agent.clinical.spoken import Spoken, load_spoken
from agent.clinical.targets import Targets, load_targets
from agent.clinical.trends import Watch, load_watch
from agent.clinical.yamlfile import Node, read_yaml

DERIVED = (
    "age", "emergency", "alert_flags", "alert_words", "value_flags", "value_words", "class_before",
    "uncontrolled_before", "before_words", "adr_before", "new_complication", "complication_words", "bp_status",
    "bp_words", "bp_target_words", "bp_above_home", "bp_above_diabetes", "home_words", "diabetes_words",
    "fpg_status", "fpg_words", "fpg_target_words", "glucose_words", "bmi", "adl_total", "self_care_level",
    "self_care_missing", "self_care_illegal", "days_since_checkup",
)  # fmt: skip
"""Facts that are worked out from slots, history and alerts; what each means stands in dialogues/clinical/README.md."""

_PLACEHOLDER = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; every consequence is a suggestion to the doctor."""

    id: str
    when: Condition
    words: str
    """Reason in Chinese with ``{fact}`` placeholders."""
    note: bool = False
    """Only tells the doctor something; decides nothing."""
    visit_class: str | None = None
    within_days: int | None = None
    referral: str | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one form, in order, with their version and source."""

    form: str
    version: str
    source: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ClinicalRules:
    """Everything that dialogues/clinical/ says, checked."""

    sets: Mapping[str, RuleSet]
    forms: Mapping[str, Form]
    targets: Targets
    selfcare: SelfCareTable
    calendar: Calendar
    labels: Labels
    spoken: Spoken
    checks: tuple[Check, ...]
    watch: Watch
    """When the course of an indicator has turned bad."""


def load_clinical(clinical_dir: Path) -> ClinicalRules:
    """Read the folder dialogues/clinical/; raises ``DefinitionError`` naming file, line and remedy."""
    forms = load_forms(clinical_dir / "forms")
    known = {item.slot for form in forms.values() for item in form.fields()} | set(DERIVED)
    sets: dict[str, RuleSet] = {}
    for path in sorted((clinical_dir / "rules").glob("*.yml")):
        node = read_yaml(path)
        found = _read_set(node, known)
        if found.form not in forms:
            raise node.need("form").error(f"没有表单 {found.form!r}", "可用: " + ", ".join(forms))
        sets[found.form] = found
    return ClinicalRules(
        sets=sets,
        forms=forms,
        targets=load_targets(clinical_dir / "targets.yml"),
        selfcare=load_selfcare(clinical_dir / "selfcare.yml"),
        calendar=load_calendar(clinical_dir / "holidays.yml"),
        labels=load_labels(clinical_dir),
        spoken=load_spoken(clinical_dir / "spoken.yml", known),
        checks=load_checks(clinical_dir / "contradictions.yml", known),
        watch=load_watch(clinical_dir),
    )


def _read_set(node: Node, known: Collection[str]) -> RuleSet:
    node.fields("form", "version", "source", "rules")
    rules = tuple(_read_rule(item, known) for item in node.items("rules"))
    ids = [rule.id for rule in rules]
    double = next((name for name in ids if ids.count(name) > 1), None)
    if double:
        raise node.error(f"规则 id {double!r} 出现两次", "每条规则一个 id")
    return RuleSet(node.text("form"), node.text("version"), node.text("source"), rules)


def _read_rule(node: Node, known: Collection[str]) -> Rule:
    node.fields("id", "when", "words", "note", "class", "within_days", "referral", "next_step", "source")
    node.need("source")
    days = node.number("within_days")
    if days is not None and not 0 <= days <= 366:
        raise node.need("within_days").error(f"期限 {days:g} 天不合理", "写 0 到 366 之间的整数")
    rule = Rule(
        id=node.text("id"),
        when=read_condition(node.need("when"), known),
        words=node.text("words"),
        note=bool(node.get("note") and node.need("note").value),
        visit_class=node.text("class", "") or None,
        within_days=None if days is None else int(days),
        referral=node.text("referral", "") or None,
        next_step=node.text("next_step", "") or None,
    )
    if rule.visit_class not in (None, "1", "2", "3", "4"):
        raise node.need("class").error(f"随访分类不能是 {rule.visit_class!r}", '可用: "1" "2" "3" "4"')
    if rule.next_step not in (None, "1", "2", "3", "4"):
        raise node.need("next_step").error(f"下一步措施不能是 {rule.next_step!r}", '可用: "1" "2" "3" "4"')
    _check_words(node, rule, known)
    return rule


def _check_words(node: Node, rule: Rule, known: Collection[str]) -> None:
    for text in (rule.words, rule.referral or ""):
        for name in _PLACEHOLDER.findall(text):
            if name.removeprefix("history.") not in known:
                raise node.need("words").error(f"占位 {{{name}}} 没有对应的事实", "用 slot 或规则说明里列出的事实")
