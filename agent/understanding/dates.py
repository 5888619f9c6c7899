"""Dates and clock times as people say them, relative to a given now; lunar dates by the calendar library.

Nothing is guessed: a bare 下午 or 月底 gives no date or time, and ``vague`` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lunar_python import Lunar  # type: ignore[import-untyped]

from agent.understanding.numbers import Number, find_numbers
from agent.understanding.numbers_grammar import canonical, neighbours, read_whole

_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_DAY_WORD = re.compile("(?<![赶以饭然])(?P<day>大前|大后|前|后|昨|今|明)(?:天(?!天)|儿|日|早|晚|夜|晨)")
_WEEKDAY = re.compile(
    "(?P<which>上上|下下|上|下|这|本)?(?:个)?(?:星期|礼拜|周)(?P<day>[一二三四五六日天1-6])(?![次回趟天个])"
)
_N = "[零〇一二三四五六七八九十两幺\\d]"
_YMD = re.compile(
    f"(?:(?P<era>民国)?(?P<y>{_N}{{2,6}})年)?(?P<lunar>农历|阴历|旧历|老历)?(?P<run>闰)?(?:(?P<m>{_N}{{1,3}}|正|冬|腊)月份?)(?P<late>初)?(?P<d>{_N}{{1,3}})(?:号|日|那天)?"
)
_DAY_ONLY = re.compile(f"(?<!{_N})(?<!{_N}月)(?P<d>{_N}{{1,3}})(?:号|日)(?!楼|线)")
_ISO = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})")
_CLOCK = re.compile(
    f"(?P<short>差(?P<less>一刻|{_N}{{1,2}}分))?(?P<h>{_N}{{1,3}})(?:点钟?|时(?!候)|:)(?P<rest>半|[一三]刻|零?{_N}{{1,3}}(?:分|(?![个天号])))?(?P<loose>多|左右|来钟|前后|以后|之后|往后|过后|以前|之前)?"
)
_PARTS = (
    ("后半夜|半夜|凌晨|五更|夜里头?", 0, 5),
    ("清早|清晨|早起|早上|早晨|大早|头晌|上午|今早|明早|一早", 4, 12),
    ("中午|晌午|正午", 11, 14),
    ("下午|后晌|午后|过晌|傍晚|傍黑|擦黑", 12, 19),
    ("晚上|夜里|黑里|黑了|黑夜|黑家|黑价|黑下|晚饭后|今晚|明晚|晚", 17, 23),
)
_SOLAR = re.compile("阳历|公历|新历|国历|西历")
_LATER = re.compile("(?:个?(?:小时|钟头))|分钟")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day that was named."""

    day: date
    span: tuple[int, int]
    lunar: bool = False
    """Said in the lunar calendar and converted: to be read back."""
    unsure: bool = False
    """Year or week had to be supplied (下礼拜三, 十一月初一)."""


@dataclass(frozen=True, slots=True)
class ClockMention:
    """A time of day that was named."""

    hour: int
    minute: int
    span: tuple[int, int]
    vague: bool = False
    """六点多, 三点左右."""
    unsure: bool = False
    """Morning or afternoon was not said."""


def lunar_to_solar(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """The Gregorian date of a lunar one; None when there is no such day."""
    try:
        solar = Lunar.fromYmd(year, -month if leap else month, day).getSolar()
        return date(solar.getYear(), solar.getMonth(), solar.getDay())
    except Exception:  # the library raises bare Exception for days that do not exist
        return None


def full_year(text: str, today: date, *, birth: bool = False) -> int | None:
    """四八 -> 1948 for a birth, 二六 -> 2026 for an event; 民国 is the caller's part. None when impossible."""
    canon = canonical(text)
    whole = read_whole(canon, 0) if canon else None
    if whole is None or whole.end != len(canon):
        return None
    value = int(whole.digits) if whole.digits else whole.low
    if value >= 1000:
        return value if 1880 <= value <= 2100 else None
    if value > 99:
        return None
    recent = 2000 + value
    return (
        recent if (not birth and recent <= today.year + 1) or (birth and recent <= today.year - 100) else 1900 + value
    )


def find_dates(text: str, now: datetime, *, birth: bool = False) -> tuple[DateMention, ...]:
    """All days named in a normalised text, in order; impossible ones (二月三十号) are left out."""
    found = [
        *_written(text),
        *_month_days(text, now.date(), birth),
        *_relative(text, now.date()),
        *_weekdays(text, now.date()),
    ]
    taken: list[DateMention] = []
    for item in sorted(found, key=lambda d: (d.span[0], -d.span[1])):
        if not taken or item.span[0] >= taken[-1].span[1]:
            taken.append(item)
    if not taken:
        taken = _days_of_month(text, now.date())
    return tuple(taken)


def _whole(text: str) -> int:
    canon = canonical(text)
    whole = read_whole(canon, 0)
    return whole.low if whole and whole.end == len(canon) else -1


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(text: str) -> list[DateMention]:
    found = []
    for match in _ISO.finditer(text):
        day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
        if day:
            found.append(DateMention(day, match.span()))
    return found


def _month_days(text: str, today: date, birth: bool) -> list[DateMention]:
    found = []
    for match in _YMD.finditer(text):
        month = {"正": 1, "冬": 11, "腊": 12}.get(match["m"]) or _whole(match["m"])
        day = _whole(match["d"])
        lunar = bool(
            match["lunar"]
            or match["late"]
            or match["run"]
            or match["m"] in ("正", "冬", "腊")
            or re.search("农历|阴历|旧历|老历", text)
        ) and not (_SOLAR.search(text) and not match["lunar"] and not match["run"])
        year = _year(match, today, birth)
        supplied = year is None
        solar = _solar(year or today.year, month, day, match) if lunar else _day(year or today.year, month, day)
        if solar:
            found.append(DateMention(solar, match.span(), lunar, supplied and lunar))
    return found


def _solar(year: int, month: int, day: int, match: re.Match[str]) -> date | None:
    return lunar_to_solar(year, month, day, leap=bool(match["run"])) if 1 <= month <= 12 and 1 <= day <= 30 else None


def _year(match: re.Match[str], today: date, birth: bool) -> int | None:
    if not match["y"]:
        return None
    if match["era"]:
        value = _whole(match["y"])
        return 1911 + value if value > 0 else None
    return full_year(match["y"], today, birth=birth)


def _relative(text: str, today: date) -> list[DateMention]:
    return [DateMention(today + timedelta(days=_DAYS[m["day"]]), m.span()) for m in _DAY_WORD.finditer(text)]


def _weekdays(text: str, today: date) -> list[DateMention]:
    found = []
    for match in _WEEKDAY.finditer(text):
        if re.search("[一每](?:个)?$", text[: match.start()]):
            continue
        number = "一二三四五六日".find(match["day"].replace("天", "日"))
        number = int(match["day"]) - 1 if number < 0 else number
        which = match["which"] or ""
        weeks = {"上上": -2, "上": -1, "下": 1, "下下": 2}.get(which, 0)
        day = today - timedelta(days=today.weekday()) + timedelta(days=number + 7 * weeks)
        found.append(DateMention(day, match.span(), unsure=which in ("", "下", "下下")))
    return found


def _days_of_month(text: str, today: date) -> list[DateMention]:
    found = []
    for match in _DAY_ONLY.finditer(text):
        month = 1 if "下个月" in text or "下月" in text else -1 if "上个月" in text or "上月" in text else 0
        index = today.year * 12 + today.month - 1 + month
        day = _day(index // 12, index % 12 + 1, _whole(match["d"]))
        if day:
            found.append(DateMention(day, match.span(), unsure=month == 0))
    return found


_OCCUPIED = re.compile("[半整]?(?:我|俺|得|要|还|正|有|在|家里)[^，]{1,8}(?:，|$)")


def find_clock(text: str) -> ClockMention | None:
    """The first clock time with its part of the day: 下午三点半 is 15:30, 差一刻四点 is 3:45.

    One that is given as the reason against it (四点我打牌呢，五点吧) gives way to a later one.
    """
    found = list(_CLOCK.finditer(text))
    free = [m for m in found if not _OCCUPIED.match(text, m.end())]
    for match in free or found:
        if len(match["h"]) == 2 and neighbours(*match["h"]):  # 三四点钟
            return ClockMention(_whole(match["h"][0]), 0, match.span(), True, True)
        hour = _whole(match["h"])
        minute = _minute(match["rest"])
        if not (0 <= hour <= 24 and 0 <= minute < 60):
            continue
        if match["short"]:
            less = 15 if match["less"] == "一刻" else _whole(match["less"].rstrip("分"))
            hour, minute = (hour - 1, 60 - less) if 0 < less < 60 else (hour, minute)
        hour, sure = _hour_of_day(text[: match.start()], hour)
        return ClockMention(hour % 24, minute, match.span(), bool(match["loose"]), not sure or bool(match["short"]))
    return None


def _minute(rest: str | None) -> int:
    if not rest:
        return 0
    fixed = {"半": 30, "一刻": 15, "三刻": 45}.get(rest)
    return fixed if fixed is not None else _whole(rest.rstrip("分").lstrip("零〇") or "零")


def _hour_of_day(before: str, hour: int) -> tuple[int, bool]:
    """The hour in 24-hour time, and whether the speaker said enough for it."""
    named = [(m.start(), low, high) for words, low, high in _PARTS for m in re.finditer(words, before)]
    if not named:
        return (hour, True) if hour > 12 else (hour + 12 if hour < 6 else hour, 8 <= hour <= 11)
    _, low, high = max(named)
    if hour <= 12 and low <= hour % 12 + 12 <= high + 1 and not low <= hour <= high:
        return hour % 12 + 12, True
    return hour, True


def find_delay(text: str) -> tuple[timedelta, Number] | None:
    """一个小时以后, 半个小时后, 过二十分钟: how long from now, with the number it was read from."""
    for number in find_numbers(text):
        unit = re.compile("个?(?:多)?(小时|钟头|分钟|天)").match(text, number.span[1])
        name = unit[1] if unit else number.measure
        minutes = {"小时": 60, "钟头": 60, "分钟": 1, "天": 1440}.get(name)
        if minutes and re.search("后|再|过|等", text):
            return timedelta(minutes=number.value * minutes), number
    return None
