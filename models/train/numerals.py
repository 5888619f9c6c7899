"""The ways numbers are spoken in Mandarin; pure functions of a value and a random source."""

from __future__ import annotations

import random

DIGITS = "零一二三四五六七八九"


def number_words(value: int) -> str:
    """The full reading of 0–9999: 105 → 一百零五."""
    if value < 10:
        return DIGITS[value]
    out, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            out += ("零" if pending_zero else "") + DIGITS[digit] + name
            pending_zero = False
        else:
            pending_zero = bool(out)
    return out[1:] if out.startswith("一十") else out


def digit_words(digits: str, one: str = "幺") -> str:
    """Digit by digit: 138 → 幺三八."""
    return "".join(one if d == "1" else DIGITS[int(d)] for d in digits)


def random_digits(rng: random.Random, count: int) -> str:
    """So many digits."""
    return "".join(rng.choice("0123456789") for _ in range(count))


def spoken_number(rng: random.Random, value: int) -> str:
    """One of the ways people say a number: 150 → 一百五, 一百五十, 一五零, 幺五零, 百五."""
    full = number_words(value)
    forms = [full, full, full]
    if value >= 100:
        if value % 10 == 0 and value % 100:
            forms += [full.removesuffix("十")] * 3
            forms.append(full.removesuffix("十").removeprefix("一"))
        forms += [digit_words(str(value)), digit_words(str(value), "一")]
    if 200 <= value < 300:
        forms = [form.replace("二百", rng.choice(("二百", "两百"))) for form in forms]
    if value >= 20 and value % 10 and rng.random() < 0.1:
        forms.append(number_words(value // 10 * 10) + rng.choice(("几", "多", "来")))
    return rng.choice(forms)
