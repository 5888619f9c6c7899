"""Conditions of flows: what holds, what cannot be read."""

from __future__ import annotations

import pytest

from agent.flows.conditions import ConditionError, parse


@pytest.mark.parametrize(
    ("source", "slots", "expected"),
    [
        ("slots.sbp >= 180 or slots.dbp >= 110", {"sbp": 185, "dbp": 90}, True),
        ("slots.sbp >= 180 or slots.dbp >= 110", {"sbp": 150, "dbp": 90}, False),
        ("slots.sbp <= slots.dbp", {"sbp": 90, "dbp": 150}, True),
        ("slots.sbp <= slots.dbp", {"sbp": 90}, False),
        ("not slots.height_cm", {}, True),
        ("not slots.height_cm", {"height_cm": 160}, False),
        ('slots.identity = "proxy"', {"identity": "proxy"}, True),
        ("slots.identity is not 'self'", {"identity": "proxy"}, True),
        ('slots.htn_symptoms contains "5"', {"htn_symptoms": ("2", "5")}, True),
        ('slots.htn_symptoms contains "5"', {}, False),
        ("slots.a = null", {}, True),
        ("slots.medications_count = 0", {"medications_count": 0}, True),
        ("slots.medications_count = 0", {}, False),
        ("(slots.a = 1 or slots.b = 1) and not slots.c = 1", {"b": 1, "c": 2}, True),
        ("slots.a < 3", {"a": "text"}, False),
    ],
)
def test_condition(source: str, slots: dict[str, object], expected: bool) -> None:
    assert parse(source).holds(slots) is expected


def test_condition_names_the_slots_it_reads() -> None:
    assert parse("slots.sbp >= 180 and slots.dbp").slots == {"sbp", "dbp"}


@pytest.mark.parametrize(
    "source", ["", "sbp > 3", "slots.a >", "(slots.a", "slots.a 3", "slots.a > 3 )", "slots.a ~ 3", "import os"]
)
def test_unreadable_condition(source: str) -> None:
    with pytest.raises(ConditionError):
        parse(source)
