"""A fault in the clinical data is told with file, line and remedy; the shipped data has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.clinical.forms import find_form
from agent.clinical.rules import load_clinical
from agent.errors import DefinitionError
from agent.yaml_lines import load_yaml

SHIPPED = Path(__file__).resolve().parents[3] / "dialogues" / "clinical"
RULE = """form: gw3-htn
version: "1"
source: x
rules:
  - id: A
    when: {sbp: {at_least: 140}}
    words: 血压 {bp_words}
    source: "[D]"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "clinical"
    shutil.copytree(SHIPPED, copy)
    return copy


def test_the_shipped_data_loads() -> None:
    rules = load_clinical(SHIPPED)
    followups = {"gw3-htn", "gw3-dm", "gw3-selfcare", "gw3-record", "copd", "chd", "stroke", "discharge"}
    assert followups | {"medication-reminder", "contract", "appointment", "education"} == set(rules.forms)
    assert set(rules.sets) == set(rules.forms) - {"gw3-record"}


def test_critical_values_are_the_same_in_rules_and_thresholds() -> None:
    limits = load_yaml(SHIPPED / "thresholds.yml")["values"]
    critical = {(v["slot"], bound): v[bound] for v in limits for bound in ("at_least", "at_most") if bound in v}
    checked = 0
    for path in sorted((SHIPPED / "rules").glob("*.yml")):
        for rule in load_yaml(path)["rules"]:
            if "危急值" in rule["words"]:
                for condition in rule["when"]["any"]:
                    ((slot, wanted),) = condition.items()
                    ((bound, value),) = wanted.items()
                    assert critical[slot, bound] == value, (path.name, rule["id"])
                    checked += 1
    assert checked >= 10


def test_a_rule_of_one_s_own_loads(folder: Path) -> None:
    (folder / "rules" / "htn.yml").write_text(RULE, "utf-8")
    assert [rule.id for rule in load_clinical(folder).sets["gw3-htn"].rules] == ["A"]


@pytest.mark.parametrize(
    ("before", "after", "line", "part"),
    [
        ("sbp: {at_least: 140}", "spb: {at_least: 140}", 6, "spb"),
        ("at_least: 140", "at_lest: 140", 6, "at_lest"),
        ("at_least: 140", 'at_least: "140"', 6, "不是数字"),
        ("{bp_words}", "{bp_wrods}", 7, "bp_wrods"),
        ("    words:", "    class: 5\n    words:", 7, "'5'"),
        ("    words:", "    within_days: 900\n    words:", 7, "900"),
        ("    words:", "    wrods:", 7, "wrods"),
        ('    source: "[D]"\n', "", 5, "source"),
        ("form: gw3-htn", "form: gw3-nope", 1, "gw3-nope"),
        ('version: "1"', "version: [", 4, "clinical.yaml"),
        ("  - id: A", "  - id: A\n    id: B", 6, "两次"),
    ],
)
def test_a_faulty_rule_names_file_and_line(folder: Path, before: str, after: str, line: int, part: str) -> None:
    path = folder / "rules" / "htn.yml"
    assert before in RULE
    path.write_text(RULE.replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_clinical(folder)
    assert (caught.value.path, caught.value.line) == (str(path), line)
    assert part in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("forms/gw3-htn.yml", "type: enum", "type: enumm"),
        ("forms/gw3-htn.yml", "slot: dbp", "slot: sbp"),
        ("forms/gw3-htn.yml", "code_system: gw3-htn-symptom, ", ""),
        ("forms/gw3-htn.yml", "codes: good_fair_poor", "codes: good_poor"),
        ("forms/gw3-htn.yml", "id: gw3-htn", "id: gw3-ht"),
        ("forms/gw3-htn.yml", "slots: [heart_rate]", "slots: [pulse]"),
        ("targets.yml", "public_health: gw3-2017", "public_health: gw3-2018"),
        ("targets.yml", "sbp_below: 140, dbp_below: 90", "sbp_below: 90, dbp_below: 140"),
        ("selfcare.yml", "{from: 0,", "{from: 1,"),
        ("holidays.yml", "from: 2026-01-01", 'from: "新年"'),
        ("holidays.yml", "to: 2026-01-03", "to: 2027-01-03"),
        ("contradictions.yml", "slot: height_cm", "slot: height"),
        ("contradictions.yml", "kind: differs_by", "kind: differs"),
        ("labels.yml", "kinds:", "kind:"),
    ],
)
def test_a_faulty_file_is_named(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_clinical(folder)
    assert caught.value.path == str(path)
    assert caught.value.line > 0
    assert caught.value.remedy


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "targets.yml").unlink()
    with pytest.raises(DefinitionError, match=r"targets\.yml"):
        load_clinical(folder)


def test_every_coded_field_has_its_code_system_and_every_phone_field_of_the_national_forms_its_ask() -> None:
    forms = load_clinical(SHIPPED).forms
    for form in forms.values():
        for item in form.fields():
            assert bool(item.code_system) == (item.type in ("enum", "multi")), (form.id, item.slot)
            assert (item.who == "phone") == bool(item.ask), (form.id, item.slot)


def test_the_national_forms_keep_their_order() -> None:
    forms = load_clinical(SHIPPED).forms
    titles = [section.title for section in forms["gw3-htn"].sections]
    assert titles[:6] == ["随访", "症状", "体征", "生活方式指导", "辅助检查", "服药与不良反应"]
    slots = [item.slot for item in forms["gw3-dm"].fields()]
    assert (
        slots.index("dorsalis_pedis") < slots.index("staple_g_now") < slots.index("fpg") < slots.index("hypoglycemia")
    )


def test_two_forms_on_one_sheet_share_their_slots() -> None:
    forms = load_clinical(SHIPPED).forms
    both = find_form(forms, "gw3-htn+gw3-dm")
    assert both is not None
    slots = [item.slot for item in both.fields()]
    assert len(slots) == len(set(slots))
    assert {"htn_symptoms", "dm_symptoms", "fpg", "salt_now"} <= set(slots)
    assert find_form(forms, "gw3-htn+nope") is None
