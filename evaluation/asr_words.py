"""Key words of the flow, as short answers: numbers, yes and no, medicines; and when one was heard right.

The wordings are drawn here, apart from those the language model is sampled from (``models/bundled/language``).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from agent.domain.answers import AskContext
from agent.library import Library
from agent.understanding.medicine_names import find_medicines
from agent.understanding.text import normalise
from evaluation.asr_corpus import Sentence
from evaluation.asr_text import comparable
from evaluation.spoken import DIGITS, colloquial, digit_by_digit, numeral, some_way

_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_NOW = datetime(2026, 11, 23, 9, 30)


class Kind(StrEnum):
    """What an answer is about."""

    NUMBERS = "numbers"
    YES_NO = "yes_no"
    MEDICINES = "medicines"


AT_MOST: Mapping[Kind, float] = {Kind.NUMBERS: 0.03, Kind.YES_NO: 0.02, Kind.MEDICINES: 0.05}
"""Share of answers that may be heard wrong."""

Draw = Callable[[random.Random], str]


def _pressure(rng: random.Random) -> str:
    high, low = rng.randint(96, 209), rng.randint(52, 119)
    way = rng.choice((colloquial, colloquial, numeral))
    frame = rng.choice(("高压{}低压{}", "高压是{}，低压是{}", "{}，{}", "早上量的{}，{}", "上压{}下压{}"))
    return frame.format(way(high), way(low))


def _sugar(rng: random.Random) -> str:
    value = f"{numeral(rng.randint(3, 19))}点{DIGITS[rng.randint(1, 9)]}"
    return rng.choice(("{}", "空腹{}", "早上测的是{}", "血糖{}", "今天扎了一下{}")).format(value)


def _phone(rng: random.Random) -> str:
    number = "1" + rng.choice("35789") + "".join(rng.choice("0123456789") for _ in range(9))
    return "".join("幺" if digit == "1" else DIGITS[int(digit)] for digit in number)


def _born(rng: random.Random) -> str:
    year = digit_by_digit(rng.randint(1932, 1968))
    return f"{year}年{numeral(rng.randint(1, 12))}月{numeral(rng.randint(1, 28))}号"


def _framed(low: int, high: int, *frames: str) -> Draw:
    return lambda rng: rng.choice(frames).format(some_way(rng.randint(low, high), rng))


_NUMBERS: Mapping[str, Draw] = {
    "blood_pressure": _pressure,
    "fpg": _sugar,
    "heart_rate": _framed(48, 128, "{}", "{}下", "一分钟{}下", "心跳{}", "脉搏{}次"),
    "weight_kg_now": _framed(82, 186, "{}斤", "体重{}斤", "我现在{}斤"),
    "height_cm": _framed(146, 183, "{}", "{}公分", "身高{}厘米"),
    "smoke_per_day_now": _framed(3, 40, "{}根", "一天{}支", "每天抽{}根"),
    "exercise": _framed(10, 90, "{}分钟", "每次走{}分钟", "大概{}分钟"),
    "contact_phone": _phone,
    "birth_date": _born,
}
_YES_NO = (
    "对", "是", "是的", "对对", "嗯", "嗯对", "有", "有的", "好", "好的", "可以", "行", "行啊", "愿意", "没错",
    "是啊", "对的", "好啊", "没问题", "同意", "没有", "没", "不是", "不", "不对", "不行", "不用", "不用了", "不愿意",
    "不方便", "没有啊", "没有没有", "不要", "不是的", "从来没有", "不可以", "那没有", "那可以", "有啊",
)  # fmt: skip
_YES_NO_ASKS = ("yes_no", "consent", "wants_doctor", "foot_check")
_NAMED = ("{}", "吃的是{}", "我吃{}", "{}一天一片", "大夫开的{}", "一直吃{}", "还有{}", "现在吃{}早上一片")


def answers(kind: Kind, count: int, library: Library, seed: int = 5) -> list[Sentence]:
    """``count`` answers of a kind; the same for the same seed."""
    rng = random.Random(f"{kind} {seed}")
    drawn = _drawn(kind, library, rng)
    return [Sentence(f"{kind.value}_{number:03d}", *next(drawn)) for number in range(count)]


def _drawn(kind: Kind, library: Library, rng: random.Random) -> Iterator[tuple[str, str]]:
    names = [name for one in library.knowledge.lexicons.medicines.by_id.values() for name in one.names]
    spoken = [name for name in names if re.fullmatch("[㐀-鿿]{2,}", name)]
    while True:
        if kind is Kind.NUMBERS:
            for ask, draw in _NUMBERS.items():
                yield draw(rng), ask
        elif kind is Kind.YES_NO:
            for text in rng.sample(_YES_NO, len(_YES_NO)):
                yield text, rng.choice(_YES_NO_ASKS)
        else:
            for name in rng.sample(spoken, len(spoken)):
                yield rng.choice(_NAMED).format(name), "medications"


def right(kind: Kind, said: str, heard: str, library: Library) -> bool:
    """The same numbers, the same yes or no, the same medicines."""
    return meaning(kind, said, library) == meaning(kind, heard, library)


def meaning(kind: Kind, text: str, library: Library) -> Sequence[str]:
    """What of the words counts: digits in order, the polarity, ids of medicines."""
    if kind is Kind.NUMBERS:
        return _DIGITS.findall(comparable(text))
    if kind is Kind.YES_NO:
        reading = library.knowledge.parsers["yes_no"](normalise(text), AskContext(_NOW))
        return [reading.answer.value] if reading.answer else []
    found = find_medicines(normalise(text).text, library.knowledge.lexicons)
    return sorted(one.id for one in (*found.taken, *found.stopped))
