"""Proposals for the health record in words, as a doctor sees them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from agent.clinical.rules import ClinicalRules
from agent.domain.answers import Medication
from agent.domain.health_record import LISTS, RECORD_FORM
from agent.report.model import Report
from agent.report.words import value_words
from connectors.fhir.health_record import AcceptedFact
from connectors.signing.ports import RecordFact
from connectors.storage.proposals import Proposal, ProposalStatus
from connectors.storage.proposing import Fact
from connectors.web.console.views import ProposalView

NAMED_WITH_SECTION = ("既往史", "家族史")
"""Sections whose fields say too little alone: 手术, 父亲."""


def proposal_views(
    found: Sequence[Proposal], rules: ClinicalRules, record: Sequence[RecordFact] = (), report: Report | None = None
) -> tuple[ProposalView, ...]:
    """Those that wait, but for what the record has by now, then what was decided. ``report`` gives the clips."""
    known = {_key(fact.slot, fact.value, fact.text) for fact in record}
    clips = {line.turn: line.clip for line in report.transcript if line.speaker != "agent"} if report else {}
    waiting = [one for one in found if one.status is ProposalStatus.WAITING and one.fact.key not in known]
    decided = [one for one in found if one.status is not ProposalStatus.WAITING]
    return tuple(_view(one, rules, clips) for one in (*waiting, *decided))


def label_of(fact: Fact, rules: ClinicalRules) -> str:
    """``药物过敏史 青霉素``, ``既往史手术 有（我前年做过胆囊手术）``."""
    field, words = _words(fact, rules)
    return f"{field} {words}"


def accepted_fact(one: Proposal, rules: ClinicalRules) -> AcceptedFact:
    """The fact as FHIR is to say it."""
    code = str(one.fact.value["id"] if isinstance(one.fact.value, Mapping) else one.fact.value)
    field, words = _words(one.fact, rules)
    return AcceptedFact(one.id, one.fact.slot, code, f"{field} {words}", words, one.decided_at)


def record_words(record: Sequence[RecordFact], rules: ClinicalRules) -> tuple[tuple[str, str], ...]:
    """The health record as doctors accepted it: label, words."""
    facts = (Fact(fact.slot, fact.value, fact.text, "", "", 0, fact.at) for fact in record)
    lines: dict[str, list[str]] = {}
    for field, words in (_words(fact, rules) for fact in facts):
        lines.setdefault(field, []).append(words)
    return tuple((field, "、".join(words)) for field, words in lines.items())


def _view(one: Proposal, rules: ClinicalRules, clips: Mapping[int, str | None]) -> ProposalView:
    field, words = _words(one.fact, rules)
    decided = {ProposalStatus.ACCEPTED: "已采纳", ProposalStatus.REJECTED: "未采纳"}.get(one.status, "")
    state = f"{one.decided_by} {one.decided_at[:16].replace('T', ' ')} {decided}" if decided else ""
    who = rules.labels.word("speakers", one.fact.by)
    return ProposalView(
        one.id, one.visit_id, field, words, one.fact.words, who, one.fact.at[:10], clips.get(one.fact.turn), state
    )


def _words(fact: Fact, rules: ClinicalRules) -> tuple[str, str]:
    for section in rules.forms[RECORD_FORM].sections:
        for field in section.fields:
            if field.slot == fact.slot:
                label = f"{section.title}{field.label}" if section.title in NAMED_WITH_SECTION else field.label
                words = value_words(field, _value(fact), rules.labels)
                return label, f"{words}（{fact.text}）" if fact.text else words
    return fact.slot, str(fact.value)


def _value(fact: Fact) -> Any:
    if isinstance(fact.value, Mapping):
        known = {f.name for f in fields(Medication)}
        return (Medication(**{name: part for name, part in fact.value.items() if name in known}),)
    return (fact.value,) if fact.slot in LISTS else fact.value


def _key(slot: str, value: Any, text: str) -> tuple[str, str, str]:
    return Fact(slot, value, text, "", "", 0, "").key
