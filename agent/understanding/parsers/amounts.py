"""Amounts with a unit, and how often they are taken: 一天两包, 三天一包, 一个礼拜七两, 天天, 早晚各一趟."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agent.understanding.masking import NUMERAL
from agent.understanding.numbers import Number, find_numbers

_DAY = re.compile("个?(?:天|日|宿)")
_WEEK = re.compile("个?(?:礼拜|星期|周)")
_MONTH = re.compile("个?月")
_TIMES = re.compile("(?:次|回|趟|遍|圈|顿)")
_EVERY_DAY = re.compile("天天|每天|日日|每日|见天|一天不落|成天|早晚")
_EVERY_SO_OFTEN = re.compile(
    "(?<!周)(?<!星期)(?<!礼拜)(?<!周[走去练跳动遛])(?<!星期[走去练跳动遛])(?<!礼拜[走去练跳动遛])"
    "(?P<days>[两二三四五六七2-7])天(?:走|去|跳|活动|锻炼|动)?(?P<times>[一两1-3])(?:次|回|趟)"
)
"""两天一次; 一个礼拜走五天一次二十分钟 says five days."""
_LASTS = re.compile("(?:能|够|可以|要)?(?:抽|喝|吃|管)(?:个)?$|(?:能|够)$")
_WEEKDAYS = re.compile(
    "(?<![一每])(?<![一每]个)(?P<days>(?:周|星期|礼拜)[一二三四五六日天](?:[、，和跟还有]*(?:(?:周|星期|礼拜)[一二三四五六日天]|[一二三四五六日])(?![天次回趟个点十百])){1,6}|"
    "(?:逢)?(?:一三五日?|二四六日?|一四六|二五日)(?=[去跳打走都，来练遛散游]))"
)
"""礼拜一三五, 周二、周四: so many days a week."""
_TWICE_A_DAY = "早晚|早上?晚上?|上下午|上午[、，和]?(?:后晌|下午)|一早一晚|早起晚上"
_ALTERNATE = re.compile("隔(?:一)?天|隔(?:一)?日|隔三差五|三天两头|隔三岔五|一天隔一天|有时|偶尔|经常|常常|很少|难得")
_EACH_TIME = re.compile(
    "(?:(?P<thrice>早中晚|三顿)|早晚|中午[、和跟]?晚上|晌午[、和跟]?(?:晚上|黑夜)|一早一晚|两顿)(?:都|就)?各(?:喝|来|是)?"
    f"[{NUMERAL}]"
)
"""中午晚上各二两."""
_EACH_END = re.compile(
    "早[上晨]?[^，]{0,6}[趟圈次回]，?(?:再|又)?(?:晚上?|傍晚|下午|黑了|夜里|饭后)[^，]{0,6}[趟圈次回]"
)
"""早上走一趟晚上走一趟."""
_BOTH_ENDS = re.compile("早晚(?:都|各|都要)?|早上[^，]*，?[^，]*(?:晚上|下午|傍晚|晚饭后)|一早一晚|早一趟晚一趟")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, worth in the slot's unit."""

    number: Number
    unit: str
    worth: float
    estimated: bool


def amounts(text: str, units: Mapping[str, float], counted: Collection[str] = ()) -> tuple[Amount, ...]:
    """All amounts in one of the units; units in ``counted`` may have 个 before them and are estimates."""
    names = sorted(units, key=len, reverse=True)
    unit = re.compile(f"个?(?:大|小|整)?({'|'.join(map(re.escape, names))})(?![子里])")
    found = []
    for number in find_numbers(text):
        match = unit.match(text, number.span[1])
        name = number.measure if number.measure in units else match[1] if match else ""
        if not name and number.kind != "exact":
            late = re.compile(f"(?:多|来|几)?({'|'.join(map(re.escape, names))})").match(text, number.span[1])
            name = late[1] if late else ""
        if name:
            found.append(Amount(number, name, number.value * units[name], name in counted))
    return _joined(text, found)


def _joined(text: str, found: list[Amount]) -> tuple[Amount, ...]:
    """一斤二两 is one amount."""
    joined: list[Amount] = []
    for amount in found:
        last = joined[-1] if joined else None
        if (
            last
            and (last.unit, amount.unit) == ("斤", "两")
            and text[last.number.span[1] : amount.number.span[0]] == "斤"
        ):
            joined[-1] = Amount(amount.number, "两", last.worth + amount.worth, last.estimated)
        else:
            joined.append(amount)
    return tuple(joined)


def days_covered(text: str) -> tuple[float, bool]:
    """Days that the amount is for (一天 1, 三天两包 3, 一个礼拜 7), and whether that is a definite number."""
    if re.search("隔|三天两头", text):
        return 1.0, False
    for number in find_numbers(text):
        tail = number.span[1]
        scale = (
            1.0
            if _DAY.match(text, tail)
            else 7.0
            if _WEEK.match(text, tail)
            else 30.0
            if _MONTH.match(text, tail)
            else 0.0
        )
        if not scale or text[max(0, number.span[0] - 1) : number.span[0]] in ("这", "那", "上", "头"):
            continue
        return number.value * scale, number.exact
    return (7.0, True) if re.search("每(?:个)?(?:周|礼拜|星期)|[一每]周", text) else (1.0, True)


def per_day_factor(text: str) -> float | None:
    """How many times a day: 一顿二两，一天两顿 is 2; 1 when a day is said; None for a meal without a count."""
    if each := _EACH_TIME.search(text):
        return 3.0 if each["thrice"] else 2.0
    numbers = find_numbers(text)
    meals = [n for n in numbers if re.match("顿|次|回|餐", text[n.span[1] :])]
    counted = [n for n in meals if n.exact and n.value > 1]
    if counted:
        return counted[-1].value
    if re.search("(?:每|一)(?:顿|餐|次|回)", text) and not re.search(
        "一天一|每天一[顿次回]|[晚中]上?[^，]{0,3}一[顿次回]", text
    ):
        return 3.0 if re.search("顿顿|三顿", text) else None
    return 1.0


def weekly_times(text: str) -> tuple[float | None, bool, tuple[int, int]]:
    """Times a week, whether a frequency was said that is open, and where it stands."""
    fixed = _fixed(text)
    if fixed:
        return fixed
    period, span = _period(text)
    counted = _count(text)
    if period is None and re.search(f"(?:{_TWICE_A_DAY})(?:都)?各", text):
        period = 1.0
    single = counted is not None and counted[0].value == 1
    if counted and not (single and (_ALTERNATE.search(text) or _EACH_END.search(text))):
        number, kind = counted
        value = number.value if kind == "day" or period is None else number.value * 7 / period
        known = number.exact and (period or 0) <= 7  # so many a month: no whole number a week
        return (value if known else None), not known, number.span
    if _ALTERNATE.search(text):
        return None, True, span
    both = _BOTH_ENDS.search(text) or _EACH_END.search(text)
    daily = period is not None and period <= 1
    return (14.0 if both else 7.0 if daily else None), False, span


def _fixed(text: str) -> tuple[float | None, bool, tuple[int, int]] | None:
    """周一到周五 is five days; 两天一次 is no whole number a week, 七天一次 is."""
    working = re.search("(?:周|星期|礼拜)[一1](?:到|至)(?:周|星期|礼拜)?(?P<last>[三四五六日天])", text)
    if working:
        return {"三": 3.0, "四": 4.0, "五": 5.0, "六": 6.0}.get(working["last"], 7.0), False, working.span()
    listed = _WEEKDAYS.search(text)
    if listed:
        return float(len(set(re.findall("[一二三四五六日天]", listed["days"])))), False, listed.span()
    every = _EVERY_SO_OFTEN.search(text)
    if not every:
        return None
    days, times = find_numbers(every["days"])[0].value, find_numbers(every["times"])[0].value
    weekly = times * 7 / days
    return (weekly, False, every.span()) if weekly == int(weekly) else (None, True, every.span())


def _period(text: str) -> tuple[float | None, tuple[int, int]]:
    """Days of the period that a count is for."""
    every = _EVERY_DAY.search(text)
    if every:
        return 1.0, every.span()
    week = re.search("[一1每](?:个)?(?:周|礼拜|星期)", text)
    if week:
        return 7.0, week.span()
    day = re.search("[一1](?:天|日)(?!.{0,3}[隔])", text)
    if day:
        return 1.0, day.span()
    month = re.search("[一1每](?:个)?月", text)
    return (30.0, month.span()) if month else (None, (0, 0))


def _count(text: str) -> tuple[Number, str] | None:
    """The number of times, or of days a week; 每次, 一次半小时 are lengths, not counts."""
    numbers = find_numbers(text)
    each = re.compile("(?:每(?:次|回|趟|天)?|一(?:次|回|趟))[^，]*$")
    for number in numbers:
        tail = text[number.span[1] :]
        if re.match("个?(?:次|回|趟|遍|场|堂|节)", tail) or number.measure in ("次", "回", "趟"):
            single = number.value == 1 and re.match(
                "(?:次|回|趟|遍)(?:是|就|要|大概|差不多)?(?:[零一二三四五六七八九十两半几\\d]|走|个|得)", tail
            )
            if not single and not re.search("每$", text[: number.span[0]]):
                both = re.search(
                    f"(?:{_TWICE_A_DAY})(?:都)?各[^，]{{0,3}}$",
                    text[: number.span[0]],
                )
                return (_double(number) if both else number), "times"
        is_days = _DAY.match(text, number.span[1]) and re.search(
            "[一1每](?:个)?(?:周|礼拜|星期)", text[: number.span[0]]
        )
        bare_days = _DAY.match(text, number.span[1]) and number.value > 1 and not each.search(text[: number.span[0]])
        if is_days or (bare_days and not re.search("[一两二三四五]天[一两二三]", text)):
            return number, "day"
    return None


def _double(number: Number) -> Number:
    return Number(number.value * 2, number.span, number.kind, number.low * 2, number.high * 2)
