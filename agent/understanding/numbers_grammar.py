"""Whole numbers as Chinese says them: places, left-out units (一百五), ranges (四五十), digit strings (一五零).

Reads one number from a position of a text in canonical numerals; knows nothing of what the number measures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")}
UNIT = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_SAME = str.maketrans("〇壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬兩", "零一二二三三四五六六七八九十百千万两")
_D = "一二三四五六七八九"
_COUNTED = "个次回天年月周趟片粒根支颗瓶杯碗盒顿口包遍块只层圈"
_HEARD = (
    (
        re.compile(
            f"(?<=[{_D}零])[要腰么](?=[{_D}零])|(?:[腰幺]|(?<![什怎那这多要])么)(?=[{_D}零洞拐勾钩]{{2}})|幺(?=[{_D}零洞拐勾钩])|(?<=[{_D}零幺洞])幺"
        ),
        "一",
    ),
    (re.compile(f"(?<=[{_D}零幺])[洞领林](?=[{_D}零])|(?<=[{_D}零幺])洞|洞(?=[{_D}零])"), "零"),
    (re.compile(f"(?<=[{_D}零幺洞])拐|拐(?=[{_D}零])"), "七"),
    (re.compile(f"(?<=[{_D}零幺洞])[勾钩]|[勾钩](?=[{_D}零])"), "九"),
    (re.compile(f"(?<=[{_D}两])[白摆](?=[{_D}零])"), "百"),
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number or a range of two, and where it ends."""

    low: int
    high: int
    end: int
    digits: str = ""
    """Set when it was read digit by digit or written in figures."""

    def shifted(self, low: int, high: int | None = None) -> Whole:
        """The same with something added to both ends."""
        return Whole(self.low + low, self.high + (low if high is None else high), self.end)


def canonical(text: str) -> str:
    """The text with one character per numeral (幺→一, 洞→零, 〇→零, 陆→六); the length stays."""
    text = re.sub("千(?=[帕克卡瓦])", "，", text.translate(_SAME))  # 十二千帕 is 12 kPa
    for pattern, char in _HEARD * 2:  # twice: 幺洞洞 becomes readable from the left
        text = pattern.sub(char, text)
    return text


def read_whole(text: str, at: int) -> Whole | None:
    """The number that starts at ``at``, None when there is none."""
    char = text[at : at + 1]
    if char and char in "0123456789":
        return _written(text, at)
    if char == "十":
        return _after_ten(text, at + 1).shifted(10)
    if char in ("百", "千"):
        bare = text[at + 1 : at + 2]
        return _scaled(text, at, 1) if bare and bare in _D + "十" else None
    if char == "两":
        return _two(text, at)
    return _spoken(text, at) if char in DIGIT else None


def neighbours(first: str, second: str) -> bool:
    """Whether two digits side by side mean from-to (七八, 两三), as no other pair does."""
    return 0 < DIGIT.get(first, 2) == DIGIT.get(second, 0) - 1


def _written(text: str, at: int) -> Whole:
    match = re.compile(r"\d+").match(text, at)
    assert match is not None
    end = match.end()
    if text[end : end + 1] in ("百", "千", "万") and len(match[0]) <= 4:
        return _scaled(text, end, int(match[0]))
    value = int(match[0][:15])
    if text[end : end + 1] == "十" and value < 10:
        return _after_ten(text, end + 1).shifted(value * 10)
    return Whole(value, value, end, match[0])


def _two(text: str, at: int) -> Whole:
    after = text[at + 1 : at + 2]
    if after in ("百", "千", "万"):
        return _scaled(text, at + 1, 2)
    if after == "三":
        unit = UNIT.get(text[at + 2 : at + 3], 1)
        return Whole(2 * unit, 3 * unit, at + 2 + (unit > 1))
    return Whole(2, 2, at + 1)


def _run(text: str, at: int) -> int:
    end = at
    while text[end : end + 1] in DIGIT:
        end += 1
    return end - at


def _own(text: str, at: int) -> int:
    """Digits from ``at`` that are not the head of a following 九十 or 一百."""
    count = _run(text, at)
    return count - 1 if count and text[at + count : at + count + 1] in UNIT else count


def _spoken(text: str, at: int) -> Whole:
    count = _run(text, at)
    unit = UNIT.get(text[at + count : at + count + 1])
    if unit and count == 1:
        return _scaled(text, at + 1, DIGIT[text[at]])
    if unit and count == 2 and _pair(text, at) and text[at + 3 : at + 4] not in DIGIT:
        return Whole(DIGIT[text[at]] * unit, DIGIT[text[at + 1]] * unit, at + 3)
    count -= bool(unit)
    if count == 1:
        return _single(text, at)
    digits = "".join(str(DIGIT[c]) for c in text[at : at + count])
    if count == 2 and _pair(text, at):
        return Whole(int(digits[0]), int(digits[1]), at + 2, digits)
    return Whole(int(digits[:15]), int(digits[:15]), at + count, digits)


def _pair(text: str, at: int) -> bool:
    if text[at : at + 2] == "三五":
        return text[at + 2 : at + 3] in tuple(_COUNTED + "两斤十百")
    return neighbours(text[at], text[at + 1])


def _single(text: str, at: int) -> Whole:
    value = DIGIT[text[at]]
    if value in (1, 3) and text[at + 1 : at + 2] == "两" and text[at + 2 : at + 3] in tuple(_COUNTED + "百千"):
        unit = UNIT.get(text[at + 2], 1)
        return Whole(min(value, 2) * unit, max(value, 2) * unit, at + 2 + (unit > 1))
    return Whole(value, value, at + 1)


def _scaled(text: str, at: int, count: int) -> Whole:
    """``count`` of the unit at ``at``, with the lower places that follow."""
    unit = UNIT[text[at]]
    if unit == 10:
        rest = _after_ten(text, at + 1)
    elif unit == 100:
        rest = _after_hundred(text, at + 1)
    else:
        rest = _after_thousand(text, at + 1, unit)
    return rest.shifted(count * unit)


def _after_ten(text: str, at: int) -> Whole:
    figures = re.compile(r"\d(?!\d)").match(text, at)
    if figures:
        return Whole(int(figures[0]), int(figures[0]), at + 1)
    count = _own(text, at)
    if not count or text[at] == "零":
        return Whole(0, 0, at)
    first = DIGIT[text[at]]
    if count == 2:  # 五十八九 is a range; 五十九五 is 五十 and then 九五 digit by digit
        if neighbours(text[at], text[at + 1]):
            return Whole(first, first + 1, at + 2)
        return Whole(0, 0, at)
    return Whole(first, first, at + 1)


def _after_hundred(text: str, at: int) -> Whole:
    char, after = text[at : at + 1], text[at + 1 : at + 2]
    figures = re.compile(r"\d{1,2}(?!\d)").match(text, at)
    if figures:
        value = int(figures[0]) * (10 if len(figures[0]) == 1 else 1)
        return Whole(value, value, figures.end())
    if char in ("零", "单"):
        return _ones(text, at + 1) if after in DIGIT else Whole(0, 0, at + (char == "零"))
    if char == "十":
        return _after_ten(text, at + 1).shifted(10)
    if not char or char not in _D or after in ("百", "千"):
        return Whole(0, 0, at)
    if after == "十":
        return _after_ten(text, at + 2).shifted(DIGIT[char] * 10)
    return _left_out_ten(text, at)


def _ones(text: str, at: int) -> Whole:
    count = _own(text, at)
    first = DIGIT[text[at]]
    if count == 2 and neighbours(text[at], text[at + 1]):
        return Whole(first, first + 1, at + 2)
    return Whole(first, first, at + 1) if count else Whole(0, 0, at)


def _left_out_ten(text: str, at: int) -> Whole:
    """一百五: the digit after 百 counts tens; with more digits behind it, see which belong here."""
    first, count = DIGIT[text[at]] * 10, _run(text, at)
    second = DIGIT.get(text[at + 1 : at + 2], 0)
    follows = text[at + count : at + count + 1]
    if count == 2 and neighbours(text[at], text[at + 1]):
        if follows == "十" and text[at + 3 : at + 4] not in DIGIT:
            return Whole(first, first + 10, at + 3)
        if follows not in UNIT:
            return Whole(first, first + 10, at + 2)
    own = count - (follows in UNIT)
    if own in (2, 4):
        return Whole(first + second, first + second, at + 2)
    return Whole(first, first, at + 1)


def _after_thousand(text: str, at: int, unit: int) -> Whole:
    zero = text[at : at + 1] == "零"
    at += zero
    char = text[at : at + 1]
    if not char or char not in _D + "十":
        return Whole(0, 0, at)
    if char == "十" or text[at + 1 : at + 2] in UNIT:
        lower = UNIT.get(text[at + 1 : at + 2], 10)
        inner = _scaled(text, at + 1, DIGIT[char]) if char != "十" and lower < unit else None
        return inner or Whole(0, 0, at)
    digit = DIGIT[char] * (1 if zero else unit // 10)
    return Whole(digit, digit, at + 1)
