"""From the log to the report: what stands in it, and the golden text and JSON of one call."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent.clinical.rules import ClinicalRules, load_clinical
from agent.domain.events import AskClosed, ConversationClosed, Event, SlotSet, SuggestionMade, from_dict
from agent.errors import InputError
from agent.report.as_json import render_json
from agent.report.build import build_report
from agent.report.fold import fold_slots
from agent.report.model import STATUSES, Report
from agent.report.plain import pad, render_message, render_text, width
from tests.unit.report.sample_log import follow_up, log, opened

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def rules() -> ClinicalRules:
    return load_clinical(Path(__file__).resolve().parents[3] / "dialogues" / "clinical")


@pytest.fixture(scope="module")
def report(rules: ClinicalRules) -> Report:
    return build_report(follow_up(), rules)


def _golden(name: str, got: str) -> None:
    """Compare with the golden file; ``SUIFANG_WRITE_GOLDEN=1`` writes it anew."""
    path = GOLDEN / name
    if os.environ.get("SUIFANG_WRITE_GOLDEN"):
        path.write_text(got, "utf-8")
    assert got == path.read_text("utf-8")


def test_golden_text(report: Report) -> None:
    _golden("follow_up.txt", render_text(report))


def test_golden_json(report: Report) -> None:
    _golden("follow_up.json", json.dumps(render_json(report), ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def test_a_log_from_the_store_gives_the_same_report(rules: ClinicalRules, report: Report) -> None:
    stored = [from_dict(json.loads(json.dumps(event.to_dict()))) for event in follow_up()]
    assert render_json(build_report(stored, rules)) == render_json(report)


def test_corrections_supersede() -> None:
    slots = fold_slots(follow_up())
    assert (slots["sbp"].value, slots["sbp"].turn, slots["dbp"].value) == (145, 4, 95)


def test_a_value_keeps_its_words_its_speaker_and_its_clip(report: Report) -> None:
    line = report.line("sbp")
    assert line is not None
    assert line.evidence is not None
    assert (line.evidence.said, line.evidence.clip) == ("在家量的，说错了，是一百四十五", "t004.wav")
    assert line.evidence.read_back
    assert line.evidence.corrected
    weight = report.line("weight_kg_now")
    assert weight is not None
    assert weight.evidence is not None
    assert weight.evidence.speaker_words == "女儿"


STATUS_OF = {
    "sbp": "filled",
    "alcohol_liang_now": "refused",
    "heart_rate": "unknown",
    "salt_now": "not_asked",
    "sign_other": "not_by_phone",
    "weight_kg_target": "doctor",
    "bmi": "computed",
    "adr_text": "not_applicable",
    "nonadherence_reason": "not_asked",
    "visit_class": "doctor",
    "doctor_sign": "doctor",
}


@pytest.mark.parametrize(("slot", "status"), STATUS_OF.items())
def test_an_empty_field_says_why(report: Report, slot: str, status: str) -> None:
    line = report.line(slot)
    assert line is not None
    assert line.status == status
    assert line.status_words


def test_nothing_is_filled_that_nobody_said(report: Report) -> None:
    for line in report.fields:
        assert line.status in STATUSES
        assert (line.value is not None) == (line.status in ("filled", "computed")), line.slot
        assert (line.evidence is not None) == (line.status == "filled"), line.slot


def test_the_fields_stand_in_the_order_of_the_form(report: Report, rules: ClinicalRules) -> None:
    assert [line.slot for line in report.fields] == [item.slot for item in rules.forms["gw3-htn"].fields()]


def test_low_confidence_that_was_not_read_back_is_to_be_heard(report: Report) -> None:
    listened = {line.slot for line in report.fields if line.evidence and line.evidence.listen}
    assert listened == {"htn_symptoms"}


def test_medicines_of_both_visits(report: Report) -> None:
    rows = [(row.name, row.change) for row in report.medicines]
    assert rows == [("氨氯地平", "与上次相同"), ("小白片", "本次新说"), ("缬沙坦", "本次没提到")]


def test_the_resident_s_questions_are_told_and_repairs_are_not(report: Report) -> None:
    assert report.questions == ("头晕能不能吃天麻",)


def test_the_telephone_number_is_masked(report: Report) -> None:
    assert "13800000000" not in json.dumps(render_json(report))
    assert report.header.phone == "尾号 0000"


def test_what_the_resident_was_told_outranks_todays_rules(rules: ClinicalRules) -> None:
    made = SuggestionMade(9, "1", "2027-01-04", None, ("H7 血压达标",))
    told = build_report(log(opened(), SlotSet(1, "sbp", 170, "blood_pressure", "一百七"), made), rules)
    assert told.suggestion.from_log
    assert told.suggestion.suggestion.visit_class == "1"
    assert [str(hit) for hit in told.suggestion.suggestion.reasons] == ["H7 血压达标"]


def test_a_value_that_was_doubted_later_is_marked(rules: ClinicalRules) -> None:
    events = log(
        opened(),
        SlotSet(1, "heart_rate", 72, "heart_rate", "七十二"),
        AskClosed(3, "heart_rate", ("heart_rate",), "unknown"),
    )
    line = build_report(events, rules).line("heart_rate")
    assert line is not None
    assert line.value == 72
    assert line.note
    assert line.evidence is not None
    assert line.evidence.listen


@pytest.mark.parametrize("why", ["unknown", "refused", "skipped", "not_understood", "not_applicable"])
def test_every_reason_of_the_log_reaches_the_form(rules: ClinicalRules, why: str) -> None:
    line = build_report(log(opened(), AskClosed(1, "fpg", ("salt_now",), why)), rules).line("salt_now")
    assert line is not None
    assert line.status == why


def test_a_call_that_broke_off_still_has_a_report(rules: ClinicalRules) -> None:
    got = build_report(log(opened(history={})), rules)
    assert got.header.outcome == "incomplete"
    assert got.suggestion.suggestion.visit_class is None
    assert "不能判断" in render_message(got)
    assert {line.status for line in got.fields} <= {"not_asked", "doctor", "not_by_phone", "computed"}


@pytest.mark.parametrize("form", ["gw3-dm", "gw3-selfcare", "gw3-record", "copd", "chd", "stroke", "discharge",
                                  "gw3-htn+gw3-dm"])  # fmt: skip
def test_every_form_has_a_report(rules: ClinicalRules, form: str) -> None:
    got = build_report(log(opened(form=form), ConversationClosed("completed")), rules)
    assert got.header.outcome_words == "已完成"
    assert json.dumps(render_json(got))
    assert render_text(got)


@pytest.mark.parametrize(
    "events", [[], log(ConversationClosed("completed")), log(opened(form="gw3-nope"))], ids=["none", "unopened", "form"]
)
def test_a_log_without_a_conversation_is_refused(rules: ClinicalRules, events: list[Event]) -> None:
    with pytest.raises(InputError):
        build_report(events, rules)


@pytest.mark.parametrize("born", ["", "1948-13-40", "四八年"])
def test_an_unreadable_birth_date_is_unknown(rules: ClinicalRules, born: str) -> None:
    got = build_report(log(opened(resident={"name": "王桂花", "birth_date": born})), rules)
    assert got.header.age is None


def test_labels_are_aligned_in_a_terminal() -> None:
    assert width("收缩压") == 6
    assert width(pad("收缩压 a", 12)) == 12


def test_words_cannot_redraw_the_terminal(rules: ClinicalRules) -> None:
    words: Any = "一百\x1b[2J\u202e五\n下次随访  明天"
    text = render_text(build_report(log(opened(), SlotSet(1, "sbp", 150, "blood_pressure", words)), rules))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n下次随访  明天" not in text
