"""Facts that rules compare: slots, the last visit, and what follows from them by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from agent.clinical.rules import ClinicalRules
from agent.clinical.selfcare import score_selfcare
from agent.clinical.targets import PressureTarget
from agent.domain.alerts import Alert, Severity, Subject
from agent.domain.answers import Resident, SlotValue

_GLUCOSE = {"fpg": "空腹", "pbg_2h": "餐后", "rbg": "随机"}


@dataclass(frozen=True, slots=True)
class Visit:
    """All that a suggestion may look at."""

    form: str
    now: datetime
    slots: Mapping[str, SlotValue]
    history: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values of the last visit, by slot id."""
    resident: Resident | None = None
    alerts: Sequence[Alert] = ()


def derive_facts(visit: Visit, rules: ClinicalRules) -> dict[str, SlotValue]:
    """Slots, ``history.*`` and the facts of ``rules.DERIVED`` that are known."""
    facts: dict[str, SlotValue] = dict(visit.slots)
    facts |= {f"history.{slot}": value for slot, value in visit.history.items()}
    age = visit.resident.age(visit.now.date()) if visit.resident else None
    if age is not None:
        facts["age"] = age
    facts |= _alert_facts(visit, rules)
    facts |= _pressure_facts(visit, rules, age)
    facts |= _glucose_facts(visit, rules)
    facts |= _computed_facts(visit, rules)
    facts |= _course_facts(visit, rules, facts)
    return facts


def body_mass_index(weight_kg: float, height_cm: float) -> float:
    """kg/m² to one decimal, rounded half up as on the form."""
    metres = Decimal(str(height_cm)) / 100
    value = Decimal(str(weight_kg)) / (metres * metres)
    return float(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def number(values: Mapping[str, SlotValue], slot: str) -> float | None:
    """A slot as a number; None when it is absent or not one."""
    value = values.get(slot)
    return None if isinstance(value, bool | str | tuple) or value is None else float(value)


def pressure_status(values: Mapping[str, SlotValue], target: PressureTarget) -> str | None:
    """``above`` when either value reaches the target, ``at_target`` when both are known below it."""
    sbp, dbp = number(values, "sbp"), number(values, "dbp")
    if (sbp is not None and sbp >= target.sbp_below) or (dbp is not None and dbp >= target.dbp_below):
        return "above"
    return None if sbp is None or dbp is None else "at_target"


def _alert_facts(visit: Visit, rules: ClinicalRules) -> dict[str, SlotValue]:
    own = [alert for alert in visit.alerts if alert.subject is Subject.SELF]
    # A critical number without symptoms is weighed by the rules of that number.
    said = tuple(dict.fromkeys(alert.flag for alert in own if alert.severity is not Severity.VALUE))
    values = tuple(dict.fromkeys(alert.flag for alert in own if alert.severity is Severity.VALUE))
    return {
        "emergency": bool(said),
        "alert_flags": said,
        "alert_words": "、".join(rules.labels.word("flags", flag) for flag in said),
        "value_flags": values,
        "value_words": "、".join(rules.labels.word("flags", flag) for flag in values),
    }


def _pressure_facts(visit: Visit, rules: ClinicalRules, age: int | None) -> dict[str, SlotValue]:
    targets = rules.targets
    target = targets.public_health.pressure_for(age)
    facts: dict[str, SlotValue] = {
        "bp_words": _pressure_words(visit.slots),
        "bp_target_words": target.words(),
        "home_words": targets.home.words(),
        "diabetes_words": targets.diabetes.words(),
    }
    status = pressure_status(visit.slots, target)
    if status:
        facts["bp_status"] = status
        facts["bp_above_home"] = pressure_status(visit.slots, targets.home) == "above"
        facts["bp_above_diabetes"] = pressure_status(visit.slots, targets.diabetes) == "above"
    return facts


def _pressure_words(values: Mapping[str, SlotValue]) -> str:
    sbp, dbp = number(values, "sbp"), number(values, "dbp")
    if sbp is None and dbp is None:
        return ""
    return "/".join("?" if value is None else f"{value:g}" for value in (sbp, dbp))


def _glucose_facts(visit: Visit, rules: ClinicalRules) -> dict[str, SlotValue]:
    table, fpg = rules.targets.public_health, number(visit.slots, "fpg")
    given = {name: number(visit.slots, slot) for slot, name in _GLUCOSE.items()}
    facts: dict[str, SlotValue] = {
        "fpg_target_words": f"<{table.fpg_below:g}",
        "glucose_words": "、".join(f"{name} {value:g}" for name, value in given.items() if value is not None),
    }
    if fpg is not None:
        facts["fpg_words"] = f"{fpg:g}"
        facts["fpg_status"] = glucose_status(fpg, rules)
    return facts


def glucose_status(fpg: float, rules: ClinicalRules) -> str:
    """``above``, ``low`` or ``at_target`` for a fasting glucose in mmol/L, by the public-health norm."""
    if fpg <= rules.targets.hypoglycaemia_at_most:
        return "low"
    return "above" if fpg >= rules.targets.public_health.fpg_below else "at_target"


def _computed_facts(visit: Visit, rules: ClinicalRules) -> dict[str, SlotValue]:
    facts: dict[str, SlotValue] = {}
    weight = number(visit.slots, "weight_kg_now")
    height = number(visit.slots, "height_cm") or number(visit.history, "height_cm")
    if weight and height:
        facts["bmi"] = body_mass_index(weight, height)
    score = score_selfcare(visit.slots, rules.selfcare)
    if score.total is not None and score.level is not None:
        facts |= {"adl_total": score.total, "self_care_level": score.level}
    if score.missing:
        facts["self_care_missing"] = "、".join(score.missing)
    if score.illegal:
        facts["self_care_illegal"] = "、".join(score.illegal)
    checked = visit.history.get("checkup_date")
    if isinstance(checked, str) and len(checked) >= 10:
        facts["days_since_checkup"] = (visit.now.date() - date.fromisoformat(checked[:10])).days
    return facts


def _course_facts(visit: Visit, rules: ClinicalRules, facts: Mapping[str, SlotValue]) -> dict[str, SlotValue]:
    history = visit.history
    # What the doctor signed outranks what was suggested at that visit.
    before = history.get("visit_class", history.get("suggested_visit_class"))
    course: dict[str, SlotValue] = {"adr_before": before == "3" or history.get("adr") == "2"}
    if isinstance(before, str):
        course["class_before"] = before
    values_above, words = _values_before(visit, rules, facts)
    course["uncontrolled_before"] = before in ("2", "3") or values_above
    course["before_words"] = words or (rules.labels.word("visit_class", before) if isinstance(before, str) else "")
    return course | _complication_facts(visit, rules)


def _values_before(visit: Visit, rules: ClinicalRules, facts: Mapping[str, SlotValue]) -> tuple[bool, str]:
    if visit.form == "gw3-dm":
        fpg = number(visit.history, "fpg")
        return (False, "") if fpg is None else (glucose_status(fpg, rules) != "at_target", f"{fpg:g}")
    age = facts.get("age")
    target = rules.targets.public_health.pressure_for(age if isinstance(age, int) else None)
    words = _pressure_words(visit.history)
    return pressure_status(visit.history, target) == "above", words


def _complication_facts(visit: Visit, rules: ClinicalRules) -> dict[str, SlotValue]:
    stated = visit.slots.get("new_complication")
    if stated in (True, "2"):
        return {"new_complication": True, "complication_words": "居民或家属说有新的并发症"}
    now, before = visit.slots.get("past_disease"), visit.history.get("past_disease")
    if not isinstance(now, tuple) or not isinstance(before, tuple):
        return {"new_complication": False}
    fresh = [code for code in rules.targets.complication_codes if code in now and code not in before]
    words = "、".join(rules.labels.word("past_disease", code) for code in fresh)
    return {"new_complication": bool(fresh), "complication_words": words}
