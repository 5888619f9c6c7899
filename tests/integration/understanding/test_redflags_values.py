"""The net of values, in slots and said in passing; and what loading refuses."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from agent.domain.alerts import Severity
from agent.domain.answers import AskContext, SlotValue
from agent.errors import DefinitionError
from agent.understanding.redflags import load_redflags, raised, value_alerts
from agent.understanding.redflags.spoken_values import spoken_values

ROOT = Path(__file__).parents[3]
CONTEXT = AskContext(now=datetime(2026, 11, 23, 9, 30))
RULES = load_redflags(ROOT / "nlu_data", ROOT / "dialogues" / "clinical")


@pytest.mark.parametrize(
    ("slots", "flag"),
    [
        ({"sbp": 180, "dbp": 90}, "hypertensive_emergency"),
        ({"sbp": 150, "dbp": 110}, "hypertensive_emergency"),
        ({"fpg": 3.9}, "hypoglycemia"),
        ({"pbg_2h": 16.7}, "hyperglycemic_crisis"),
        ({"spo2": 89}, "dyspnea"),
        ({"body_temperature": 39.1}, "hyperglycemic_crisis"),
        ({"new_tia": True}, "stroke"),
        ({"angina_minutes": 20}, "chest_pain"),
    ],
)
def test_critical_values_raise(slots: dict[str, SlotValue], flag: str) -> None:
    assert [a.flag for a in value_alerts(slots, CONTEXT, RULES)] == [flag]


@pytest.mark.parametrize(
    "slots",
    [
        {"sbp": 179, "dbp": 109},
        {"fpg": 4.0},
        {"fpg": 16.6},
        {"spo2": 90},
        {"body_temperature": 39},
        {"new_tia": False},
        {},
    ],
)
def test_values_inside_the_limits_do_not(slots: dict[str, SlotValue]) -> None:
    assert value_alerts(slots, CONTEXT, RULES) == ()


def test_a_symptom_makes_a_critical_pressure_worse() -> None:
    (alone,) = value_alerts({"sbp": 185}, CONTEXT, RULES)
    (worse,) = value_alerts({"sbp": 185, "htn_symptoms": ("2",)}, CONTEXT, RULES)
    assert (alone.severity, worse.severity) == (Severity.VALUE, Severity.P0)


def test_symptoms_filled_earlier_count() -> None:
    context = AskContext(now=CONTEXT.now, slots={"htn_symptoms": ("6",)})
    assert value_alerts({"sbp": 185}, context, RULES)[0].severity is Severity.P0


@pytest.mark.parametrize(
    ("text", "ask", "flag"),
    [
        ("高压一百八十五，没感觉", None, "hypertensive_emergency"),
        ("量血压一百八十几了", None, "hypertensive_emergency"),
        ("一百四，一百一", "blood_pressure", "hypertensive_emergency"),
        ("血糖三点几", None, "hypoglycemia"),
        ("二十几", "fpg", "hyperglycemic_crisis"),
        ("血氧只有八十几", None, "dyspnea"),
    ],
)
def test_critical_numbers_in_speech_raise(text: str, ask: str | None, flag: str) -> None:
    assert flag in {a.flag for a in raised(text, ask, CONTEXT, RULES)}


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("血压一百八？没有，一百三十八", None),
        ("一百四十五，心跳七十二", "blood_pressure"),
        ("低压一百五，高压九十", "blood_pressure"),
        ("早上一百四十五，晚上一百三", "blood_pressure"),
        ("血压从一百九降到一百四了", None),
        ("糖化血红蛋白七点一", "fpg"),
        ("一百八十斤", "weight_kg_now"),
        ("早上七点量的六点五", "fpg"),
        ("不到一百八", "blood_pressure"),
    ],
)
def test_other_numbers_do_not(text: str, ask: str | None) -> None:
    assert raised(text, ask, CONTEXT, RULES) == ()


def test_five_digits_in_a_row_are_two_pressures() -> None:
    assert [(v.slot, v.low) for v in spoken_values("一八五九零", "blood_pressure")] == [("sbp", 185.0), ("dbp", 90.0)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("seq: [airless]", "seq: [not_there]", "redflags-group"),
        ("severity: P0", "severity: P9", "redflags-severity"),
        ("seq: [airless]", "sequence: [airless]", "redflags-rule"),
        ('foam: ["', 'foam: ["(', "redflags-pattern"),
        ("rules:", "rules: [", "yaml-invalid"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    shutil.copytree(ROOT / "nlu_data" / "redflags", tmp_path / "redflags")
    path = tmp_path / "redflags" / "dyspnea.yml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_redflags(tmp_path, ROOT / "dialogues" / "clinical")
    assert caught.value.code == code
    assert caught.value.path == str(path)
    assert caught.value.remedy
