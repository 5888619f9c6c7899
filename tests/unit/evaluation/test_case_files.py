"""Case files: what they mean, and faults with file, line and remedy."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from agent.domain.answers import Medication
from agent.errors import DefinitionError, InputError
from evaluation.cases import answer_case, dialogue_case, read_cases, red_flag_case


def written(tmp_path: Path, text: str, name: str = "cases.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_answers_keep_scalars_as_written(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "- {id: a1, ask: consent, text: 行, expect: {_answer: yes}}\n"
        "- {id: a2, ask: callback_time, text: 明天十点, expect: {callback_time: 2026-11-24T10:00},\n"
        "   now: 2026-11-23T09:30}\n"
        "- {id: a3, ask: birth_date, text: 四八年五月三号, expect: {birth_date: 1948-05-03}, confirm: true}\n"
        "- {id: a4, ask: phone, text: 138, expect: {}}\n",
    )
    cases = read_cases([path], answer_case)
    assert cases[0].expect == {"_answer": "yes"}
    assert cases[1].expect == {"callback_time": "2026-11-24T10:00"}
    assert cases[1].now == datetime(2026, 11, 23, 9, 30)
    assert (cases[2].expect, cases[2].confirm) == ({"birth_date": "1948-05-03"}, True)
    assert (cases[3].text, cases[3].expect, cases[3].confirm) == ("138", {}, None)


def test_folders_are_read_in_order_and_documents_apart(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path, "- {id: b, ask: x, text: t, expect: {}}\n", "b.yml")
    written(
        tmp_path, "- {id: a, ask: x, text: t, expect: {}}\n---\n- {id: a2, ask: x, text: t, expect: {}}\n", "a.yaml"
    )
    written(tmp_path, "- {id: c, ask: x, text: t, expect: {}}\n", "deep/c.yaml")
    written(tmp_path, "not a case", "notes.txt")
    assert [case.id for case in read_cases([tmp_path], answer_case)] == ["a", "a2", "b", "c"]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("- {id: a1, ask: x, text: t, expect: {}}\n- id: a2\n  ask: y\n  text: t\n", 2, "expect"),
        ("- id: a1\n  ask: x\n  text: [t]\n  expect: {}\n", 3, "text"),
        ("- id: a1\n  ask: x\n  text: t\n  expect: []\n", 4, "mapping"),
        ("- id: a1\n  ask: x\n  ask: y\n", 3, "twice"),
        ("- id: a1\n  ask: x\n  text: t\n  expect: {}\n  now: noon\n", 5, "time"),
        ("- id: a1\n  ask: x\n  text: t\n  expect: {}\n  confirm: 'perhaps'\n", 5, "true or false"),
        ('- id: "a1\n', 2, "->"),
        ("- just words\n", 0, "mapping"),
    ],
)
def test_a_fault_names_file_line_and_remedy(tmp_path: Path, text: str, line: int, word: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        read_cases([path], answer_case)
    assert caught.value.line == line
    assert str(path) in str(caught.value)
    assert word in str(caught.value)
    assert caught.value.remedy


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_cases([tmp_path / "none"], answer_case)
    with pytest.raises(InputError, match="no case"):
        read_cases([tmp_path], answer_case)


def test_red_flags_must_be_known(tmp_path: Path) -> None:
    path = written(tmp_path, "- id: r1\n  text: 胸口疼\n  expect: {flags: [chest_pain, heart_break]}\n")
    with pytest.raises(DefinitionError, match="heart_break"):
        read_cases([path], red_flag_case)
    path = written(tmp_path, "- id: r1\n  text: 胸口疼\n  expect: {}\n")
    with pytest.raises(DefinitionError, match="flags"):
        read_cases([path], red_flag_case)


def test_a_dialogue_in_full(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
id: d1
flow: hypertension_followup
now: 2026-11-23T09:30
resident: {name: 王桂花, sex: "2", birth_date: 1948-05-03, phone: "13800000000"}
history: {sbp: 152, medications: [amlodipine]}
answers: {identity: 我就是, blood_pressure: [一百六, 低压九十五], _default: 没有, heart_rate: ~}
injections:
  - {at: smoke_per_day_now, user: 刚才说错了}
expect: {outcome: completed, slots: {sbp: 145, htn_symptoms: ["2"]}, suggested_visit_class: "2",
  next_visit_within_days: 14, alerts: []}
voice: {style: slow, pauses_ms: [900], noise_db: 20, band: 8k, loss: 0.03}
""",
    )
    (case,) = read_cases([path], dialogue_case)
    assert case.resident.birth_date == date(1948, 5, 3)
    assert case.history == {"sbp": 152, "medications": (Medication("amlodipine"),)}
    assert case.answers["blood_pressure"] == ("一百六", "低压九十五")
    assert case.answers["heart_rate"] == ("",)
    assert case.injections == (("smoke_per_day_now", "刚才说错了"),)
    assert case.expect.alerts == ()
    assert (case.voice.style, case.voice.pauses_ms, case.voice.noise_db, case.voice.band) == (
        "slow",
        (900,),
        20.0,
        "8k",
    )


def test_unknown_outcomes_and_bands_are_faults(tmp_path: Path) -> None:
    head = "id: d1\nflow: f\nresident: {name: 王}\n"
    for line, word in (("expect: {outcome: fine}", "fine"), ("voice: {band: 4k}", "4k")):
        with pytest.raises(DefinitionError, match=word):
            read_cases([written(tmp_path, head + line + "\n")], dialogue_case)
