"""What does not fit the last visit or itself, said shortly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.clinical.contradictions import find_contradictions
from agent.clinical.rules import load_clinical
from agent.domain.answers import Medication

RULES = load_clinical(Path(__file__).resolve().parents[3] / "dialogues" / "clinical")


@pytest.mark.parametrize(
    ("slots", "history", "sentence"),
    [
        ({"weight_kg_now": 54.0}, {"weight_kg_now": 60.0}, "体重上次 60 公斤，这次 54 公斤，相差超过 5 公斤"),
        ({"weight_kg_now": 55.0}, {"weight_kg_now": 60.0}, None),
        ({"smoke_per_day_now": 0}, {"smoke_per_day_now": 10}, "上次每天抽 10 支，这次说不抽，没有说戒了烟"),
        ({"smoke_per_day_now": 5}, {"smoke_per_day_now": 10}, None),
        ({"smoke_per_day_now": 0}, {"smoke_per_day_now": 0}, None),
        ({"medications": (Medication("amlodipine"),)}, {"medications": ("amlodipine", "valsartan")},
         "上次在吃的 缬沙坦，这次没有提到，可能停了或漏说"),
        ({"medications": (Medication("amlodipine"),)}, {"medications": (Medication("amlodipine"),)}, None),
        ({}, {"medications": ("amlodipine",)}, None),
        ({"past_disease": ("2",)}, {"past_disease": ("2", "3")}, "上次记有糖尿病，这次没有说"),
        ({"drug_allergy": ("1",)}, {"drug_allergy": ("2",)}, "上次记有青霉素过敏，这次没有说"),
        ({"past_disease": ("2",)}, {"past_disease": ("1",)}, None),
        ({"med_adherence": "1", "nonadherence_reason": ("2",)}, {}, "说药按时吃，又说了没按时吃的原因"),
        ({"adr": "1", "adr_text": "脚肿"}, {}, "说没有不良反应，又说了：脚肿"),
        ({"height_cm": 158.0}, {"height_cm": "不详"}, None),
    ],
)  # fmt: skip
def test_contradictions(slots: dict[str, Any], history: dict[str, Any], sentence: str | None) -> None:
    found = find_contradictions(slots, history, RULES.checks, RULES.labels)
    assert found == ((sentence,) if sentence else ())
