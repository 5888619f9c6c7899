"""How a conversation ended, drawn from its events and slots, and whether that is what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.domain.answers import SlotValue
from agent.domain.events import AlertRaised, ConversationClosed, Event, SuggestionMade
from evaluation.cases import DialogueCase, Expectation
from evaluation.intervals import share
from evaluation.judgement import CaseResult
from evaluation.scoring import mismatches, plain


@dataclass(frozen=True, slots=True)
class Ending:
    """What is left of a conversation."""

    outcome: str | None
    slots: Mapping[str, Any]
    alerts: tuple[str, ...]
    visit_class: str | None = None
    next_visit: str | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One conversation judged: its row and the counts that the totals add up."""

    result: CaseResult
    slots_named: int = 0
    slots_right: int = 0
    outcome_right: bool | None = None
    alerts_named: int = 0
    alerts_found: int = 0
    alerts_false: bool | None = None


def ending_of(events: Sequence[Event], slots: Mapping[str, SlotValue]) -> Ending:
    """The ending of a conversation."""
    bodies = [event.body for event in events]
    closed = next((b for b in reversed(bodies) if isinstance(b, ConversationClosed)), None)
    made = next((b for b in reversed(bodies) if isinstance(b, SuggestionMade)), None)
    return Ending(
        outcome=str(closed.outcome) if closed else None,
        slots={slot: plain(value) for slot, value in slots.items()},
        alerts=tuple(dict.fromkeys(b.flag for b in bodies if isinstance(b, AlertRaised))),
        visit_class=made.visit_class if made else None,
        next_visit=made.next_visit_date if made else None,
        reasons=tuple(made.reasons) if made else (),
    )


def judge(case: DialogueCase, ending: Ending) -> Verdict:
    """Compare what the case names, and only that."""
    wanted = case.expect
    wrong_slots = mismatches(wanted.slots, ending.slots, others_empty=False)
    outcome_right = None if wanted.outcome is None else wanted.outcome == ending.outcome
    missed = [flag for flag in wanted.alerts or () if flag not in ending.alerts]
    false = [flag for flag in ending.alerts if flag not in (wanted.alerts or ())] if wanted.alerts is not None else []
    why = [] if outcome_right is not False else ["outcome"]
    why += wrong_slots + [f"missed {flag}" for flag in missed] + [f"false {flag}" for flag in false]
    why += _suggestion_wrong(case, ending)
    result = CaseResult(case.id, _expected(wanted), _got(ending, wanted), not why, ", ".join(why))
    return Verdict(
        result, len(wanted.slots), len(wanted.slots) - len(wrong_slots), outcome_right, len(wanted.alerts or ()),
        len(wanted.alerts or ()) - len(missed), None if wanted.alerts is None else bool(false),
    )  # fmt: skip


def totals_of(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The totals of ``dialogues`` and ``calls``."""
    right = sum(v.result.ok for v in verdicts)
    outcomes = [v.outcome_right for v in verdicts if v.outcome_right is not None]
    alarms = [v.alerts_false for v in verdicts if v.alerts_false is not None]
    totals: dict[str, Any] = {"n": len(verdicts), "ok": right} | share("score", right, len(verdicts))
    totals |= share("slot_score", sum(v.slots_right for v in verdicts), sum(v.slots_named for v in verdicts))
    totals |= share("outcome_score", sum(outcomes), len(outcomes))
    totals |= share("alert_recall", sum(v.alerts_found for v in verdicts), sum(v.alerts_named for v in verdicts))
    return totals | share("alert_false", sum(alarms), len(alarms))


def _suggestion_wrong(case: DialogueCase, ending: Ending) -> list[str]:
    wrong = []
    if case.expect.visit_class is not None and case.expect.visit_class != ending.visit_class:
        wrong.append("suggested_visit_class")
    days = case.expect.next_visit_within_days
    if days is not None:
        due = ending.next_visit
        if due is None or not 0 <= (date.fromisoformat(due[:10]) - case.now.date()).days <= days:
            wrong.append("next_visit_within_days")
    return wrong


def _expected(wanted: Expectation) -> dict[str, Any]:
    whole = {
        "outcome": wanted.outcome, "slots": dict(wanted.slots) or None,
        "alerts": None if wanted.alerts is None else list(wanted.alerts),
        "suggested_visit_class": wanted.visit_class, "next_visit_within_days": wanted.next_visit_within_days,
    }  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


def _got(ending: Ending, wanted: Expectation) -> dict[str, Any]:
    return {
        "outcome": ending.outcome,
        "slots": {slot: ending.slots.get(slot) for slot in wanted.slots},
        "alerts": list(ending.alerts),
        "suggested_visit_class": ending.visit_class,
        "next_visit": ending.next_visit,
    }
