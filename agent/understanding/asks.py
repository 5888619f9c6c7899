"""What each ask id of formats.md fills, and which asks take a plain kind of answer."""

from __future__ import annotations

from agent.domain.answers import AnswerKind
from agent.domain.turns import Expected

ASK_SLOTS: dict[str, tuple[str, ...]] = {
    "blood_pressure": ("sbp", "dbp"),
    "exercise": ("exercise_per_week_now", "exercise_minutes_now"),
    "proxy_relation": ("contact_relation",),
    "adr": ("adr",),
}
"""Asks that fill something else than the slot of their own name."""

KIND_ASKS: dict[str, frozenset[AnswerKind]] = {
    "identity": frozenset({AnswerKind.SELF, AnswerKind.PROXY, AnswerKind.WRONG_PERSON}),
    "consent": frozenset({AnswerKind.YES, AnswerKind.NO, AnswerKind.LATER}),
}
"""Asks whose slot takes the kind of answer itself."""

_YES_NO = frozenset({AnswerKind.YES, AnswerKind.NO})
YES_NO_ASKS = ("yes_no", "someone_nearby", "suicide_plan", "suicide_means", "next_call_ok", "resume_now", "cancel_sure")
"""Asks of the patterns and the closing that are answered with yes or no."""

KIND_ASKS |= dict.fromkeys(YES_NO_ASKS, _YES_NO)

PROBE_ASK = "probe_"
"""Prefix of the asks that settle a doubtful red-flag mention; they are answered with yes or no."""

FREE_TEXT_ASKS = ("aux_exam", "resident_question")
"""Asks whose words are kept as they are."""


_KINDS: dict[Expected, tuple[str, ...]] = {
    Expected.NUMBERS: ("blood_pressure", "exercise", "insulin_usage"),
    Expected.NUMBER: (
        "heart_rate", "fpg", "pbg_2h", "hba1c", "weight_kg_now", "height_cm", "spo2", "body_temperature",
        "smoke_per_day_now", "alcohol_liang_now", "staple_g_now", "aecopd_count", "angina_freq_per_week",
        "days_since_discharge", "pain_score", "med_stock_days", "contract_years",
    ),
    Expected.DIGITS: ("phone", "contact_phone", "id_card_no"),
    Expected.MEDICINES: ("medications", "meds_reconciled"),
    Expected.LIST: (
        "htn_symptoms", "dm_symptoms", "copd_symptoms", "adr", "past_disease", "surgery", "trauma",
        "transfusion", "drug_allergy", "exposure", "disability", "genetic_disease", "family_father", "family_mother",
        "family_sibling", "family_child", "payment", "nonadherence_reason",
    ),
    Expected.CHOICE: (
        "sex", "ethnicity", "blood_abo", "blood_rh", "education", "marital", "resident_type", "kitchen_vent", "fuel",
        "water", "toilet", "livestock", "bp_setting", "salt_now", "contact_relation", "proxy_relation",
        "satisfaction_score", "compliance_behavior", "psych_adjust",
    ),
    Expected.CONSENT: ("consent", "identity", "wants_doctor", "refill_wanted", "contract_wish"),
    Expected.YES_NO: YES_NO_ASKS,
    Expected.TIME: ("callback_time", "appointment_time", "birth_date"),
}  # fmt: skip
_EXPECTED = {ask: kind for kind, asks in _KINDS.items() for ask in asks}


def expected_of(ask: str | None) -> Expected:
    """What kind of answer an ask wants; OPEN for those that are not listed."""
    return Expected.YES_NO if ask and ask.startswith(PROBE_ASK) else _EXPECTED.get(ask or "", Expected.OPEN)


def slots_of(ask: str) -> tuple[str, ...]:
    """Slots that an ask fills."""
    return ASK_SLOTS.get(ask, (ask,))
