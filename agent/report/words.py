"""Values in the words of a doctor."""

from __future__ import annotations

import re
from datetime import date

from agent.clinical.forms import Field, Form
from agent.clinical.labels import Labels
from agent.domain.answers import Medication, SlotValue

_WEEKDAYS = "一二三四五六日"
_VALUE = re.compile(r"\b([a-z]\w*)=([\d.]+)")


def value_words(field: Field, value: SlotValue, labels: Labels) -> str:
    """The value with its label or unit: ``145 mmHg``, ``头痛头晕``, ``氨氯地平``."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(_item_words(field, item, labels) for item in value) or "无"
    if field.type == "date" and isinstance(value, str):
        return day_words(value)
    if isinstance(value, str):
        return field.codes.get(value, value)
    number = f"{value:g} {field.unit}".strip()
    label = field.codes.get(f"{value:g}")
    return f"{number}（{label}）" if label else number


def _item_words(field: Field, item: str | Medication, labels: Labels) -> str:
    if isinstance(item, Medication):
        return f"{labels.medicine(item.id)} {usage_words(item)}".strip()
    return labels.medicine(item) if field.type == "medications" else field.codes.get(item, item)


def value_codes(field: Field, value: SlotValue) -> tuple[str, ...]:
    """The official codes of a coded value; none for anything else."""
    if not field.code_system:
        return ()
    items = value if isinstance(value, tuple) else (value,)
    return tuple(str(item) for item in items if str(item) in field.codes)


def usage_words(medicine: Medication) -> str:
    """每日次数和每次剂量; what the resident did not say is left out."""
    times = "" if medicine.times_per_day is None else f"每日 {medicine.times_per_day:g} 次"
    dose = "" if medicine.dose_each is None else f"每次 {medicine.dose_each:g} {medicine.dose_unit or ''}".strip()
    return "，".join(part for part in (times, dose) if part)


def day_words(iso: str) -> str:
    """``2026-12-07 星期一``; anything that is no date stays as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{iso} 星期{_WEEKDAYS[day.weekday()]}"


def evidence_words(evidence: str, form: Form | None) -> str:
    """What raised an alert: the resident's words as they are, values by the names of the form."""
    named = {item.slot: item.label for item in form.fields()} if form else {}
    return _VALUE.sub(lambda found: f"{named.get(found[1], found[1])} {found[2]}", evidence).replace(", ", "，")


def masked_phone(phone: str) -> str:
    """Only the last four digits of a telephone number."""
    return f"尾号 {phone[-4:]}" if len(phone) >= 7 else ""
