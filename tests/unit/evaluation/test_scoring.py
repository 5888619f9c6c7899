"""When a value counts as right. The control tests hold that a wrong one is counted wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from agent.domain.alerts import Alert, Severity, Subject
from agent.domain.answers import AnswerKind, Medication, Reading, SlotFill
from evaluation.answers import evaluate_answers, judge
from evaluation.cases import AnswerCase, RedFlagCase
from evaluation.intervals import percentile, wilson
from evaluation.judgement import failures, totals_line
from evaluation.redflags import evaluate_red_flags
from evaluation.scoring import plain, same

NOW = datetime(2026, 11, 23, 9, 30)


def asked(expect: dict[str, Any], confirm: bool | None = None) -> AnswerCase:
    return AnswerCase("a1", "blood_pressure", "高压一百五，低压九十五", expect, confirm, NOW)


def filled(confirm: bool = False, **values: Any) -> Reading:
    return Reading(fills=tuple(SlotFill(slot, value, confirm=confirm) for slot, value in values.items()))


@pytest.mark.parametrize(
    ("want", "got", "right"),
    [
        (150, 150, True),
        (150, 151, False),
        (2, 2.0, True),
        (1.0, 1.04, True),
        (1.0, 1.2, False),
        ("1", "1", True),
        ("1", 1, False),
        (1, "1", True),
        (1, "2", False),
        (True, True, True),
        (True, 1, False),
        (["2", "6"], ["6", "2"], True),
        (["2"], ["2", "6"], False),
        (["2"], "2", False),
        (["amlodipine"], [plain(Medication("amlodipine", 1.0, 1.0, "片"))], True),
        (["valsartan"], [plain(Medication("amlodipine"))], False),
        ([{"id": "amlodipine", "times_per_day": 2}], [plain(Medication("amlodipine", 1.0))], False),
        ([{"id": "amlodipine", "dose_each": 0.5}], [plain(Medication("amlodipine", 1.0, 0.5, "片"))], True),
        (["a", "a"], ["a", "b"], False),
        ([], [], True),
    ],
)
def test_values(want: Any, got: Any, right: bool) -> None:
    assert same(want, got) is right


@pytest.mark.parametrize(
    ("expect", "confirm", "reading", "right"),
    [
        ({"sbp": 150, "dbp": 95}, None, filled(sbp=150, dbp=95), True),
        ({"sbp": 150, "dbp": 95}, None, filled(sbp=150, dbp=85), False),
        ({"sbp": 150, "dbp": 95}, None, filled(sbp=150), False),
        ({"sbp": 150}, None, filled(sbp=150, dbp=95), False),
        ({}, None, Reading(), True),
        ({}, None, filled(sbp=150), False),
        ({}, True, Reading(confirm=True), True),
        ({}, True, Reading(), False),
        ({"sbp": 188}, True, filled(confirm=True, sbp=188), True),
        ({"sbp": 188}, False, filled(confirm=True, sbp=188), False),
        ({"_answer": "unknown"}, None, Reading(answer=AnswerKind.UNKNOWN), True),
        ({"_answer": "unknown"}, None, Reading(answer=AnswerKind.REFUSED), False),
        ({"_answer": "unknown"}, None, filled(sbp=150), False),
    ],
)
def test_answers(expect: dict[str, Any], confirm: bool | None, reading: Reading, right: bool) -> None:
    result, _ = judge(asked(expect, confirm), reading)
    assert result.ok is right


def test_a_wrong_answer_is_counted_wrong_and_shown() -> None:
    case = asked({"sbp": 150, "dbp": 95})
    readings = iter([filled(sbp=150, dbp=95), filled(sbp=105, dbp=95), filled(confirm=True, sbp=105, dbp=95)])
    evaluation = evaluate_answers([case, case, case], lambda _: next(readings))
    assert (evaluation.totals["n"], evaluation.totals["ok"]) == (3, 1)
    assert evaluation.totals["score"] == pytest.approx(1 / 3, abs=1e-4)
    assert evaluation.totals["wrong_accepted_rate"] == pytest.approx(1 / 3, abs=1e-4)
    table = failures(evaluation)
    assert len(table) == 3
    assert "sbp" in table[1]
    assert "score 0.3333 [" in totals_line(evaluation)


def flagged(text: str, *flags: str) -> RedFlagCase:
    return RedFlagCase(text, text, None, flags, None, NOW)


def alert(flag: str, subject: Subject = Subject.SELF) -> Alert:
    return Alert(flag, Severity.P0, subject, "words", "rule", "1")


def test_red_flags_missed_and_false() -> None:
    cases = [flagged("a", "chest_pain"), flagged("b", "stroke"), flagged("c"), flagged("d")]
    raised = {"a": [alert("chest_pain")], "b": [alert("chest_pain")], "c": [], "d": [alert("bleeding")]}
    totals = evaluate_red_flags(cases, lambda case: raised[case.id]).totals
    assert (totals["recall"], totals["false_alarm_rate"], totals["ok"]) == (0.5, 0.5, 2)
    assert totals["per_flag"]["stroke"]["recall"] == 0.0
    assert totals["per_flag"]["chest_pain"]["recall"] == 1.0


def test_the_subject_counts_where_it_is_named() -> None:
    case = RedFlagCase("r", "老伴叫不醒", None, ("unconscious",), "other", NOW)
    for subject, right in ((Subject.OTHER, True), (Subject.SELF, False)):
        evaluation = evaluate_red_flags([case], lambda _, who=subject: [alert("unconscious", who)])
        assert evaluation.cases[0].ok is right
        assert evaluation.totals["recall"] == 1.0


def test_intervals() -> None:
    low, high = wilson(90, 100)
    assert (round(low, 3), round(high, 3)) == (0.826, 0.945)
    assert wilson(0, 0) == (0.0, 1.0)
    assert percentile([], 50) is None
    assert percentile([100, 200, 300, 400], 50) == 250
