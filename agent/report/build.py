"""From the log of one conversation to its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from agent.clinical.contradictions import find_contradictions
from agent.clinical.facts import Visit
from agent.clinical.forms import Form, find_form
from agent.clinical.labels import Labels
from agent.clinical.rules import ClinicalRules
from agent.clinical.suggestion import RuleHit, Suggestion, suggest
from agent.domain.alerts import Alert, Severity, Subject
from agent.domain.answers import Resident, SlotValue
from agent.domain.events import (
    AlertRaised,
    ConversationOpened,
    DoctorCall,
    Event,
    ResidentSaid,
    StaffWrote,
    SuggestionMade,
)
from agent.errors import InputError
from agent.report.changes import find_changes, medicine_rows
from agent.report.doctor_calls import call_lines
from agent.report.fold import Folded, fold
from agent.report.lines import Lines
from agent.report.messages import staff_words
from agent.report.model import AlertLine, Header, Report, SuggestionPart, Utterance
from agent.report.words import day_words, evidence_words, masked_phone

VISIT_MODE = "3"
"""随访方式 3 电话."""


def build_report(events: Sequence[Event], rules: ClinicalRules, forms: Mapping[str, Form] | None = None) -> Report:
    """The report of one conversation; ``forms`` defaults to those of the rules."""
    state = fold(events)
    form = find_form(forms or rules.forms, state.opened.form)
    if form is None:
        raise InputError("report.form", f"没有表单 {state.opened.form!r}", "在 dialogues/clinical/forms/ 里加上它")
    slots = {slot: given.value for slot, given in state.slots.items()}
    made = suggest(_visit(state, slots), rules)
    suggestion = _logged(made, state.suggestion)
    computed: dict[str, SlotValue] = {
        "visit_date": state.opened.now[:10],
        "visit_mode": VISIT_MODE,
        **made.computed,
    }
    everything = {**slots, **made.computed}
    history = state.opened.history
    return Report(
        header=_header(state, form, rules.labels),
        alerts=tuple(_alert_line(alert, state, form, rules.labels) for alert in state.alerts),
        changes=find_changes(form, everything, history, rules.labels),
        contradictions=find_contradictions(everything, history, rules.checks, rules.labels),
        headline=form.headline,
        fields=Lines(form, state, suggestion, rules.labels, computed).all(),
        suggestion=_suggestion_part(suggestion, rules, from_log=state.suggestion is not None),
        questions=tuple(dict.fromkeys(used.words for used in state.questions if used.words)),
        medicines=medicine_rows(slots, history, rules.labels),
        transcript=_transcript(state, rules.labels),
        doctor_calls=call_lines([event.body for event in events if isinstance(event.body, DoctorCall)]),
    )


def resident_of(opened: ConversationOpened) -> Resident:
    """The resident as the log names them; an unreadable birth date is unknown."""
    who = opened.resident
    try:
        born = date.fromisoformat(who.get("birth_date", ""))
    except ValueError:
        born = None
    return Resident(who.get("name", ""), who.get("id", ""), who.get("sex", "0"), born, who.get("phone", ""))


def _visit(state: Folded, slots: Mapping[str, SlotValue]) -> Visit:
    opened = state.opened
    alerts = tuple(_alert(alert) for alert in state.alerts)
    now = datetime.fromisoformat(opened.now)
    return Visit(opened.form, now, slots, opened.history, resident_of(opened), alerts)


def _alert(raised: AlertRaised) -> Alert:
    subject = Subject.OTHER if raised.subject == Subject.OTHER.value else Subject.SELF
    known = {item.value: item for item in Severity}
    severity = known.get(raised.severity, Severity.P0)
    return Alert(raised.flag, severity, subject, raised.evidence, raised.rule, raised.rule_version)


def _logged(made: Suggestion, logged: SuggestionMade | None) -> Suggestion:
    """What the resident was told outranks what today's rules would say."""
    if logged is None:
        return made
    hits = (reason.partition(" ") for reason in logged.reasons)
    return replace(
        made,
        visit_class=logged.visit_class,
        next_visit_date=logged.next_visit_date,
        referral=logged.referral,
        reasons=tuple(RuleHit(rule_id, words) for rule_id, _, words in hits),
    )


def _by_form(suggestion: Suggestion, forms: Mapping[str, Form], labels: Labels) -> tuple[str, ...]:
    classes = ((forms[part.form].short, part.visit_class) for part in suggestion.parts if part.form in forms)
    return tuple(
        f"{title}：" + (f"{code} {labels.word('visit_class', code)}" if code else "不能判断") for title, code in classes
    )


def _suggestion_part(suggestion: Suggestion, rules: ClinicalRules, *, from_log: bool) -> SuggestionPart:
    visit_class, step, labels = suggestion.visit_class, suggestion.next_step, rules.labels
    return SuggestionPart(
        suggestion=suggestion,
        visit_class_words=labels.word("visit_class", visit_class) if visit_class else "",
        by_form=_by_form(suggestion, rules.forms, labels),
        next_visit_words=day_words(suggestion.next_visit_date) if suggestion.next_visit_date else "",
        next_step_words=labels.word("next_step", step) if step else "",
        from_log=from_log,
    )


def _header(state: Folded, form: Form, labels: Labels) -> Header:
    opened, resident = state.opened, resident_of(state.opened)
    outcome = state.closed.outcome if state.closed else "incomplete"
    consent = state.consent
    return Header(
        resident_name=resident.name,
        sex=labels.word("sexes", resident.sex),
        age=resident.age(datetime.fromisoformat(opened.now).date()),
        birth_date=resident.birth_date.isoformat() if resident.birth_date else "",
        phone=masked_phone(resident.phone),
        flow=opened.flow,
        form=form.id,
        form_title=form.title,
        form_version=form.version,
        at=opened.now,
        mode_code=VISIT_MODE,
        mode="电话",
        outcome=outcome,
        outcome_words=labels.word("outcomes", outcome),
        consent="" if consent is None else ("已同意" if consent.granted else "未同意"),
        answered_by=tuple(labels.word("speakers", speaker) for speaker in state.speakers()),
    )


def _alert_line(alert: AlertRaised, state: Folded, form: Form, labels: Labels) -> AlertLine:
    return AlertLine(
        flag=alert.flag,
        label=labels.word("flags", alert.flag),
        severity=alert.severity,
        severity_words=labels.word("severities", alert.severity),
        subject=alert.subject,
        subject_words=labels.word("subjects", alert.subject),
        evidence=evidence_words(alert.evidence, form),
        rule=alert.rule,
        rule_version=alert.rule_version,
        turn=alert.turn,
        clip=state.clips.get(alert.turn),
    )


def _transcript(state: Folded, labels: Labels) -> tuple[Utterance, ...]:
    lines = []
    for entry in state.spoken:
        if isinstance(entry, ResidentSaid):
            speaker, clip = entry.speaker, state.clips.get(entry.turn)
            lines.append(Utterance(entry.turn, speaker, labels.word("speakers", speaker), entry.text, clip))
        elif isinstance(entry, StaffWrote):
            lines.append(Utterance(0, "staff", entry.by, staff_words(entry)))
        else:
            lines.append(Utterance(entry.turn, "agent", "语音助手", entry.text))
    return tuple(lines)
