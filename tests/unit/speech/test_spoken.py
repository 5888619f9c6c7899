"""The spoken form of written Chinese."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.synthesis.espeak_readings import for_espeak
from speech.synthesis.spoken import number, spoken

CASES = {
    "您的血压是150/95，对吗？": "您的血压是高压一百五十，低压九十五，对吗？",
    "血压150/95mmHg": "血压高压一百五十，低压九十五",
    "您是说高压150、低压95": "您是说高压一百五十、低压九十五",
    "高压105": "高压一百零五",
    "高压120": "高压一百二十",
    "空腹7.2mmol/L": "空腹七点二毫摩尔每升",
    "血糖16.7": "血糖十六点七",
    "7.05": "七点零五",
    "糖化7.1%": "糖化百分之七点一",
    "10%-20%": "百分之十到百分之二十",
    "2026年11月23日": "二零二六年十一月二十三日",
    "2026-11-23": "二零二六年十一月二十三日",
    "12月2日": "十二月二日",
    "下午3:30": "下午三点半",
    "8:05": "八点零五分",
    "2:00": "两点",
    "14:45": "十四点四十五分",
    "电话13812345678": "电话幺三八，幺二三四，五六七八",
    "010-88886666": "零幺零八八八八六六六六",
    "请拨打120": "请拨打幺二零",
    "打12356热线": "打幺二三五六热线",
    "120急救": "幺二零急救",
    "一天2次，每次2片": "一天两次，每次两片",
    "2型糖尿病": "二型糖尿病",
    "2个月": "两个月",
    "12片": "十二片",
    "0.5片": "半片",
    "1/2片": "半片",
    "2/3": "三分之二",
    "5mg": "五毫克",
    "0.25g": "零点二五克",
    "2000毫升": "两千毫升",
    "每天6000步": "每天六千步",
    "3-5天": "三到五天",
    "36.5℃": "三十六点五摄氏度",
    "心率72次/分": "心率七十二次每分",
    "BMI 24.5kg/m2": "BMI 二十四点五公斤每平方米",
    "体重65kg": "体重六十五公斤",
    "１２": "十二",
    "您好。": "您好。",
    "": "",
}


@pytest.mark.parametrize(("written", "said"), CASES.items())
def test_spoken_form(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "零"), (10, "十"), (15, "十五"), (100, "一百"), (110, "一百一十"), (105, "一百零五"), (1005, "一千零五"),
     (1050, "一千零五十"), (2000, "两千"), (20_000, "两万"), (20_100, "两万零一百"), (12_345, "一万两千三百四十五"),
     (100_000_000, "一亿"), (-5, "负五")],
)  # fmt: skip
def test_numbers(value: int, said: str) -> None:
    assert number(value) == said


@given(st.text(alphabet="0123456789./-:%年月日片次高压mgL，。 ", max_size=30))
def test_no_digit_is_left(text: str) -> None:
    assert not re.search(r"\d", spoken(text))


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    for_espeak(spoken(text))


def test_espeak_markup_in_the_text_cannot_get_through() -> None:
    assert for_espeak("王[[abc]]芳<break/>") == "王abc芳break/"


def test_syllables_that_espeak_lacks_are_given_as_phonemes() -> None:
    assert for_espeak("有没有胸闷") == "有没有[[S;ong55]]闷"
