"""Believable residents for the reference backend: names of their time, ages and diseases of a township."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SURNAMES = tuple(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
)
"""The commonest first."""
GIVEN = {
    ("2", 1955): "秀英 桂英 秀兰 玉兰 桂兰 玉英 凤英 淑珍 桂花 素珍 春兰 金凤 翠兰 月英 菊香 腊梅 巧云 秀珍 玉梅 兰英",
    ("2", 1975): "丽华 秀梅 桂芳 红梅 爱华 建华 玉芳 翠萍 春梅 国芳 丽萍 文英 小红 美玲 惠芳 素芬 金花 雪梅 凤霞 志英",
    ("2", 2100): "丽 敏 静 燕 娟 芳 艳 婷婷 雪 晓燕 欣怡 梓涵 雨桐 佳怡 思雨 海燕 玲玲 莉 倩 慧敏",
    ("1", 1955): "长根 福生 德福 金山 水生 国栋 志远 永福 有才 宝山 树林 德明 大牛 炳南 贵生 庆祥 世昌 火根 连生 学文",
    ("1", 1975): "建国 国强 建军 志强 爱国 卫东 国庆 援朝 建平 永强 志刚 德华 文革 红卫 跃进 新民 保国 金龙 国平 胜利",
    ("1", 2100): "伟 强 磊 军 勇 杰 涛 明 超 斌 鹏 浩然 子轩 俊杰 宇航 浩 亮 波 辉 志鹏",
}
"""By sex and the first year of birth that is too late for them."""

AGES = ((0, 6, 5), (7, 17, 8), (18, 44, 30), (45, 64, 30), (65, 79, 21), (80, 96, 6))
"""From, to, share in percent: a township whose young people work elsewhere."""


@dataclass(frozen=True, slots=True)
class Person:
    """One resident as born, before any contract."""

    id: str
    name: str
    sex: str
    birth_date: date
    phone: str
    groups: tuple[str, ...]
    """Sorted people flags of domain.md §3.1."""
    age: int


def make_person(number: int, draw: Random, on: date) -> Person:
    """One person; the same draw gives the same person."""
    low, high, _ = draw.choices(AGES, [share for *_, share in AGES])[0]
    age = draw.randint(low, high)
    sex = draw.choice("12")
    born = on - timedelta(days=age * 365 + age // 4 + draw.randint(1, 364))
    years = (on - born).days * 4 // 1461
    given = next(names for (of, until), names in GIVEN.items() if of == sex and born.year < until)
    name = draw.choices(SURNAMES, [1 / (rank + 4) for rank in range(len(SURNAMES))])[0] + draw.choice(given.split())
    phone = draw.choice(("138", "139", "150", "152", "187", "133", "180", "155")) + f"{draw.randrange(10**8):08d}"
    return Person(f"R{number:05d}", name, sex, born, phone, _groups(draw, years, sex), years)


def _groups(draw: Random, age: int, sex: str) -> tuple[str, ...]:
    found = set()
    old = max(0.0, (age - 35) / 60)
    if age <= 6:
        found.add("02")
    if age >= 65:
        found.add("03")
    if draw.random() < old * 0.85:
        found.add("04")
    if draw.random() < old * 0.35:
        found.add("05")
    if age >= 50 and draw.random() < 0.05:
        found.add("22")
    if 22 <= age <= 38 and sex == "2" and draw.random() < 0.08:
        found.add("01")
    for flag, share in (("06", 0.006), ("07", 0.002), ("08", 0.03), ("11", 0.04)):
        if draw.random() < share:
            found.add(flag)
    return tuple(sorted(found)) or ("10",)
