"""Seeded generator of what is said in follow-up calls; hanzi only, no digits or Latin letters."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from models.train import phrases
from models.train.numerals import DIGITS, digit_words, number_words, random_digits, spoken_number

Template = Callable[[random.Random], str]
_PRESSURE_NAMES = (
    ("高压", "低压"), ("高压", "低压"), ("上压", "下压"), ("收缩压", "舒张压"),
    ("上头", "底下"), ("大的", "小的"), ("高的", "低的"),
)  # fmt: skip


def _pressure(rng: random.Random) -> str:
    high, low = rng.randint(88, 215), rng.randint(48, 125)
    first, second = spoken_number(rng, high), spoken_number(rng, low)
    upper, lower = rng.choice(_PRESSURE_NAMES)
    shape = rng.randrange(10)
    if shape < 4:
        pause, link = rng.choice(("", "，")), rng.choice(("", "是"))
        return f"{upper}{rng.choice(('', '', '是', '有'))}{first}{pause}{lower}{link}{second}"
    if shape < 6:
        return f"{first}{rng.choice(('', '，', '，', '杠', '比', '和'))}{second}"
    if shape == 6:
        return digit_words(str(high), rng.choice("幺一")) + digit_words(str(low), "一")
    if shape == 7:
        return f"{rng.choice((upper, lower))}{rng.choice(('', '是', '大概'))}{rng.choice((first, second))}"
    if shape == 8:
        return f"血压{rng.choice(('', '是', '量的是', '有'))}{first}{second}，{_heart(rng)}"
    return f"{lower}{second}{upper}{first}"


def _glucose(rng: random.Random) -> str:
    kind = rng.choice(("", *phrases.GLUCOSE_KINDS)) + rng.choice(("", "", "是"))
    whole = number_words(rng.randint(2, 28))
    return kind + whole + rng.choice(("点", "点", "点", "个")) + rng.choice(DIGITS)


def _weight(rng: random.Random) -> str:
    if rng.random() < 0.25:
        return f"{rng.choice(('身高', '', '我'))}一米{digit_words(str(rng.randint(40, 89)), '一')}"
    unit = rng.choice(("斤", "公斤", "公斤", "来斤", "", "千克", "斤多", "斤左右", "斤半"))
    return rng.choice(("", "体重", "我", "大概", "有")) + spoken_number(rng, rng.randint(35, 190)) + unit


def _heart(rng: random.Random) -> str:
    head = rng.choice(("心跳", "心率", "脉搏", "一分钟", "心跳一分钟", "每分钟"))
    return head + spoken_number(rng, rng.randint(42, 140)) + rng.choice(("", "下", "次", "多"))


def _phone(rng: random.Random) -> str:
    digits = "1" + rng.choice("3456789") + random_digits(rng, 9)
    if rng.random() < 0.3:
        digits = "0" + random_digits(rng, rng.choice((9, 10, 11)))
    one = rng.choice(("幺", "幺", "一"))
    start, size = rng.choice(((0, 11), (0, 3), (3, 4), (7, 4), (0, 11), (0, 7)))
    if size == 11 and rng.random() < 0.6:
        return "，".join(digit_words(part, one) for part in (digits[:3], digits[3:7], digits[7:]))
    return rng.choice(("", "", "我的电话", "电话是", "号码")) + digit_words(digits[start : start + size], one)


def _identity(rng: random.Random) -> str:
    digits = random_digits(rng, rng.choice((3, 4, 4, 4, 6, 8, 17)))
    head = rng.choice(("", "", "后四位", "身份证", "尾号"))
    return head + digit_words(digits, rng.choice("幺一")) + rng.choice(("", "", "", "叉"))


def _date(rng: random.Random) -> str:
    if rng.random() < 0.25:
        age = number_words(rng.randint(40, 96))
        return rng.choice(("今年", "我", "虚岁", "周岁")) + age + rng.choice(("了", "岁", "岁了", ""))
    day = rng.randint(1, 31)
    year = digit_words(str(rng.randint(1932, 2027)), "一")
    text = rng.choice(("", "", year + "年", year[2:] + "年")) + number_words(rng.randint(1, 12)) + "月"
    text += rng.choice((number_words(day) + rng.choice(("号", "日", "")), "初" + number_words(min(day, 10)), ""))
    return rng.choice(("", "", "生日是", "我是", "农历", "阴历")) + text + rng.choice(("", "", "生的"))


def _clock(rng: random.Random) -> str:
    hour = rng.choice((number_words(rng.randint(1, 12)), "两"))
    tail = rng.choice(("", "半", "一刻", "三刻", "多", "来钟", "钟", number_words(rng.randint(10, 59)) + "分"))
    return rng.choice(("", *phrases.WHEN[:16])) + hour + "点" + tail + rng.choice(("", "", "量的", "吃的", "以后"))


def _count(rng: random.Random) -> str:
    return rng.choice(("", *phrases.PERIODS)) + rng.choice(phrases.COUNTS) + rng.choice(phrases.UNITS)


def _medicine(rng: random.Random) -> str:
    return rng.choice(phrases.MEDICINES if rng.random() < 0.6 else phrases.BRANDS)


def _dose(rng: random.Random) -> str:
    name = _medicine(rng)
    regimen = rng.choice(("", *phrases.REGIMENS))
    shape = rng.randrange(6)
    if shape == 0:
        return name
    if shape == 1:
        return f"{rng.choice(('吃', '在吃', '吃的是', '我吃', '开的', '一直吃'))}{name}"
    if shape == 2:
        return f"{name}，{regimen}" if regimen else name
    if shape == 3:
        return f"{name}{rng.choice(('和', '还有', '跟', '，'))}{_medicine(rng)}"
    if shape == 4:
        return f"{name}{rng.choice(phrases.STRENGTHS)}{rng.choice(('毫克', '毫克', '克'))}{regimen}"
    return name + rng.choice(phrases.DRUG_CHANGES)


def _symptom(rng: random.Random) -> str:
    name, other = rng.choice(phrases.SYMPTOMS), rng.choice(phrases.SYMPTOMS)
    shape = rng.randrange(6)
    if shape < 3:
        return rng.choice(("", "", "我", *phrases.WHEN[:8])) + rng.choice(phrases.DEGREES) + name
    if shape == 3:
        return f"{name}{rng.choice(('，', '，还有', '也有，', '没有，就是'))}{other}"
    if shape == 4:
        return name + rng.choice(phrases.COURSES)
    return f"没有{name}，也没有{other}"


def _phrase(rng: random.Random) -> str:
    answers = (phrases.AGREEMENT, phrases.AGREEMENT, phrases.DENIAL, phrases.DENIAL)
    other = (phrases.LIFESTYLE, phrases.ADHERENCE, phrases.RED_FLAGS, phrases.CONTROL, phrases.AGENT)
    return rng.choice(rng.choice(answers + other))


def _joined(rng: random.Random) -> str:
    first = rng.choice(phrases.AGREEMENT[:22] + phrases.DENIAL[:22])
    return f"{first}，{rng.choice((_phrase, _symptom, _pressure, _dose, _count))(rng)}"


def _correction(rng: random.Random) -> str:
    value = rng.choice((_pressure, _glucose, _weight, _count, _date, _dose))
    link = rng.choice(("不对是", "不是，是", "我说错了，是", "哦不，", "应该是", "不对不对，"))
    return f"{value(rng)}，{link}{value(rng)}"


def _context(rng: random.Random) -> str:
    who = rng.choice(phrases.PLACES + phrases.RELATIVES)
    did = rng.choice(("量的", "量了", "说", "给我量的", "测的", "告诉我"))
    return rng.choice(("", *phrases.WHEN)) + who + did + rng.choice((_pressure, _glucose, _phrase))(rng)


def _numbers(rng: random.Random) -> str:
    shape = rng.randrange(4)
    if shape == 0:
        return spoken_number(rng, rng.randint(0, 260))
    if shape == 1:
        return digit_words(random_digits(rng, rng.randint(2, 8)), rng.choice("幺一"))
    if shape == 2:
        return spoken_number(rng, rng.randint(100, 3000))
    return f"{number_words(rng.randint(0, 60))}点{digit_words(str(rng.randint(0, 99)), '一')}"


TEMPLATES: tuple[tuple[Template, int], ...] = (
    (_pressure, 14), (_glucose, 6), (_weight, 5), (_heart, 4), (_phone, 5), (_identity, 4), (_date, 6), (_clock, 4),
    (_count, 8), (_dose, 12), (_symptom, 12), (_phrase, 24), (_joined, 8), (_correction, 3), (_context, 5),
    (_numbers, 6),
)  # fmt: skip


def sentence(rng: random.Random) -> str:
    """One thing said in a call, at times with a filler before or a particle after."""
    template = rng.choices([t for t, _ in TEMPLATES], [w for _, w in TEMPLATES])[0]
    text = template(rng)
    if rng.random() < 0.15:
        text = rng.choice(phrases.FILLERS) + rng.choice(("，", "")) + text
    if rng.random() < 0.08:
        text += rng.choice(phrases.TAILS)
    return text


def sentences(seed: int) -> Iterator[str]:
    """An endless stream; the same seed gives the same stream."""
    rng = random.Random(seed)
    while True:
        yield sentence(rng)
