"""Digits as they are spoken, one by one or in groups (幺三八, 三个八); nothing is completed or guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.understanding.parsers.record_hits import split_at_correction

_NAMES = {
    "0": "零〇洞",
    "1": "一幺",
    "2": "二两",
    "3": "三叁",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆",
    "7": "七拐柒",
    "8": "八捌",
    "9": "九勾玖",
}
DIGITS = {char: digit for digit, chars in _NAMES.items() for char in chars} | {d: d for d in "0123456789"}
"""Characters that always are digits."""
_HEARD = {
    "0": "领林灵玲铃另令林",
    "1": "腰要妖夭邀衣依医",
    "2": "儿而耳俩",
    "3": "山散伞仨",
    "4": "司死思",
    "5": "无吴武舞午",
    "6": "溜流留刘柳",
    "7": "齐起妻其",
    "8": "吧巴爸把拔",
    "9": "酒久钩就舅",
}
_LIKE = {char: digit for digit, chars in _HEARD.items() for char in chars}
"""Characters that a recogniser writes for a digit: taken only beside digits."""
_PARTICLES = "要起吧把就无儿而"
"""Of these the ones that are words too: taken only between two digits."""
_D = "零〇洞一幺二两三四五六七拐八九勾0-9"
_REPEAT = re.compile(f"([两二俩三仨四五六七八2-8])个(?=[{_D}])([{_D}])")
_COUNT = {"两": 2, "二": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
_ONE = re.compile(f"(?<![{_D}])(?:再|又|还有|最后)?一个(?=[{_D}])")
_TWICE = re.compile(f"双([{_D}])")
_WORDS = re.compile(
    "(?:一共|总共|最后|后面|前面|头|尾)?的?[一二两三四五六七八九十\\d]+位数?|第[一二三两\\d]个?|[一两二三]个?(?=号码?|手机|电话)"
    "|一[下遍会起样点块直定]|有一个|是一个|一个是|两口子|我们俩|[二三]儿子"
)
_WHOLE = re.compile("[一二两三四五六七八九\\d][千百万]|[一二三四五六七八九]十|十[一二三四五六七八九零]?")


@dataclass(frozen=True, slots=True)
class DigitString:
    """Digits in the order spoken."""

    text: str
    vague: bool = False
    """A part was given as a whole number (八千): how many digits that is must be asked."""
    corrected: bool = False
    """Put together from words before and after a self-correction."""


def spoken_digits(text: str) -> DigitString:
    """All digits of ``text``: 幺三八, 三个八, 138."""
    words = _WORDS.sub("，", text)
    words = _REPEAT.sub(lambda m: m.group(2) * _COUNT.get(m.group(1), int(DIGITS[m.group(1)])), words)
    words = _TWICE.sub(r"\1\1", _ONE.sub("", words))
    digits = [DIGITS.get(char, "") for char in words]
    for at, char in enumerate(words):
        if char in _LIKE and _beside_digits(words, digits, at):
            digits[at] = _LIKE[char]
    return DigitString("".join(digits), bool(_WHOLE.search(words)))


def _beside_digits(words: str, digits: list[str], at: int) -> bool:
    left = at > 0 and digits[at - 1] != ""
    right = at + 1 < len(words) and digits[at + 1] != ""
    if left and right:
        return True
    if words[at] in _PARTICLES:
        return False
    edge_left = at == 0 or words[at - 1] in "， -"
    edge_right = at + 1 == len(words) or words[at + 1] in "， -"
    return (left and edge_right) or (right and edge_left)


def readings(text: str) -> Iterator[DigitString]:
    """What the digits may be, best first: as corrected, or as they stand."""
    parts = split_at_correction(text)
    if parts is None:
        yield spoken_digits(text)
        return
    before, after = spoken_digits(parts[0]), spoken_digits(parts[1])
    vague = before.vague or after.vague
    yield after
    yield DigitString(before.text[: max(0, len(before.text) - len(after.text))] + after.text, vague, True)
    groups = [spoken_digits(group).text for group in parts[0].split("，")]
    yield DigitString("".join(groups[:-1]) + after.text, vague, True)
    yield DigitString(before.text + after.text, vague, True)
