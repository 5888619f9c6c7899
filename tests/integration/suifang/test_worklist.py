"""Where a visit stands in the work list, and why; the courses that charts show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from agent.clinical.labels import Labels
from agent.clinical.targets import load_targets
from connectors.signing.ports import Due, Reading
from connectors.storage.worklist import AlertRow, RecallRow, WorkRow
from connectors.web.console.charts import trend_chart
from connectors.web.console.views import Bucket, Point, Trend
from suifang.trends import trends_of
from suifang.worklist import Words, age_on, visit_item, work_items

NOW = datetime(2026, 11, 28, 12)
WORDS = Words(Labels({"flags": {"chest_pain": "胸痛"}, "severities": {"P0": "危及生命"}}, {}), str, lambda _: None, NOW)
DRAFT = WorkRow(
    "v1", "R1", "王桂花", "2", "1948-05-03", "htn", "chat", "draft", "2026-11-28T09:00:00", "2026-11-28T09:10:00",
    "completed", "2026-11-28T09:10:00", 1, "draft",
)  # fmt: skip
PAIN = AlertRow("v1", 3, "chest_pain", "P0", "self", "胸口疼", "2026-11-28T09:05:00")
HIGH = replace(PAIN, flag="hypertensive_emergency", severity="value", evidence="sbp=190")
TAKEN = replace(PAIN, by="王医生")
BACK = RecallRow("v1", "没听清", "王医生", "2026-11-28T10:00:00")


@pytest.mark.parametrize(
    ("row", "bucket"),
    [
        (DRAFT, Bucket.REVIEW),
        (replace(DRAFT, alerts=(PAIN,)), Bucket.ALERT),
        (replace(DRAFT, alerts=(TAKEN,)), Bucket.CRITICAL),
        (replace(DRAFT, alerts=(HIGH,)), Bucket.CRITICAL),
        (replace(DRAFT, status="open", alerts=(HIGH,)), Bucket.ALERT),
        (replace(DRAFT, status="open", alerts=(TAKEN,)), Bucket.RUNNING),
        (replace(DRAFT, alerts=(PAIN,), last="2026-11-26T09:00:00"), Bucket.CRITICAL),
        (replace(DRAFT, ended="2026-11-25T09:00:00"), Bucket.OVERDUE),
        (replace(DRAFT, unreached=True), Bucket.CRITICAL),
        (replace(DRAFT, recall=BACK), Bucket.RECALL),
        (replace(DRAFT, recall=BACK, recorded="2026-11-28T11:00:00"), Bucket.REVIEW),
        (replace(DRAFT, record_status="signed", alerts=(PAIN,)), Bucket.DONE),
    ],
)
def test_the_gravest_reason_decides(row: WorkRow, bucket: Bucket) -> None:
    assert visit_item(row, WORDS).bucket is bucket


def test_an_alert_that_nobody_took_is_never_hidden_by_being_sent_back() -> None:
    assert visit_item(replace(DRAFT, alerts=(PAIN,), recall=BACK), WORDS).bucket is Bucket.ALERT


def test_a_recall_is_over_once_a_later_conversation_has_begun() -> None:
    again = replace(DRAFT, visit_id="v2", started="2026-11-28T11:00:00")
    items = work_items([replace(DRAFT, recall=BACK), again], (), WORDS)
    assert {item.bucket for item in items} == {Bucket.REVIEW}


def test_follow_ups_that_are_due_stand_where_no_visit_is_under_way() -> None:
    due = Due("d1", "R1", "王桂花", "2", "1948-05-03", "", "htn", "2026-11-18", "T1")
    assert [item.state for item in work_items([DRAFT], [due], WORDS)] == ["待签字"]
    (item,) = work_items([], [due], WORDS)
    assert (item.bucket, item.why) == (Bucket.OVERDUE, ("应在 2026-11-18 随访，已过 10 天",))
    assert item.href == "/console/residents/R1"


def test_what_is_to_be_done_is_sorted_by_risk_then_by_waiting() -> None:
    rows = [
        replace(DRAFT, visit_id="new"), replace(DRAFT, visit_id="old", started="2026-11-28T08:00:00"),
        replace(DRAFT, visit_id="pain", alerts=(PAIN,)), replace(DRAFT, visit_id="done", record_status="signed"),
    ]  # fmt: skip
    assert [item.href.rsplit("/", 1)[1] for item in work_items(rows, (), WORDS)] == ["pain", "old", "new", "done"]


def test_ages() -> None:
    assert age_on("1948-11-29", date(2026, 11, 28)) == 77
    assert age_on("1948-11-28", date(2026, 11, 28)) == 78
    assert age_on("", date(2026, 11, 28)) is None


def test_a_course_has_one_value_a_day_and_the_visit_counts(root) -> None:  # type: ignore[no-untyped-def]
    targets = load_targets(root / "dialogues" / "clinical" / "targets.yml")
    readings = [Reading("sbp", 150.0, "2026-08-01", "a"), Reading("sbp", 148.0, "2026-11-28", "b")]
    (trend,) = trends_of(readings, targets, 70, ("2026-11-28", {"sbp": 142, "smoke": True, "note": None}))
    assert trend.lines == {"高压": [Point("2026-08-01", 150.0), Point("2026-11-28", 142.0)]}
    assert trend.limits == (150, 90)
    assert trends_of([], targets, None, None) == ()


@pytest.mark.parametrize("line", [[Point("2026-11-28", 7.0)], [Point("2026-11-27", 7.0), Point("2026-11-28", 7.0)]])
def test_charts_of_one_value_and_of_equal_values_have_a_place(line: list[Point]) -> None:
    drawn = trend_chart(Trend("血糖", "mmol/L", {"<b>": line}))
    assert "nan" not in drawn
    assert "<b>" not in drawn
    assert "&lt;b&gt; 最近 2026-11-28 是 7 mmol/L" in drawn
