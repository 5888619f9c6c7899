"""Words for the values that wording fills in: dates, relations, read-backs. Plain spoken Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from agent.domain.answers import Medication, SlotFill, SlotValue

_WEEKDAYS = "一二三四五六日"


def date_words(iso: str | None) -> str:
    """``2026-12-07`` -> ``12月7日星期一``."""
    if not iso:
        return ""
    day = date.fromisoformat(iso[:10])
    return f"{day.month}月{day.day}日星期{_WEEKDAYS[day.weekday()]}"


def moment_words(iso: str) -> str:
    """``2026-11-24T09:00`` -> ``11月24日星期二上午9点``."""
    if "T" not in iso:
        return date_words(iso)
    hour, minute = int(iso[11:13]), int(iso[14:16])
    part = "上午" if hour < 12 else "下午" if hour < 18 else "晚上"
    clock = f"{hour - 12 if hour > 12 else hour}点"
    return date_words(iso) + part + clock + ("半" if minute == 30 else f"{minute}分" if minute else "")


def relation_speaker(code: SlotValue | None) -> str:
    """Who speaks for the resident, for the event log: the GB/T 4761 code of the relation, else ``proxy``."""
    return str(code) if code else "proxy"


def number_words(value: float) -> str:
    """A number without a needless ``.0``."""
    return f"{value:g}"


def medication_words(item: Medication, name: str) -> str:
    """``氨氯地平，一天1次，一次1片``; unknown parts are left out."""
    parts = [name.removeprefix("unknown:")]
    if item.times_per_day is not None:
        parts.append(_frequency_words(item.times_per_day))
    if item.dose_each is not None:
        parts.append(f"一次{number_words(item.dose_each)}{item.dose_unit or '片'}")
    return "，".join(parts)


def _frequency_words(times_per_day: float) -> str:
    if times_per_day >= 1:
        return f"一天{number_words(times_per_day)}次"
    days = round(1 / times_per_day)
    return "一周一次" if days == 7 else f"{days}天一次"


def plain_words(value: SlotValue) -> str:
    """One value by itself: ``true``, ``7.2``, ``1953年7月12日``, a code as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return number_words(value)
    day = _DAY.fullmatch(str(value))
    return f"{int(day[1])}年{int(day[2])}月{int(day[3])}日" if day else str(value)


_DAY = re.compile("(\\d{4})-(\\d\\d)-(\\d\\d)")


def value_words(fill: SlotFill, label: str, names: Callable[[str], str]) -> str:
    """``收缩压185``; codes and medicine ids by ``names``; medicines with their dose."""
    value = fill.value
    if isinstance(value, tuple):
        words = [
            medication_words(item, names(item.id)) if isinstance(item, Medication) else names(item) for item in value
        ]
        return f"{label}{'、'.join(words)}"
    if isinstance(value, bool):
        return label if value else f"没有{label}"
    return f"{label}{number_words(value) if isinstance(value, (int, float)) else names(value)}"
