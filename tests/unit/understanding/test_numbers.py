"""Numbers as old people say them, as recognisers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.numbers import find_numbers

DIGITS = "零一二三四五六七八九"


def full(number: int) -> str:
    """A number below 1000 in full: 一百零五."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (DIGITS[ones] if ones else "")


def ways(number: int) -> list[str]:
    """Every supported way of saying one value exactly."""
    spoken = [full(number), str(number)]
    by_digit = "".join(DIGITS[int(c)] for c in str(number))
    if number >= 100:
        spoken += [
            by_digit,
            by_digit.replace("一", "幺"),
            full(number).replace("零", "〇"),
            full(number).replace("二百", "两百"),
        ]
    if number >= 100 and number % 10 == 0 and number % 100:
        spoken.append(full(number).removesuffix("十"))
    return spoken


@given(st.integers(30, 300))
def test_every_way_of_saying_a_value_reads_back(number: int) -> None:
    for spoken in ways(number):
        assert [n.value for n in find_numbers(spoken)] == [number], spoken
        assert [n.value for n in find_numbers(f"高压{spoken}，低压")] == [number], spoken


@given(st.integers(100, 299), st.integers(31, 140))
def test_two_values_without_a_pause(first: int, second: int) -> None:
    if first % 100:  # 一百 and then 九十 cannot be told from 一百九十
        assert [n.value for n in find_numbers(full(first) + full(second))] == [first, second]


@given(st.text(max_size=60))
def test_any_text_is_accepted(text: str) -> None:
    find_numbers(text, "点个块度")


@given(st.text(alphabet="零一二两三五九十百千万点半个几多来到幺洞廿俩分之小7 15.，", max_size=30))
def test_spans_are_ordered_and_inside(text: str) -> None:
    at = 0
    for number in find_numbers(text, "点个"):
        assert at <= number.span[0] < number.span[1] <= len(text)
        at = number.span[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一百五", 150),
        ("一百零五", 105),
        ("一百单五", 105),
        ("百八", 180),
        ("两百二", 220),
        ("一千二", 1200),
        ("幺洞洞", 100),
        ("1百5", 150),
        ("1百05", 105),
        ("七点零五", 7.05),
        ("十六点七", 16.7),
        ("一六点七", 16.7),
        ("7.2", 7.2),
        ("半包", 0.5),
        ("一半", 0.5),
        ("一包半", 1.5),
        ("两个半", 2.5),
        ("个半小时", 1.5),
        ("仨月", 3),
        ("三分之一", 1 / 3),
        ("百分之九十五", 95),
        ("七点半", 7.5),
        ("二两", 2),
        ("一两酒", 1),
        ("一白五", 150),
    ],
)
def test_one_exact_value(text: str, value: float) -> None:
    numbers = find_numbers(text)
    assert [(n.value, n.kind) for n in numbers] == [(pytest.approx(value), "exact")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("一百五六", 150, 160),
        ("一百四五十", 140, 150),
        ("四五十", 40, 50),
        ("七八个", 7, 8),
        ("两三次", 2, 3),
        ("三两回", 2, 3),
        ("三五根", 3, 5),
        ("一百三到一百五之间", 130, 150),
        ("130到150", 130, 150),
        ("九十七八", 97, 98),
        ("二三两", 2, 3),
    ],
)
def test_ranges(text: str, low: float, high: float) -> None:
    assert [(n.low, n.high, n.kind) for n in find_numbers(text)] == [(low, high, "range")]


@pytest.mark.parametrize(
    "text",
    [
        "一百四十几",
        "一百四十多",
        "一百四出头",
        "一百四左右",
        "小二百",
        "将近二百",
        "不到一百五十斤",
        "十来片",
        "半个多小时",
        "二十好几根",
        "好几次",
        "奔二百了",
    ],
)
def test_open_values_are_not_exact(text: str) -> None:
    assert not any(n.exact for n in find_numbers(text))


@pytest.mark.parametrize(
    "text",
    [
        "一般",
        "跟以前一样",
        "一直有点儿",
        "有一点晕",
        "万一",
        "三天两头",
        "隔三差五",
        "上礼拜三",
        "第二",
        "十分满意",
        "半夜",
        "咱俩",
        "乱七八糟",
        "多少",
    ],
)
def test_words_that_hold_no_number(text: str) -> None:
    assert find_numbers(text) == ()


def test_unsure_is_not_open() -> None:
    (number,) = find_numbers("大概一百五吧")
    assert number.exact
    assert number.soft


@pytest.mark.parametrize("text", ["七个二", "七个两", "七块二", "七点二"])
def test_decimal_words(text: str) -> None:
    assert [n.value for n in find_numbers(text, "点个块")] == [7.2]


def test_counts_per_week_are_no_weekdays() -> None:
    assert [n.value for n in find_numbers("一个礼拜三次")] == [1, 3]
    assert [n.value for n in find_numbers("一周三天")] == [1, 3]
    assert find_numbers("上周三") == ()
