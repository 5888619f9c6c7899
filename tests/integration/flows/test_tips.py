"""Health tips: which one is said, and that the file is told what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import DefinitionError
from agent.flows.tips import choose_tip, load_tips
from agent.library import load_library

ROOT = Path(__file__).parents[3]
TIPS = load_tips(ROOT / "dialogues" / "knowledge")


@pytest.mark.parametrize(
    ("form", "slots", "tip"),
    [
        ("gw3-htn", {"salt_now": "3", "smoke_per_day_now": 0}, "salt"),
        ("gw3-htn", {"smoke_per_day_now": 10, "salt_now": "3"}, "smoke"),
        ("gw3-htn+gw3-dm", {"hypoglycemia": "2"}, "low_sugar"),
        ("gw3-htn", {"hypoglycemia": "2"}, None),
        ("gw3-htn", {"med_adherence": "2", "smoke_per_day_now": 10}, "adherence"),
        ("medication-reminder", {"med_taken_today": "not_yet"}, "not_taken_today"),
        ("gw3-htn", {}, None),
    ],
)
def test_first_tip_that_fits(form: str, slots: dict[str, str | int], tip: str | None) -> None:
    found = choose_tip(TIPS, form, slots)
    assert (found.id if found else None) == tip


def test_every_tip_is_short_has_a_source_and_known_forms() -> None:
    forms = load_library(ROOT).rules.forms.keys()
    assert len({tip.id for tip in TIPS}) == len(TIPS)
    for tip in TIPS:
        assert len(tip.text) <= 45
        assert "[" in tip.source
        assert tip.forms <= set(forms)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tips: 3\n", "tips-missing"),
        ("tips:\n  - {id: a, when: slots.x, text: 好}\n", "tip-unreadable"),
        ("tips:\n  - {id: a, when: 'slots.x >', text: 好, source: '[D]'}\n", "tip-unreadable"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "tips.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        load_tips(tmp_path)
    assert error.value.code == code
