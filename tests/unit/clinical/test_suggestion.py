"""The suggested class, next visit and referral, case by case, on the shipped rules."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.clinical.facts import Visit
from agent.clinical.rules import ClinicalRules, load_clinical
from agent.clinical.suggestion import Suggestion, suggest
from agent.domain.alerts import Alert, Severity, Subject
from agent.domain.answers import Resident
from agent.errors import InputError

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 23, 9, 30)


@pytest.fixture(scope="module")
def rules() -> ClinicalRules:
    return load_clinical(ROOT / "dialogues" / "clinical")


def _visit(form: str, slots: dict[str, Any], **more: Any) -> Visit:
    born = date(NOW.year - more.pop("age", 60), 1, 1)
    return Visit(form=form, now=NOW, slots=slots, resident=Resident("王桂花", birth_date=born), **more)


def _ids(suggestion: Suggestion) -> set[str]:
    return {hit.rule_id for hit in suggestion.reasons}


UNCONTROLLED = {"sbp": 152, "dbp": 92, "suggested_visit_class": "2"}
HTN: list[tuple[str, dict[str, Any], dict[str, Any], int, str | None, int, bool, set[str]]] = [
    # name, slots, history, age, class, within days, referral, rule ids that must be among the reasons
    ("d001: second in a row", {"sbp": 145, "dbp": 95}, UNCONTROLLED, 78, "2", 14, True, {"H9"}),
    ("controlled", {"sbp": 128, "dbp": 78}, {}, 60, "1", 90, False, {"H7"}),
    ("controlled after uncontrolled", {"sbp": 128, "dbp": 78}, UNCONTROLLED, 60, "1", 90, False, {"H7"}),
    ("139/89 is below", {"sbp": 139, "dbp": 89}, {}, 64, "1", 90, False, {"H7"}),
    ("140 is not", {"sbp": 140, "dbp": 80}, {}, 64, "2", 14, False, {"H8"}),
    ("90 is not", {"sbp": 120, "dbp": 90}, {}, 64, "2", 14, False, {"H8"}),
    ("145 is below at 65", {"sbp": 145, "dbp": 85}, {}, 65, "1", 90, False, {"H7"}),
    ("150 is not at 65", {"sbp": 150, "dbp": 85}, {}, 65, "2", 14, False, {"H8"}),
    ("history values alone", {"sbp": 150, "dbp": 95}, {"sbp": 160, "dbp": 95}, 60, "2", 14, True, {"H9"}),
    ("signed class outranks", {"sbp": 150, "dbp": 95}, {"visit_class": "1", "suggested_visit_class": "2"}, 60, "2", 14,
     False, {"H8"}),
    ("class 3 before counts", {"sbp": 150, "dbp": 95}, {"visit_class": "3"}, 60, "2", 14, True, {"H9"}),
    ("adverse reaction", {"sbp": 128, "dbp": 78, "adr": "2", "adr_text": "干咳"}, {}, 60, "3", 14, False,
     {"H8-不良反应"}),
    ("3 outranks 2", {"sbp": 160, "dbp": 90, "adr": "2"}, {}, 60, "3", 14, False, {"H8", "H8-不良反应"}),
    ("reaction again", {"sbp": 128, "dbp": 78, "adr": "2"}, {"adr": "2"}, 60, "3", 14, True, {"H9-不良反应"}),
    ("4 outranks 3", {"sbp": 160, "dbp": 90, "adr": "2", "new_complication": True}, {}, 60, "4", 14, True,
     {"H9-并发症"}),
    ("stroke since last time", {"sbp": 128, "dbp": 78, "past_disease": ("2", "7")}, {"past_disease": ("2",)}, 60, "4",
     14, True, {"H9-并发症"}),
    ("no pressure", {"weight_kg_now": 60.0}, {}, 60, None, 14, False, {"H0"}),
    ("half a pressure, high", {"sbp": 160}, {}, 60, "2", 14, False, {"H8"}),
    ("half a pressure, low", {"sbp": 120}, {}, 60, None, 14, False, {"H0"}),
    ("no pressure, reaction", {"adr": "2"}, {}, 60, "3", 14, False, {"H0", "H8-不良反应"}),
    ("critical systolic", {"sbp": 180, "dbp": 90}, {}, 60, "2", 14, True, {"H5"}),
    ("critical diastolic", {"sbp": 150, "dbp": 110}, {}, 60, "2", 14, True, {"H5"}),
    ("adherence is named only", {"sbp": 128, "dbp": 78, "med_adherence": "2"}, {}, 60, "1", 90, False,
     {"H7", "依从性-间断"}),
    ("home reading", {"sbp": 138, "dbp": 86, "bp_setting": "home"}, {}, 60, "1", 90, False, {"H7", "家庭血压-高"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "slots", "history", "age", "cls", "days", "referral", "ids"), HTN)
def test_hypertension(
    *,
    rules: ClinicalRules,
    name: str,
    slots: dict[str, Any],
    history: dict[str, Any],
    age: int,
    cls: str | None,
    days: int,
    referral: bool,
    ids: set[str],
) -> None:
    got = suggest(_visit("gw3-htn", slots, history=history, age=age), rules)
    assert (got.visit_class, got.within_days, got.referral is not None) == (cls, days, referral), name
    assert ids <= _ids(got)
    assert got.next_visit_date is not None
    assert 0 <= (date.fromisoformat(got.next_visit_date) - NOW.date()).days <= days


DM: list[tuple[str, dict[str, Any], dict[str, Any], str | None, int, bool, set[str]]] = [
    ("controlled", {"fpg": 6.9}, {}, "1", 90, False, {"D4"}),
    ("7.0 is not", {"fpg": 7.0}, {}, "2", 14, False, {"D5"}),
    ("second in a row", {"fpg": 8.2}, {"fpg": 7.8}, "2", 14, True, {"D6"}),
    ("second by class", {"fpg": 8.2}, {"suggested_visit_class": "2"}, "2", 14, True, {"D6"}),
    ("critical high", {"fpg": 16.7}, {}, "2", 14, True, {"D3-高血糖"}),
    ("critical low", {"fpg": 3.9}, {}, "2", 14, True, {"D3-低血糖"}),
    ("critical after meal", {"fpg": 6.5, "pbg_2h": 18.0}, {}, "2", 14, True, {"D3-高血糖"}),
    ("critical pressure", {"fpg": 6.5, "sbp": 186, "dbp": 100}, {}, "2", 14, True, {"D3-血压"}),
    ("reaction", {"fpg": 6.5, "adr": "2", "adr_text": "拉肚子"}, {}, "3", 14, False, {"D5-不良反应"}),
    ("no glucose", {"sbp": 130, "dbp": 80}, {}, None, 14, False, {"D0"}),
    ("frequent lows", {"fpg": 6.0, "hypoglycemia": "3"}, {}, "1", 14, False, {"D4", "低血糖-频繁"}),
    ("thirst alone is no emergency", {"fpg": 6.0, "dm_symptoms": ("2",)}, {}, "1", 14, False, {"D7"}),
]


@pytest.mark.parametrize(("name", "slots", "history", "cls", "days", "referral", "ids"), DM)
def test_diabetes(
    *,
    rules: ClinicalRules,
    name: str,
    slots: dict[str, Any],
    history: dict[str, Any],
    cls: str | None,
    days: int,
    referral: bool,
    ids: set[str],
) -> None:
    got = suggest(_visit("gw3-dm", slots, history=history), rules)
    assert (got.visit_class, got.within_days, got.referral is not None) == (cls, days, referral), name
    assert ids <= _ids(got)


OTHERS: list[tuple[str, dict[str, Any], int, bool]] = [
    ("copd", {"copd_symptoms": ("2",), "mmrc": "1", "spo2": 96}, 90, False),
    ("copd", {"copd_symptoms": ("2",), "mmrc": "3"}, 14, False),
    ("copd", {"copd_symptoms": ("6",), "spo2": 88}, 14, True),
    ("chd", {"angina_freq_per_week": 0, "ntg_use": 0}, 90, False),
    ("chd", {"angina_freq_per_week": 2}, 14, False),
    ("chd", {"angina_freq_per_week": 0, "sbp": 190, "dbp": 100}, 14, True),
    ("stroke", {"mrs": "1", "sbp": 130, "dbp": 80}, 90, False),
    ("stroke", {"mrs": "4"}, 14, False),
    ("stroke", {"mrs": 1, "new_tia": True}, 14, True),
    ("discharge", {"days_since_discharge": 5, "wound_status": "ok"}, 7, False),
    ("discharge", {"days_since_discharge": 5, "wound_status": "pus"}, 3, True),
    ("discharge", {"days_since_discharge": 20, "body_temperature": 38.6}, 3, True),
    ("discharge", {"days_since_discharge": 20, "meds_reconciled": False}, 7, False),
]


@pytest.mark.parametrize(("form", "slots", "days", "referral"), OTHERS)
def test_programmes_without_a_national_class(
    rules: ClinicalRules, form: str, slots: dict[str, Any], days: int, referral: bool
) -> None:
    got = suggest(_visit(form, slots), rules)
    assert (got.visit_class, got.within_days, got.referral is not None) == (None, days, referral)


def _alert(subject: Subject) -> Alert:
    return Alert("chest_pain", Severity.P0, subject, "胸口疼", "chest_pain.pain", "1")


@pytest.mark.parametrize("form", ["gw3-htn", "gw3-dm", "gw3-selfcare", "copd", "chd", "stroke", "discharge"])
def test_own_emergency_is_referred_urgently_whatever_the_values(rules: ClinicalRules, form: str) -> None:
    slots = {"sbp": 128, "dbp": 78, "fpg": 6.0}
    got = suggest(_visit(form, slots, alerts=(_alert(Subject.SELF),)), rules)
    assert got.next_step == "4"
    assert got.referral is not None
    assert "胸痛" in got.referral
    assert got.within_days is not None
    assert got.within_days <= 14


def test_somebody_elses_emergency_changes_nothing(rules: ClinicalRules) -> None:
    visit = _visit("gw3-htn", {"sbp": 128, "dbp": 78}, alerts=(_alert(Subject.OTHER),))
    assert (suggest(visit, rules).visit_class, suggest(visit, rules).referral) == ("1", None)


@pytest.mark.parametrize(
    ("form", "slots", "age", "public_health", "guideline"),
    [
        ("gw3-htn", {"sbp": 145, "dbp": 85}, 70, True, False),
        ("gw3-htn", {"sbp": 145, "dbp": 85}, 82, True, True),
        ("gw3-htn", {"sbp": 128, "dbp": 78}, 70, True, True),
        ("gw3-htn", {}, 70, None, None),
        ("gw3-dm", {"fpg": 6.5, "hba1c": 7.4}, 60, True, False),
        ("gw3-dm", {"hba1c": 6.8}, 60, None, True),
        ("gw3-dm", {"fpg": 4.1}, 60, True, False),
        ("copd", {"spo2": 97}, 60, None, None),
    ],
)
def test_both_targets(
    rules: ClinicalRules, form: str, slots: dict[str, Any], age: int, public_health: bool | None, guideline: bool | None
) -> None:
    got = suggest(_visit(form, slots, age=age), rules)
    assert (got.met_public_health_target, got.met_guideline_target) == (public_health, guideline)


ADL = {"adl_eating": 0, "adl_grooming": 0, "adl_dressing": 0, "adl_toilet": 0, "adl_mobility": 0}


@pytest.mark.parametrize(
    ("scores", "total", "level"),
    [
        ({}, 0, "1"),
        ({"adl_eating": 3}, 3, "1"),
        ({"adl_eating": 3, "adl_grooming": 1}, 4, "2"),
        ({"adl_eating": 3, "adl_mobility": 5}, 8, "2"),
        ({"adl_eating": 3, "adl_mobility": 5, "adl_toilet": 1}, 9, "3"),
        (dict(zip(ADL, (5, 7, 5, 10, 10), strict=True)), 37, "4"),
        ({"adl_dressing": 7}, None, None),
        ({"adl_eating": True}, None, None),
    ],
)
def test_self_care(rules: ClinicalRules, scores: dict[str, int], total: int | None, level: str | None) -> None:
    got = suggest(_visit("gw3-selfcare", ADL | scores), rules)
    assert (got.computed.get("adl_total"), got.computed.get("self_care_level")) == (total, level)


def test_self_care_is_not_added_up_with_an_item_missing(rules: ClinicalRules) -> None:
    got = suggest(_visit("gw3-selfcare", {k: v for k, v in ADL.items() if k != "adl_toilet"}), rules)
    assert "adl_total" not in got.computed
    assert any("缺如厕" in hit.words for hit in got.reasons)


@pytest.mark.parametrize(
    ("weight", "height", "history", "bmi"),
    [(65.0, 160.0, {}, 25.4), (54, None, {"height_cm": 158}, 21.6), (65.0, None, {}, None)],
)
def test_bmi(
    rules: ClinicalRules, weight: float, height: float | None, history: dict[str, Any], bmi: float | None
) -> None:
    slots = {"weight_kg_now": weight} | ({"height_cm": height} if height else {})
    assert suggest(_visit("gw3-htn", slots, history=history), rules).computed.get("bmi") == bmi


def test_the_event_carries_rule_ids_with_their_words(rules: ClinicalRules) -> None:
    event = suggest(_visit("gw3-htn", {"sbp": 128, "dbp": 78}), rules).event(turn=7)
    assert event.turn == 7
    assert event.reasons[0].startswith("H7 血压 128/78 达标")


def test_an_unknown_age_takes_the_stricter_target(rules: ClinicalRules) -> None:
    visit = Visit("gw3-htn", NOW, {"sbp": 145, "dbp": 85})
    assert suggest(visit, rules).visit_class == "2"


def test_a_form_of_intake_suggests_nothing(rules: ClinicalRules) -> None:
    got = suggest(_visit("gw3-record", {"name": "王桂花"}), rules)
    assert (got.visit_class, got.next_visit_date, got.reasons) == (None, None, ())


def test_an_unknown_form_is_refused(rules: ClinicalRules) -> None:
    with pytest.raises(InputError, match="没有表单"):
        suggest(_visit("gw3-nope", {}), rules)


def test_a_critical_value_is_told_once_by_the_rule_of_that_value(rules: ClinicalRules) -> None:
    alert = Alert("hypertensive_emergency", Severity.VALUE, Subject.SELF, "sbp=186", "values.sbp", "1")
    got = suggest(_visit("gw3-htn", {"sbp": 186, "dbp": 100}, alerts=(alert,)), rules)
    assert [hit.rule_id for hit in got.reasons] == ["H5", "H8"]


def test_a_critical_value_of_another_disease_still_refers(rules: ClinicalRules) -> None:
    alert = Alert("hyperglycemic_crisis", Severity.VALUE, Subject.SELF, "fpg=18", "values.fpg", "1")
    got = suggest(_visit("gw3-htn", {"sbp": 128, "dbp": 78, "fpg": 18.0}, alerts=(alert,)), rules)
    assert (got.visit_class, got.next_step, got.within_days) == ("1", "4", 14)


def test_two_forms_at_once_take_the_gravest_class_and_the_earliest_visit(rules: ClinicalRules) -> None:
    got = suggest(_visit("gw3-htn+gw3-dm", {"sbp": 128, "dbp": 78, "fpg": 8.0}), rules)
    assert [part.visit_class for part in got.parts] == ["1", "2"]
    assert (got.visit_class, got.within_days) == ("2", 14)
    assert got.met_public_health_target is False


def test_every_rule_has_words_without_gaps_when_it_holds(rules: ClinicalRules) -> None:
    rich = {"sbp": 186, "dbp": 112, "fpg": 17.0, "adr": "2", "adr_text": "干咳", "spo2": 88, "weight_kg_now": 60.0}
    for form in rules.sets:
        got = suggest(_visit(form, rich, history={"sbp": 160, "dbp": 96, "fpg": 8.0}), rules)
        assert not [str(hit) for hit in got.reasons if "未说" in hit.words]


def test_two_forms_say_the_same_only_once(rules: ClinicalRules) -> None:
    got = suggest(_visit("gw3-htn+gw3-dm", {"sbp": 128, "dbp": 78, "fpg": 6.0, "smoke_per_day_now": 10}), rules)
    words = [hit.words for hit in got.notes]
    assert len(words) == len(set(words))
    assert sum("戒烟" in line for line in words) == 1
