"""Reading values back before they count."""

from __future__ import annotations

from agent.clinical.rules import ClinicalRules
from agent.domain.answers import SlotFill
from agent.flows.log import Work
from agent.flows.state import ReadBack
from agent.flows.wording import moment_words, value_words

SPOKEN_LABELS = {
    "sbp": "高压", "dbp": "低压", "heart_rate": "心跳", "weight_kg_now": "体重", "height_cm": "身高",
    "medications": "", "smoke_per_day_now": "一天抽烟", "alcohol_liang_now": "一天喝酒",
    "exercise_per_week_now": "一周活动", "exercise_minutes_now": "每次活动", "callback_time": "",
}  # fmt: skip
"""How a slot is named aloud, where the form's own label is not what people say."""
SPOKEN_UNITS = {
    "weight_kg_now": "公斤", "height_cm": "厘米", "smoke_per_day_now": "支", "alcohol_liang_now": "两",
    "exercise_per_week_now": "次", "exercise_minutes_now": "分钟", "fpg": "", "pbg_2h": "",
    "hba1c": "", "spo2": "", "body_temperature": "度", "staple_g_now": "克",
}  # fmt: skip


def fill_words(fill: SlotFill, form_ids: str, rules: ClinicalRules) -> str:
    """One value as it is read back aloud; ``form_ids`` are the forms of the visit, joined by ``+``."""
    field = next(
        (f for form in form_ids.split("+") if form in rules.forms and (f := rules.forms[form].field(fill.slot))), None
    )
    label = SPOKEN_LABELS.get(fill.slot, field.label if field else "")
    codes = field.codes if field else {}
    if fill.slot == "weight_kg_now" and isinstance(fill.value, (int, float)):
        return f"体重{fill.value:g}公斤，就是{fill.value * 2:g}斤"
    if fill.slot in {"callback_time", "appointment_time"}:
        return moment_words(str(fill.value))
    return value_words(
        fill, label, SPOKEN_UNITS.get(fill.slot, ""), lambda code: codes.get(code) or rules.labels.medicine(code)
    )


def put_read_back(work: Work, rules: ClinicalRules) -> None:
    """Ask whether the pending values are right."""
    pending = work.state.pending
    if not isinstance(pending, ReadBack):
        return
    words = "，".join(fill_words(fill, work.state.form, rules) for fill in pending.fills)
    work.say("utter_readback", variant=pending.tries, ask=pending.ask, values=words)
