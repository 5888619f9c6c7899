"""Written Chinese to the words one says: numbers, blood pressures, dates, times, phone numbers, doses, units. Pure.

Engine-neutral: the result holds no digits; readings that one engine gets wrong are corrected beside that engine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from re import Match

_DIGITS = "零一二三四五六七八九"
_PHONE_DIGITS = "零幺二三四五六七八九"
_UNITS = {
    "mmol/L": "毫摩尔每升", "umol/L": "微摩尔每升", "μmol/L": "微摩尔每升", "mg/dL": "毫克每分升", "g/L": "克每升",
    "kg/m2": "公斤每平方米", "mmHg": "毫米汞柱", "kPa": "千帕", "mg": "毫克", "μg": "微克", "ug": "微克",
    "mcg": "微克", "kg": "公斤", "g": "克", "ml": "毫升", "L": "升", "cm": "厘米", "mm": "毫米", "km": "公里",
    "m": "米", "IU": "单位", "U": "单位", "kcal": "千卡", "min": "分钟", "h": "小时", "℃": "摄氏度", "°C": "摄氏度",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_FOLDED_UNITS = {unit.lower(): words for unit, words in _UNITS.items()}
_COUNTED = "片粒颗次个天周岁种年位名人口袋支丸滴顿杯瓶斤碗包根遍回件条项分钟小时毫升毫克克公斤单位升米千百万"
_COUNTED_START = "|".join(("分钟", "小时", r"点(?!\d)", *_COUNTED))
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_MMHG = r"(?:\s*(?:mmHg|毫米汞柱))?"
_TO = r"\s*[-~～—至]\s*"
_HIGH_RANGE = rf"(?P<high>\d{{2,3}}){_TO}(?P<higher>\d{{2,3}})"
_LOW_RANGE = rf"(?P<low>\d{{2,3}})(?:{_TO}(?P<lower>\d{{2,3}}))?"
_NUMBER = r"\d+(?:\.\d+)?"
_DIALLED = r"(?<=打)|(?<=拨)|(?<=叫)|(?<=电话)|(?<=热线)|(?<=急救)"


def digits(text: str, *, phone: bool = False) -> str:
    """Digit by digit; with ``phone`` 1 is 幺."""
    names = _PHONE_DIGITS if phone else _DIGITS
    return "".join(names[int(c)] if c.isdigit() else "" for c in text)


def number(value: int) -> str:
    """A count in Chinese numerals: 105 一百零五, 12 十二, 20000 两万."""
    if value < 0:
        return "负" + number(-value)
    if value < 10_000:
        return _below_ten_thousand(value)
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if value >= size:
            high, low = divmod(value, size)
            head = "两" if high == 2 else number(high)
            if not low:
                return head + name
            return head + name + ("零" if low < size // 10 else "") + number(low)
    raise AssertionError(value)


def _below_ten_thousand(value: int) -> str:
    if value < 10:
        return _DIGITS[value]
    if value < 20:
        return "十" + (_DIGITS[value - 10] if value > 10 else "")
    out = ""
    gap = False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, size)
        if not digit:
            gap = bool(out)
            continue
        out += ("零" if gap else "") + ("两" if digit == 2 and size == 1000 else _DIGITS[digit]) + name
        gap = False
    return out


def quantity(text: str) -> str:
    """A written number, whole or decimal: ``7.2`` 七点二, ``150`` 一百五十."""
    whole, _, fraction = text.partition(".")
    return number(int(whole)) + ("点" + digits(fraction) if fraction else "")


def _pressure(match: Match[str]) -> str:
    high, low = int(match["high"]), int(match["low"])
    if not (60 <= high <= 300 and 30 <= low < high):
        return match.group()
    lead = "" if match["lead"] else "高压"
    return f"{match['lead'] or ''}{lead}{number(high)}，低压{number(low)}"


def _pressures(match: Match[str]) -> str:
    low = number(int(match["low"])) + (f"到{number(int(match['lower']))}" if match["lower"] else "")
    return f"高压{number(int(match['high']))}到{number(int(match['higher']))}，低压{low}"


def _tail(match: Match[str]) -> str:
    return match["lead"] + match["is"] + digits(match["tail"], phone=True)


def _date(match: Match[str]) -> str:
    day = f"{number(int(match['day']))}日" if match["day"] else ""
    return f"{digits(match['year'])}年{number(int(match['month']))}月{day}"


def _time(match: Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 24 or minute > 59:
        return match.group()
    name = "两点" if hour == 2 else number(hour) + "点"
    if minute in (0, 30):
        return name + ("半" if minute else "")
    return name + ("零" if minute < 10 else "") + number(minute) + "分"


def _phone(match: Match[str]) -> str:
    run = re.sub(r"\D", "", match.group())
    if len(run) == 11 and run[0] == "1":
        return "，".join(digits(part, phone=True) for part in (run[:3], run[3:7], run[7:]))
    return digits(run, phone=True)


def _range(match: Match[str]) -> str:
    return f"{match['low']}到{match['high']}"


def _percent(match: Match[str]) -> str:
    return "百分之" + quantity(match["value"])


def _with_unit(match: Match[str]) -> str:
    value = "两" if match["value"] == "2" else quantity(match["value"])
    return value + _FOLDED_UNITS[match["unit"].lower()]


def _alone(match: Match[str]) -> str:
    """A unit without a number before it is spoken only when it cannot be a plain letter or word."""
    unit = match["unit"]
    return _FOLDED_UNITS[unit.lower()] if "/" in unit or len(unit) > 3 or not unit.isascii() else unit


def _counted(match: Match[str]) -> str:
    return "两" + match["what"]


_RULES: tuple[tuple[str, str | Callable[[Match[str]], str]], ...] = (
    (rf"(?P<year>(?:19|20)\d\d)[-/年.]{_MONTH}(?:[-/月.]{_DAY}(?!\d)[日号]?|月)", _date),
    (r"(?P<year>(?:19|20)\d\d)(?=年)", lambda m: digits(m["year"])),
    (r"(?<!\d)(?P<hour>\d{1,2})[:：](?P<minute>\d\d)(?:[:：]\d\d)?(?!\d)", _time),
    (r"(?<![\d.])1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?<![\d.])\d{7,}(?![\d.])", _phone),
    (rf"(?:{_DIALLED})\s*1\d{{2,4}}(?!\d)|(?<![\d.])1(?:20|10|19|22)(?=急救|报警|电话)|(?<!\d)123\d\d(?!\d)", _phone),
    (r"(?P<lead>尾号|后四位|后4位)(?P<is>[是为]?)\s*(?P<tail>\d{3,4})(?!\d)", _tail),
    (rf"(?<!\d){_HIGH_RANGE}\s*/\s*{_LOW_RANGE}(?![\d/]){_MMHG}", _pressures),
    (rf"(?P<lead>高压|收缩压)?(?<![\d.])(?P<high>\d{{2,3}})\s*/\s*(?P<low>\d{{2,3}})(?![\d/]){_MMHG}", _pressure),
    (r"1/2(?P<what>[片粒颗])|(?<![\d.])0\.5(?P<more>[片粒颗])", lambda m: "半" + (m["what"] or m["more"])),
    (rf"(?P<low>{_NUMBER}%?)\s*[-~～—至]\s*(?P<high>{_NUMBER})(?!\d)", _range),
    (r"(?<!\d)(?P<low>\d+)/(?P<high>\d+)(?!\d)", lambda m: f"{number(int(m['high']))}分之{number(int(m['low']))}"),
    (rf"(?P<value>{_NUMBER})\s*%", _percent),
    (rf"(?<![\d.])(?P<value>{_NUMBER})\s*(?P<unit>{_UNIT})(?![A-Za-z])", _with_unit),
    (rf"(?i:(?P<unit>{_UNIT}))(?=[，。、；：！？）\s]|$)(?<![A-Za-z]{{8}})", _alone),
    (rf"(?<![\d.第])2(?P<what>{_COUNTED_START})", _counted),
    (r"(?<=[次片粒])/(?=[天日周月分次])", "每"),
    (r"(?<=升)/min", "每分钟"),
    (r"(?<=[点半分])\s*[-~～—至]\s*(?=[零一二两三四五六七八九十])", "到"),
    (r"(?<=\d)\+(?!\d)", "加"),
    (r"(?<![\d一-鿿])-(?=\d)", "负"),
    (_NUMBER, lambda m: quantity(m.group())),
    (r"[≥＞>]=?", "大于"),
    (r"[≤＜<]=?", "小于"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), change) for pattern, change in _RULES)


def spoken(text: str) -> str:
    """The words of ``text`` as they are said aloud."""
    out = _half_width(text)
    for pattern, change in _COMPILED:
        out = pattern.sub(change, out)
    return out


def _half_width(text: str) -> str:
    """Full-width digits and letters become ASCII; Chinese punctuation stays."""
    return "".join(unicodedata.normalize("NFKC", c) if c.isalnum() or c in "／％．" else c for c in text)
