"""The ways people say a number, for the language model: 150 is 一百五十, 一百五, 一五零, 幺五零, 百五."""

from __future__ import annotations

import random

_DIGITS = "零一二三四五六七八九"


def words(value: int) -> str:
    """The full reading of 0–9999: 105 → 一百零五."""
    if value < 10:
        return _DIGITS[value]
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            out += ("零" if gap else "") + _DIGITS[digit] + name
        gap = bool(out) and not digit
    return out[1:] if out.startswith("一十") else out


def digits(value: str, one: str = "幺") -> str:
    """Digit by digit: 138 → 幺三八."""
    return "".join(one if d == "1" else _DIGITS[int(d)] for d in value)


def spoken(value: int, rng: random.Random) -> str:
    """One of the usual readings of 0–9999, the full one most often."""
    full = words(value)
    if value < 100:
        return "两" if value == 2 and rng.random() < 0.5 else full
    short = full.removesuffix("十") if value % 100 and value % 10 == 0 and value % 100 != 10 else full
    if value % 1000 == 110:
        short = full.removesuffix("十")
    forms = [full, full, short, short, digits(str(value), rng.choice("一幺"))]
    if full.startswith("一百"):
        forms.append(short.removeprefix("一"))
    chosen = rng.choice(forms)
    return chosen.replace("二百", rng.choice(("二百", "两百"))).replace("二千", rng.choice(("二千", "两千")))


def decimal(low: int, high: int, rng: random.Random) -> str:
    """A number with one decimal place: 七点二, 七个二, 七块二; at times whole or with two."""
    whole, part = words(rng.randint(low, high)), rng.randint(0, 9)
    point = rng.choices(("点", "个", "块"), (8, 3, 1))[0]
    tail = _DIGITS[part] if part or rng.random() < 0.5 else ""
    if rng.random() < 0.06:
        tail = _DIGITS[rng.randint(0, 9)] + _DIGITS[rng.randint(1, 9)]
    if rng.random() < 0.06:
        tail = rng.choice("几多半")
    return whole + point + tail if tail else whole


def phone(rng: random.Random) -> str:
    """A mobile or landline number, or a part of one, digit by digit, at times with 三个八."""
    number = "1" + rng.choice("3456789") + "".join(rng.choice("0123456789") for _ in range(9))
    if rng.random() < 0.2:
        number = "0" + "".join(rng.choice("0123456789") for _ in range(rng.choice((9, 10, 11))))
    start, size = rng.choice(((0, 12), (0, 12), (0, 12), (0, 3), (3, 4), (7, 4), (3, 8)))
    return digits(number[start : start + size], rng.choice("幺幺一"))


def identity(rng: random.Random) -> str:
    """An identity number or its last digits."""
    size = rng.choice((4, 4, 6, 8, 17))
    tail = rng.choice(("", "", "", "叉", "艾克斯")) if size in (4, 17) else ""
    return digits("".join(rng.choice("0123456789") for _ in range(size)), rng.choice("幺一")) + tail


def year(rng: random.Random) -> str:
    """A year of birth or of an event: 一九四八, 四八, 二零二六."""
    value = str(rng.choice((rng.randint(1930, 1975), rng.randint(1975, 2027))))
    return digits(value if rng.random() < 0.5 else value[2:], "一")
