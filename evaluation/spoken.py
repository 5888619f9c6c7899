"""How people say numbers: the resident's side of the numbers that understanding reads."""

from __future__ import annotations

from random import Random

DIGITS = "零一二三四五六七八九"


def numeral(number: int) -> str:
    """The full numeral, 0–999: 一百零五, 一百五十二, 十六, 二十."""
    if number < 10:
        return DIGITS[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    if rest == 0:
        return DIGITS[hundreds] + "百"
    if rest < 10:
        return DIGITS[hundreds] + "百零" + DIGITS[rest]
    tens, ones = divmod(rest, 10)
    return DIGITS[hundreds] + "百" + DIGITS[tens] + "十" + (DIGITS[ones] if ones else "")


def colloquial(number: int) -> str:
    """As in talk: 一百五 for 150, 一百五十二 for 152."""
    if number >= 100 and number % 100 >= 10 and number % 10 == 0:
        return numeral(number)[:-1]
    return numeral(number)


def digit_by_digit(number: int) -> str:
    """As read off a display: 一五二."""
    return "".join(DIGITS[int(digit)] for digit in str(number))


def some_way(number: int, random: Random) -> str:
    """One of the ways, the colloquial one most often."""
    return random.choice((colloquial(number), colloquial(number), numeral(number)))
