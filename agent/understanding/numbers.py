"""Numbers in spoken Chinese: where they stand, what they are worth, and how exact they were meant.

``find_numbers`` is the only door. It knows grammar and hedges, never what a number measures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.understanding.numbers_grammar import DIGIT, UNIT, Whole, canonical, read_whole
from agent.understanding.numbers_words import (
    MEASURE,
    PREFIX_OPEN,
    PREFIX_SOFT,
    SUFFIX_OPEN,
    SUFFIX_SOFT,
    stop_spans,
)

_NUMERAL = "零一二三四五六七八九十百千两\\d"
_MEASURE_HALF = re.compile(f"({MEASURE})半(?!{MEASURE}|拉)|([个度])半(?={MEASURE})")
_BARE_HALF = re.compile(
    f"(?<![{_NUMERAL}几半那这哪每整某])(个|片|斤|包|瓶|碗|两|支|年)半(?!{MEASURE})|(?<![{_NUMERAL}几半那这哪每整某])个半(?=小时|钟头|钟|月|斤|两|礼拜|星期)"
)
_OR_SO = re.compile("(?<![一二两三四五六七八九几百千])[百千](?=把|十(?:来|多)?(?:[斤米步块]|$|，))(?:把|十)")
"""百把斤, 百十来米: about a hundred."""
_SOME = re.compile(f"好?几(?=[十百千]|{MEASURE})")
_MORE = re.compile("(?:好?几|多(?!少)|来(?=[^自着了过]|$)|出头)")
_MEASURE_MORE = re.compile(
    f"(?:{MEASURE})(?:多(?![少久大喝吃抽走量次长高重亏动])|来(?={MEASURE}|[粮米面饭酒重的，]|$)|把(?={MEASURE}))"
)
_TO = re.compile(f"(?:{MEASURE}|个)?(?:到|至|-|–|(?P<either>还是|或者?是?|要么))(?=[{_NUMERAL}半])")
_PARTS = re.compile("分之")
_CLOCK_AFTER = tuple("十百千刻")


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an utterance."""

    value: float
    span: tuple[int, int]
    kind: str
    """``exact``, ``approx`` (一百四十多, 不到二百: open) or ``range`` (七八, 一百三到一百五)."""
    low: float
    high: float
    digits: str = ""
    """The digit string when read digit by digit (一五零) or written in figures (150)."""
    text: str = ""
    measure: str = ""
    """A measure word swallowed by the number: 包 in 一包半, 个 in 俩, 点 in 三点半."""
    soft: bool = False
    """Said with 大概, 好像 …: one value, but unsure; to be read back."""

    @property
    def exact(self) -> bool:
        """One definite value."""
        return self.kind == "exact"


def find_numbers(text: str, decimal_words: str = "点") -> tuple[Number, ...]:
    """All numbers of a normalised text, from left to right; ``decimal_words`` may add 块, 个, 度 as decimal points.

    百分之七 is 7 (per cent), 三分之一 is 0.333; 一百五 is 150; words such as 一般, 三天两头, 礼拜三 hold no number.
    """
    canon, stops = canonical(text), stop_spans(text)
    found: list[Number] = []
    at = 0
    while at < len(canon):
        stop = next((end for start, end in stops if start <= at < end), None) or _unit_liang(canon, at, found)
        number = None if stop else _read(canon, at, decimal_words)
        if number is None:
            at = stop or at + 1
            continue
        found.append(number)
        at = number.span[1]
    hedged = [_hedged(canon, replace(n, text=text[slice(*n.span)])) for n in _join_ranges(canon, found)]
    ends = [0, *(n.span[1] for n in hedged)]
    return tuple(n for n, end in zip(hedged, ends, strict=False) if n.span[0] >= end)  # 二十几天 is one number


def _unit_liang(text: str, at: int, found: list[Number]) -> int | None:
    """Where to go on when 两 at ``at`` is the weight (三两, 半两, 几两), not the number."""
    if text[at] != "两" or text[at + 1 : at + 2] in tuple("百千次回天个趟"):
        return None
    after_number = bool(found) and found[-1].span[1] == at
    return at + 1 if after_number else None


def _make(start: int, end: int, low: float, high: float, digits: str = "", measure: str = "") -> Number:
    kind = "exact" if low == high else "range"
    return Number((low + high) / 2, (start, end), kind, low, high, digits, measure=measure)


def _read(text: str, at: int, decimal_words: str) -> Number | None:
    special = _pairs_word(text, at) or _half(text, at) or _some(text, at)
    if special:
        return special
    whole = read_whole(text, at)
    if whole is None:
        return None
    return (
        _percent_or_part(text, at, whole, decimal_words)
        or _decimal(text, at, whole, decimal_words)
        or _plain(text, at, whole)
    )


def _pairs_word(text: str, at: int) -> Number | None:
    value = {"俩": 2.0, "仨": 3.0}.get(text[at])
    if value is None:
        return None
    return _with_half(text, _make(at, at + 1, value, value, measure="个"))


def _half(text: str, at: int) -> Number | None:
    bare = _BARE_HALF.match(text, at)
    if bare:
        return _make(at, bare.end(), 1.5, 1.5, measure=text[at])
    start = at + text.startswith("一半", at)
    if text[start : start + 1] != "半" or text[start + 1 : start + 2] == "天":
        return None
    fuzzy = at > 0 and text[at - 1] in "大小多" and re.compile(MEASURE).match(text, start + 1)
    number = _make(at, start + 1, 0.5, 0.5)
    return replace(number, kind="approx", low=0.3, high=0.8) if fuzzy else number


def _some(text: str, at: int) -> Number | None:
    about = _OR_SO.match(text, at)
    if about:
        unit = float(UNIT[text[at]])
        return replace(_make(at, about.end(), unit, unit), kind="approx", high=unit * 1.5)
    match = _SOME.match(text, at)
    if not match:
        return None
    unit = UNIT.get(text[match.end() : match.end() + 1], 1)
    end = match.end() + (unit > 1)
    return replace(_make(at, end, 2.0 * unit, 9.0 * unit), kind="approx")


def _percent_or_part(text: str, at: int, whole: Whole, decimal_words: str) -> Number | None:
    if not _PARTS.match(text, whole.end):
        return None
    start = whole.end + 2
    upper = read_whole(text, start)
    if upper is None:
        return None
    number = _decimal(text, start, upper, decimal_words) or _plain(text, start, upper)
    part = 1 if whole.low in (0, 100) else whole.low
    return replace(
        number, span=(at, number.span[1]), value=number.value / part, low=number.low / part, high=number.high / part
    )


def _plain(text: str, at: int, whole: Whole) -> Number:
    number = _make(at, whole.end, float(whole.low), float(whole.high), whole.digits)
    return _with_half(text, number)


def _with_half(text: str, number: Number) -> Number:
    end = number.span[1]
    if number.measure == "个" and text[end : end + 1] == "半":
        return replace(
            number,
            value=number.value + 0.5,
            low=number.low + 0.5,
            high=number.high + 0.5,
            span=(number.span[0], end + 1),
        )
    match = _MEASURE_HALF.match(text, end)
    if not match or number.kind != "exact":
        return number
    value = number.value + 0.5
    return replace(
        number,
        value=value,
        low=value,
        high=value,
        digits="",
        measure=match[1] or match[2],
        span=(number.span[0], match.end()),
    )


def _decimal(text: str, at: int, whole: Whole, decimal_words: str) -> Number | None:
    mark = text[whole.end : whole.end + 1]
    if mark == "." or (mark and mark in decimal_words):
        digits, end = _fraction(text, whole.end + 1, mark)
        if digits:
            base = int(whole.digits[:15]) if whole.digits else whole.low
            value = float(f"{base}.{digits}")
            return _make(at, end, value, value)
    return None


def _fraction(text: str, at: int, mark: str) -> tuple[str, int]:
    """Digits behind a decimal point and where they end; "" when 点, 个, 度 or 块 is no decimal point here."""
    figures = re.compile(r"\d+").match(text, at)
    if figures:
        clock = mark == "点" and re.compile(f"分(?!之)|\\d*[{''.join(_CLOCK_AFTER)}]").match(text, figures.end())
        return ("", at) if clock else (figures[0][:6], figures.end())
    end = at
    while text[end : end + 1] in DIGIT and end < at + 6:
        end += 1
    if end == at and mark in "个块点" and text[at : at + 1] == "两":
        end += 1
    digits = "".join(str(DIGIT.get(c, 2)) for c in text[at:end])
    if text[end : end + 1] in _CLOCK_AFTER or (mark == "点" and re.compile("分(?!之)").match(text, end)):
        return "", at
    if mark == "个" and (len(digits) > 1 or re.compile(MEASURE).match(text, end)):
        return "", at
    return digits, end


def _join_ranges(text: str, numbers: list[Number]) -> list[Number]:
    """一百三到一百五: two ascending numbers joined by 到 are one range."""
    joined: list[Number] = []
    for number in numbers:
        last = joined[-1] if joined else None
        link = _TO.match(text, last.span[1]) if last else None
        meets = bool(link and link.end() == number.span[0]) and not (last and _still(text, last, number))
        if last and link and meets and (last.high < number.low or link["either"]):
            joined[-1] = _make(last.span[0], number.span[1], min(last.low, number.low), max(last.high, number.high))
        else:
            joined.append(number)
    return joined


def _still(text: str, period: Number, number: Number) -> bool:
    """一天还是一包半: still so much in a day, no choice of two."""
    match = _PERIOD.match(text, period.span[1])
    return match is not None and not text.startswith(match["period"], number.span[1])


_PERIOD = re.compile("(?P<period>天|日|年|月|个月|周|个?礼拜|个?星期|顿|餐)还是")


def _hedged(text: str, number: Number) -> Number:
    """Marks hedges around the number: open ones make it approximate, 大概 only unsure."""
    start, end = number.span
    step = _step(number)
    more = _MORE.match(text, end)
    if more and _more_fits(text, number, more):
        return replace(
            number,
            kind="approx",
            low=number.low,
            high=number.high + step,
            span=(start, more.end()),
            text=number.text + more[0],
        )
    if number.kind == "exact" and (_MEASURE_MORE.match(text, end) or re.compile("[点个度米][几多来]").match(text, end)):
        return replace(number, kind="approx", high=number.high + step)
    if number.kind == "exact" and SUFFIX_OPEN.match(text, end):
        return replace(number, kind="approx", low=number.low - step / 2, high=number.high + step / 2)
    before = text[:start]
    small = before.endswith("小") and number.low % 100 == 0  # 小二百; but 小九十 names the lower pressure
    if number.kind == "exact" and (small or PREFIX_OPEN.search(before)):
        return replace(number, kind="approx", low=number.low - step, high=number.high + step)
    return replace(number, soft=True) if PREFIX_SOFT.search(before) or SUFFIX_SOFT.match(text, end) else number


def _more_fits(text: str, number: Number, more: re.Match[str]) -> bool:
    if more[0] == "来":  # 十来个, 二十来天; but 三来得 is no number
        return number.value >= 10 and number.value % 10 == 0
    if more[0].endswith("几"):
        return number.value >= 10 and not text.startswith("乎", more.end())
    return number.value >= 10 or bool(re.compile("(?:$|，|了|吧)|" + MEASURE).match(text, more.end()))


def _step(number: Number) -> float:
    """Worth of the lowest place said: 140 -> 10, 200 -> 100, 7.2 -> 0.1."""
    value = number.low
    if value != int(value):
        return 0.1
    for step in (1000, 100, 10):
        if value and value % step == 0:
            return float(step)
    return 1.0
