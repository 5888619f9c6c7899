"""What is read back is said in words that old people use, and means what will be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.clinical.spoken import ANY, load_spoken
from agent.domain.answers import Medication, SlotFill, SlotValue
from agent.errors import DefinitionError
from agent.flows.readback import fill_words
from agent.library import Library, load_library

OF_THE_FORM = (
    "如厕", "依从", "不良反应", "摄盐", "遵医", "症状", "丧偶", "户籍", "从业", "从事", "水肿", "舒张", "收缩", "恶性",
)  # fmt: skip
NEVER_SAID = {("sex", "0"), ("sex", "9")}


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def test_every_code_that_residents_can_give_has_words(library: Library) -> None:
    rules = library.script.tools.rules
    missing = [
        (form.id, item.slot, code)
        for form in rules.forms.values()
        for item in form.fields()
        if item.ask and item.who == "phone"
        for code in item.codes
        if not {code, ANY} & set(rules.spoken.get(item.slot, {})) and (item.slot, code) not in NEVER_SAID
    ]
    assert missing == []


def test_no_word_of_the_form_is_said(library: Library) -> None:
    said = [words for table in library.script.tools.rules.spoken.values() for words in table.values()]
    assert [(words, hard) for words in said for hard in OF_THE_FORM if hard in words] == []


@pytest.mark.parametrize(
    ("form", "slot", "value", "said"),
    [
        ("gw3-selfcare", "adl_toilet", 5, "经常憋不住，上厕所要人扶"),
        ("gw3-htn", "smoke_per_day_now", 0, "不抽烟"),
        ("gw3-htn", "smoke_per_day_now", 10.0, "一天抽10根烟"),
        ("gw3-htn", "htn_symptoms", ("2", "9"), "头疼头晕、腿脚肿"),
        ("gw3-htn", "adr", "1", "吃药没有不舒服"),
        ("gw3-htn", "sbp", 185, "高压185"),
        ("gw3-record", "birth_date", "1953-07-12", "1953年7月12日生的"),
        ("gw3-record", "family_father", ("2",), "高血压"),
        ("discharge", "meds_reconciled", False, "药还没对清楚"),
        ("gw3-htn", "medications", (Medication("amlodipine", 1, 1, "片"),), "氨氯地平，一天1次，一次1片"),
        ("gw3-htn", "weight_kg_now", 60, "体重60公斤，就是120斤"),
    ],
)
def test_values_in_plain_words(library: Library, form: str, slot: str, value: SlotValue, said: str) -> None:
    assert fill_words(SlotFill(slot, value), form, library.script.tools.rules) == said


@pytest.mark.parametrize("line", ["no_such_slot: {any: '{value}'}", "sbp: {any: 高压}"])
def test_a_faulty_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "spoken.yml"
    path.write_text(f'version: "1"\nwords:\n  {line}\n', encoding="utf-8")
    with pytest.raises(DefinitionError) as fault:
        load_spoken(path, {"sbp"})
    assert fault.value.line == 3
