"""What differs from the last visit, and the medicines of both."""

from __future__ import annotations

from collections.abc import Mapping

from agent.clinical.contradictions import medicine_ids
from agent.clinical.forms import Field, Form
from agent.clinical.labels import Labels
from agent.domain.answers import Medication, SlotValue
from agent.report.model import Change, MedicineRow
from agent.report.words import usage_words, value_words

_COMPARED = ("int", "dec1", "dec2", "enum", "multi")


def find_changes(
    form: Form, slots: Mapping[str, SlotValue], history: Mapping[str, SlotValue], labels: Labels
) -> tuple[Change, ...]:
    """Values of the form that differ from the last visit, in printed order."""
    found = []
    for field in form.fields():
        now, before = slots.get(field.slot), history.get(field.slot)
        if field.type in _COMPARED and field.who != "doctor" and now is not None and before is not None:
            change = _change(field, now, before, labels)
            if change:
                found.append(change)
    return tuple(found)


def _change(field: Field, now: SlotValue, before: SlotValue, labels: Labels) -> Change | None:
    if _same(now, before):
        return None
    after, earlier = value_words(field, now, labels), value_words(field, before, labels)
    arrow = _arrow(now, before)
    return Change(field.label, earlier, after, f"{field.label} {earlier} → {after}{arrow}")


def _same(now: SlotValue, before: SlotValue) -> bool:
    if isinstance(now, tuple) and isinstance(before, tuple):
        return set(now) == set(before)
    return now == before


def _arrow(now: SlotValue, before: SlotValue) -> str:
    if isinstance(now, bool | str | tuple) or isinstance(before, bool | str | tuple):
        return ""
    return f"（{'↑' if now > before else '↓'}{round(abs(now - before), 2):g}）"


def medicine_rows(
    slots: Mapping[str, SlotValue], history: Mapping[str, SlotValue], labels: Labels
) -> tuple[MedicineRow, ...]:
    """Medicines taken now, then those of the last visit that were not named."""
    now, before = _medicines(slots.get("medications")), medicine_ids(history.get("medications"))
    kept = {medicine.id for medicine in now}
    rows = [_row(medicine, labels, _how(medicine.id, before)) for medicine in now]
    if "medications" in slots:
        rows += [_row(Medication(id), labels, "本次没提到") for id in before if id not in kept]
    return tuple(rows)


def _how(id: str, before: tuple[str, ...]) -> str:
    if not before:
        return ""
    return "与上次相同" if id in before else "本次新说"


def _medicines(value: SlotValue | None) -> list[Medication]:
    if not isinstance(value, tuple):
        return []
    return [item if isinstance(item, Medication) else Medication(item) for item in value]


def _row(medicine: Medication, labels: Labels, change: str) -> MedicineRow:
    usage = "" if change == "本次没提到" else usage_words(medicine) or "用法没有说"
    return MedicineRow(
        medicine.id,
        labels.medicine(medicine.id),
        medicine.times_per_day,
        medicine.dose_each,
        medicine.dose_unit,
        usage,
        change,
    )
