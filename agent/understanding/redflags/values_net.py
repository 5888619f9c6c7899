"""The net of values: critical readings, filled in slots or said in passing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.domain.alerts import Alert, Severity, Subject
from agent.domain.answers import AskContext, SlotValue
from agent.understanding.redflags.lexicon import RedFlagRules, Rule, Threshold
from agent.understanding.redflags.matching import Candidate
from agent.understanding.redflags.spoken_values import SpokenValue, spoken_values

_GLUCOSE = ("fpg", "pbg_2h", "rbg")


def value_alerts(slots: Mapping[str, SlotValue], ctx: AskContext, rules: RedFlagRules) -> tuple[Alert, ...]:
    """Alerts for every critical value among ``slots``; symptoms filled before make them worse."""
    known = {**ctx.slots, **slots}
    found: dict[str, Alert] = {}
    for limit in rules.thresholds:
        value = slots.get(limit.slot)
        if value is None or not _critical(limit, value):
            continue
        severity = Severity.P0 if _aggravated(limit.flag, known, rules) else limit.severity
        earlier = found.get(limit.flag)
        evidence = f"{limit.slot}={value:g}" if isinstance(value, int | float) else f"{limit.slot}={value}"
        if earlier:
            evidence = f"{earlier.evidence}, {evidence}"
        found[limit.flag] = Alert(limit.flag, severity, Subject.SELF, evidence, f"value.{limit.slot}", rules.version)
    return tuple(found.values())


def _critical(limit: Threshold, value: SlotValue) -> bool:
    if limit.equals is not None:
        return value is limit.equals
    return isinstance(value, int | float) and not isinstance(value, bool) and limit.crossed(float(value))


def _aggravated(flag: str, known: Mapping[str, SlotValue], rules: RedFlagRules) -> bool:
    for rule in rules.aggravations:
        codes = known.get(rule.slot)
        if rule.flag == flag and isinstance(codes, tuple) and any(c in rule.codes for c in codes):
            return True
    return False


def value_candidates(text: str, ask: str | None, rules: RedFlagRules) -> Iterator[tuple[Candidate, SpokenValue, bool]]:
    """Critical readings said in ``text``; False: the words leave open on which side of the limit they are."""
    for said in spoken_values(text, ask):
        low, high = rules.plausible.get(said.slot, (0.0, 1000.0))
        if not low <= said.low <= high and not low <= said.high <= high:
            continue
        for limit in _limits(said, rules):
            if limit.crossed(said.low) and limit.crossed(said.high):
                yield _candidate(said, limit, text, rules), said, True
            elif limit.crossed(said.low) or limit.crossed(said.high):
                yield _candidate(said, limit, text, rules), said, False


def _limits(said: SpokenValue, rules: RedFlagRules) -> Iterator[Threshold]:
    slot = "fpg" if said.slot == "glucose" else said.slot
    return (limit for limit in rules.thresholds if limit.slot == slot)


def _candidate(said: SpokenValue, limit: Threshold, text: str, rules: RedFlagRules) -> Candidate:
    worse = rules.aggravating_words.search(text)
    severity = Severity.P0 if worse and limit.severity is Severity.VALUE else limit.severity
    rule = Rule(id=f"value.{said.slot}", flag=limit.flag, severity=severity, kind="value", steps=(), strong=True)
    return Candidate(rule, (said.span,))
