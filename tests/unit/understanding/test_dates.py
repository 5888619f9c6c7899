"""Days and hours as people say them; the day of reference is Monday, 2026-11-23."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.dates import find_clock, find_dates, full_year, lunar_to_solar

NOW = datetime(2026, 11, 23, 9, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("前天", date(2026, 11, 21)),
        ("大前天", date(2026, 11, 20)),
        ("昨儿个", date(2026, 11, 22)),
        ("今儿个", date(2026, 11, 23)),
        ("后天", date(2026, 11, 25)),
        ("大后天", date(2026, 11, 26)),
        ("上礼拜三", date(2026, 11, 18)),
        ("下礼拜三", date(2026, 12, 2)),
        ("这个星期三", date(2026, 11, 25)),
        ("十二月一号", date(2026, 12, 1)),
        ("12月1日", date(2026, 12, 1)),
        ("二零二六年十月八号", date(2026, 10, 8)),
        ("2026-10-08", date(2026, 10, 8)),
        ("二十号", date(2026, 11, 20)),
        ("上个月二十八号", date(2026, 10, 28)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert [d.day for d in find_dates(text, NOW)] == [day]


@pytest.mark.parametrize("text", ["赶明儿", "月底", "一个礼拜三次", "二月三十号", "过几天"])
def test_no_day_is_made_up(text: str) -> None:
    assert find_dates(text, NOW) == ()


def test_lunar_dates_are_converted_and_marked() -> None:
    (found,) = find_dates("四八年腊月二十", NOW, birth=True)
    assert (found.day, found.lunar) == (date(1949, 1, 18), True)
    assert lunar_to_solar(2026, 10, 15) == date(2026, 11, 23)
    assert lunar_to_solar(2026, 13, 1) is None


def test_years_of_birth_and_of_events() -> None:
    assert full_year("四八", NOW.date(), birth=True) == 1948
    assert full_year("五〇", NOW.date(), birth=True) == 1950
    assert full_year("一九四八", NOW.date()) == 1948
    assert full_year("二五", NOW.date()) == 2025


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("下午三点半", 15, 30),
        ("三点一刻", 15, 15),
        ("差一刻四点", 15, 45),
        ("早上八点", 8, 0),
        ("晚上七点", 19, 0),
        ("中午十二点", 12, 0),
        ("中午一点", 13, 0),
        ("十点二十", 10, 20),
        ("14:30", 14, 30),
        ("后晌两点", 14, 0),
        ("八点零五分", 8, 5),
    ],
)
def test_hours(text: str, hour: int, minute: int) -> None:
    clock = find_clock(text)
    assert clock is not None
    assert (clock.hour, clock.minute) == (hour, minute)


@given(st.text(alphabet="零一二三四五六七八九十廿年月日号初正腊闰点半刻差上下午周礼拜前后天农历29:-./", max_size=24))
def test_any_text_is_accepted(text: str) -> None:
    find_dates(text, NOW)
    find_dates(text, NOW, birth=True)
    find_clock(text)
