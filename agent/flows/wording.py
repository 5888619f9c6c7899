"""Words for the values that wording fills in: dates, relations, read-backs. Plain spoken Chinese."""

from __future__ import annotations

from datetime import date

from agent.domain.answers import Medication, SlotFill, SlotValue

_WEEKDAYS = "一二三四五六日"
_RELATIONS = {"1": "spouse", "2": "son", "3": "daughter", "4": "grandchild", "5": "parent", "7": "sibling"}


def date_words(iso: str | None) -> str:
    """``2026-12-07`` -> ``12月7日星期一``."""
    if not iso:
        return ""
    day = date.fromisoformat(iso[:10])
    return f"{day.month}月{day.day}日星期{_WEEKDAYS[day.weekday()]}"


def relation_speaker(code: SlotValue | None) -> str:
    """Who speaks for the resident, for the event log: ``proxy:daughter``."""
    return f"proxy:{_RELATIONS.get(str(code), 'other')}"


def number_words(value: float) -> str:
    """A number without a needless ``.0``."""
    return f"{value:g}"


def medication_words(item: Medication) -> str:
    """``氨氯地平，一天1次，一次1片``; unknown parts are left out."""
    parts = [item.id.removeprefix("unknown:")]
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


def value_words(fill: SlotFill, label: str, unit: str, codes: dict[str, str]) -> str:
    """``高压185``; codes in their words; medicines with their dose."""
    value = fill.value
    if isinstance(value, tuple):
        words = [medication_words(item) if isinstance(item, Medication) else codes.get(item, item) for item in value]
        return f"{label}{'、'.join(words)}"
    if isinstance(value, bool):
        return label if value else f"没有{label}"
    if isinstance(value, (int, float)):
        return f"{label}{number_words(value)}{unit}"
    return f"{label}{codes.get(value, value)}"
