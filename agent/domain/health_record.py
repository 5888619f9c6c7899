"""The health record (居民健康档案): which form it is, and how its fields take a new fact."""

from __future__ import annotations

from collections.abc import Mapping

RECORD_FORM = "gw3-record"
NONE_CODES = frozenset({"1"})
"""无, in every list and flag below: the absence of a fact is never proposed."""
LISTS = frozenset({
    "drug_allergy", "exposure", "past_disease", "family_father", "family_mother", "family_sibling", "family_child",
    "disability",
})  # fmt: skip
"""Fields of several codes: a fact is one more of them."""
FLAGS = frozenset({"surgery", "trauma", "transfusion", "genetic_disease"})
"""Fields of 无 and 有: what it was stands in the words."""
MEDICINES = "medications"
"""A fact is one more medicine."""
HABITS = frozenset({"smoke_per_day_now", "alcohol_liang_now", "height_cm", "weight_kg_now"})
"""Numbers that a follow-up's own form may hold as well: told unasked, they are proposed."""
OTHER = frozenset({("drug_allergy", "5"), ("past_disease", "13"), ("disability", "8")})
"""其他: what it is stands in the words."""
GOES_WITHOUT_SAYING: Mapping[str, str] = {
    "gw3-htn": "2", "gw3-dm": "3", "chd": "4", "copd": "5", "stroke": "7",
}  # fmt: skip
"""past_disease code of the people that a form is for: nobody is told what brought the call about."""
NO_FIELDS = frozenset({
    "visit_date", "doctor_sign", "archive_no", "satisfaction_score", "callback_time", "wants_doctor", "identity",
    "consent", "consent_words", "next_call_ok",
})  # fmt: skip
"""What a visit fills beside the record."""
