"""Digits as they are spoken, one by one or in groups (幺三八, 三个八); nothing is completed or guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.understanding.parsers.record_hits import split_at_correction
from agent.understanding.pinyin import fold_char

_ME = re.compile("(?<![什怎那这多要])么(?=[零〇一幺二两三四五六七八九洞拐勾0-9])")
"""么 for 幺, as recognisers write it."""
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
_SOUNDS = {fold_char(char): DIGITS[char] for char in "零一幺二三四五六七八九"}
"""Folded syllable -> digit: a recogniser writes 山 for 三, 酒 for 九; taken only inside a run of digits."""
_PARTICLES = "要吧把起就无儿而是事以也已意里离李十"
"""Words that sound like digits: never at the edge of a run."""
_D = "零〇洞一幺二两三四五六七拐八九勾0-9"
_REPEAT = re.compile(f"([两二俩三仨四五六七八2-8])个(?=[{_D}])([{_D}])")
_COUNT = {"两": 2, "二": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
_ONE = re.compile(f"(?<![{_D}])(?:再|又|还有|最后)?一个(?=[{_D}])")
_TWICE = re.compile(f"双([{_D}])")
_WORDS = re.compile(
    "(?:一共|总共|最后|后面|前面|头|尾)?的?[一二两三四五六七八九十\\d]+位数?|第[一二三两\\d]个?|[一两二三]个?(?=号码?|手机|电话)"
    "|一[下遍会起样点块直定]|有一个|是一个|一个是|两口子|我们俩|[二三]儿子"
)
WHOLE = 7
"""The shortest number of a telephone."""
_WHOLE = re.compile("[一二两三四五六七八九\\d][千百万]|[一二三四五六七八九]十|十[一二三四五六七八九零]?")


@dataclass(frozen=True, slots=True)
class DigitString:
    """Digits in the order spoken."""

    text: str
    vague: bool = False
    """A part was given as a whole number (八千): how many digits that is must be asked."""
    doubtful: bool = False
    """A digit was known by its sound only, or something not understood stands between digits."""
    corrected: bool = False
    """Put together from words before and after a self-correction."""


def spoken_digits(text: str) -> DigitString:
    """All digits of ``text``: 幺三八, 三个八, 138."""
    words = _WORDS.sub("，", _ME.sub("幺", text))
    words = _REPEAT.sub(lambda m: m.group(2) * _COUNT.get(m.group(1), int(DIGITS[m.group(1)])), words)
    words = _TWICE.sub(r"\1\1", _ONE.sub("", words))
    heard = as_digits(words)
    digits = "".join(DIGITS.get(char, "") for char in heard)
    gap = re.search(f"[{_D}][^{_D}，， 的是-][{_D}]", heard) is not None
    return DigitString(digits, bool(_WHOLE.search(words)), doubtful=heard != words or gap)


def _begun_again(text: str) -> Iterator[DigitString]:
    """幺八九零二三，等等啊，幺八九零三二七七八八九: the clauses from a new beginning on."""
    starts = [match.end() for match in re.finditer("，", text)]
    for start in starts:
        rest = spoken_digits(text[start:])
        if rest.text and spoken_digits(text[:start]).text:
            yield DigitString(rest.text, rest.vague, rest.doubtful, corrected=True)


_ENDING = re.compile(
    "，(?:尾巴|尾数|尾号|末尾|末了|最后)[上面头那]*(?:[一两三四]?[位个])?(?:数|字)?是"
    "(?P<ending>[^，不]+)(?:不是[^，]+)?$"
)


def _ending_said_twice(text: str) -> Iterator[DigitString]:
    """…八幺零九二九，尾巴上是九: the last digits once more, to be clear."""
    match = _ENDING.search(text)
    if match is not None:
        before, ending = spoken_digits(text[: match.start()]), spoken_digits(match["ending"])
        if ending.text and before.text.endswith(ending.text):
            yield before


def as_digits(words: str) -> str:
    """The words with 三 where 山 is heard among digits; positions stay."""
    letters = list(words)
    for run in _runs(words):
        inside = [at for at in run if words[at] not in DIGITS]
        if len(run) < 3 or len(inside) * 5 > len(run) * 2:
            continue
        for at in inside:
            letters[at] = _SOUNDS[fold_char(words[at])]
    return "".join(letters)


def _runs(words: str) -> Iterator[range]:
    """Unbroken stretches of digits and of what sounds like them, without particles at the edges."""
    for match in re.finditer("1+", "".join("1" if _like_digit(char) else "0" for char in words)):
        start, end = match.span()
        while start < end and words[start] in _PARTICLES:
            start += 1
        while end > start and words[end - 1] in _PARTICLES:
            end -= 1
        yield range(start, end)


def _like_digit(char: str) -> bool:
    return char in DIGITS or (char not in "十" and fold_char(char) in _SOUNDS)


def readings(text: str) -> Iterator[DigitString]:
    """What the digits may be, best first: as corrected, or as they stand."""
    yield from _ending_said_twice(text)
    parts = split_at_correction(text)
    if parts is None:
        yield spoken_digits(text)
        yield from _begun_again(text)
        return
    before, after = spoken_digits(parts[0]), spoken_digits(parts[1])
    vague = before.vague or after.vague
    last = spoken_digits(parts[1].rpartition("，")[2])
    if len(last.text) >= WHOLE and last.text != after.text:  # 最后两个字是六六，一三五七零零二四四六六: said anew
        yield DigitString(last.text, last.vague, last.doubtful, corrected=True)
    yield after
    yield DigitString(before.text[: max(0, len(before.text) - len(after.text))] + after.text, vague, corrected=True)
    groups = [digits for group in parts[0].split("，") if (digits := spoken_digits(group).text)]
    yield DigitString("".join(groups[:-1]) + after.text, vague, corrected=True)
    yield DigitString(before.text + after.text, vague, corrected=True)
