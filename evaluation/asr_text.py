"""Makes two transcripts comparable: characters only, Chinese numerals and digits alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.understanding.text import han_only, normalise

_DIGITS = {
    char: str(value)
    for value, chars in enumerate(("零〇洞", "一幺", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_RUN = re.compile("[" + "".join(_DIGITS) + "".join(_UNITS) + "0-9万点.]+")
_POINT = re.compile(r"(?<=\d)点(?=\d)")


def comparable(text: str) -> str:
    """``高压一百五，低压95`` → ``高压150低压95``; 一五零, 一百五 and 150 are the same."""
    return _RUN.sub(lambda match: _POINT.sub(".", digits(match.group())), han_only(normalise(text).text))


@dataclass(frozen=True)
class _Open:
    """A number that is being read: its value so far and the unit behind its last digit."""

    value: int = 0
    unit: int = 10_000
    gap: bool = False
    """零 was said: the next digit counts ones."""
    started: bool = False


def digits(run: str) -> str:
    """A run of numerals as digits; numbers that follow each other are told apart by falling units."""
    out: list[str] = []
    number = _Open()
    index = 0
    while index < len(run):
        char, following = run[index], run[index + 1 : index + 2]
        if char in _UNITS or (char in _DIGITS and following in _UNITS and following):
            digit, unit = (1, _UNITS[char]) if char in _UNITS else (int(_DIGITS[char]), _UNITS[following])
            index += 1 if char in _UNITS else 2
            if number.started and unit >= number.unit:
                out.append(str(number.value))
                number = _Open()
            number = _Open(number.value + digit * unit, unit, False, True)
        elif number.started and char in _DIGITS:
            index += 1
            number = _digit(number, char, out)
        else:
            index += 1
            out += [str(number.value)] * number.started + [_DIGITS.get(char, char)]
            number = _Open()
    return "".join(out + [str(number.value)] * number.started)


def _digit(number: _Open, char: str, out: list[str]) -> _Open:
    """A digit without unit behind 百 or 十: 一百零五, 一百五, 二十五."""
    if _DIGITS[char] == "0":
        return _Open(number.value, number.unit, True, True)
    scale = 1 if number.gap or number.unit == 10 else number.unit // 10
    out.append(str(number.value + int(_DIGITS[char]) * scale))
    return _Open()


def edits(wanted: str, got: str) -> int:
    """Levenshtein distance in characters."""
    row = list(range(len(got) + 1))
    for i, char in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (char != other))
    return row[-1]
