"""Due dates fall on working days and never after their limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.clinical.calendar import Calendar, due_date, load_calendar

CALENDAR = load_calendar(Path(__file__).resolve().parents[3] / "dialogues" / "clinical" / "holidays.yml")


@pytest.mark.parametrize(
    ("now", "days", "due"),
    [
        ("2026-11-23", 14, "2026-12-07"),  # Monday to Monday
        ("2026-11-21", 14, "2026-12-04"),  # the limit is a Saturday: the Friday before
        ("2026-02-06", 14, "2026-02-14"),  # inside 春节: the make-up Saturday before it
        ("2026-02-14", 14, "2026-02-28"),  # the make-up Saturday itself
        ("2026-09-23", 14, "2026-09-30"),  # before 国庆
        ("2027-01-25", 14, "2027-02-04"),  # before 春节 2027
        ("2026-02-15", 3, "2026-02-18"),  # nothing but holiday left: the limit itself
        ("2026-11-27", 1, "2026-11-27"),  # Friday, one day: today rather than Saturday
        ("2026-11-23", 90, "2027-02-19"),
    ],
)
def test_due_date(now: str, days: int, due: str) -> None:
    assert due_date(date.fromisoformat(now), days, CALENDAR).isoformat() == due


def test_the_hour_does_not_matter() -> None:
    assert due_date(datetime(2026, 11, 23, 23, 59), 14, CALENDAR) == date(2026, 12, 7)


@given(st.dates(date(2025, 12, 1), date(2028, 12, 31)), st.integers(0, 120))
def test_never_late_and_never_past(now: date, days: int) -> None:
    due = due_date(now, days, CALENDAR)
    assert now <= due <= now + timedelta(days=days)


@given(st.dates(date(2025, 12, 1), date(2028, 12, 31)))
def test_two_weeks_always_hold_a_working_day(now: date) -> None:
    assert CALENDAR.is_working(due_date(now, 14, CALENDAR))


def test_make_up_days_are_weekends_and_holidays_are_not_workdays() -> None:
    assert all(day.weekday() >= 5 for day in CALENDAR.workdays)
    assert not CALENDAR.workdays & CALENDAR.holidays
    assert {2026, 2027} <= CALENDAR.years


def test_without_a_table_only_weekends_are_free() -> None:
    bare = Calendar(frozenset(), frozenset(), frozenset())
    assert due_date(date(2026, 9, 21), 10, bare) == date(2026, 10, 1)
