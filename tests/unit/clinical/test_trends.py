"""When a course has turned bad: by the rules of trends.yml as they stand, and by what a rule may not be."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.clinical.trends import Measured, Watch, load_watch
from agent.errors import DefinitionError

FIRST = date(2026, 2, 20)


@pytest.fixture(scope="module")
def watch(root: Path) -> Watch:
    return load_watch(root / "dialogues" / "clinical")


def course(*values: dict[str, float], every_days: int = 90) -> list[Measured]:
    return [Measured(FIRST + timedelta(days=every_days * n), one) for n, one in enumerate(values)]


def pressures(*values: tuple[float, float]) -> list[Measured]:
    return course(*({"sbp": sbp, "dbp": dbp} for sbp, dbp in values))


def sugars(*values: float) -> list[Measured]:
    return course(*({"fpg": value} for value in values))


CASES: dict[str, tuple[list[Measured], int | None, set[str]]] = {
    "once": (pressures((128, 78), (152, 94)), 60, set()),
    "twice": (pressures((128, 78), (152, 94), (148, 88)), 60, {"pressure_above"}),
    "twice, each by another half": (pressures((138, 92), (144, 84)), 60, {"pressure_above"}),
    "good again": (pressures((152, 94), (148, 88), (132, 82)), 60, set()),
    "good between": (pressures((152, 94), (132, 82), (148, 88)), 60, set()),
    "at the target": (pressures((140, 80), (140, 80)), 60, {"pressure_above"}),
    "under the target of the old": (pressures((146, 84), (148, 86)), 70, set()),
    "of an unknown age": (pressures((146, 84), (148, 86)), None, {"pressure_above"}),
    "rising below the target": (pressures((112, 70), (124, 74), (133, 76)), 60, {"pressure_rising"}),
    "rising too little": (pressures((118, 70), (124, 74), (133, 76)), 60, set()),
    "up and down": (pressures((112, 70), (136, 74), (133, 76)), 60, set()),
    "both": (pressures((128, 78), (142, 84), (152, 90)), 60, {"pressure_above", "pressure_rising"}),
    "too long ago": (course({"sbp": 152, "dbp": 94}, {"sbp": 150, "dbp": 92}, every_days=500), 60, set()),
    "other visits between": (course({"sbp": 152}, {"fpg": 6.1}, {"sbp": 150}), 60, {"pressure_above"}),
    "sugar twice": (sugars(6.2, 7.4, 7.0), 60, {"glucose_above"}),
    "sugar rising": (sugars(4.6, 5.8, 6.7), 60, {"glucose_rising"}),
    "nothing": ([], 60, set()),
}


@pytest.mark.parametrize(("visits", "age", "expected"), CASES.values(), ids=CASES.keys())
def test_what_has_turned_bad(watch: Watch, visits: list[Measured], age: int | None, expected: set[str]) -> None:
    assert {bad.rule for bad in watch.found(visits[::-1], age)} == expected


def test_it_says_why(watch: Watch) -> None:
    (bad,) = watch.found(pressures((152, 94), (148, 88)), 60)
    assert (bad.title, bad.day) == ("血压连续两次未达标", date(2026, 5, 21))
    assert bad.why == "02-20 152/94，05-21 148/88（目标 <140/90）"


GOOD = "{id: x, title: 试, kind: above, slots: [sbp], visits: 2, within_days: 400, source: '[D]'}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: above", "kind: falling"),
        ("[sbp]", "[]"),
        ("[sbp]", "[heart_rate]"),
        ("visits: 2", "visits: 1"),
        ("kind: above", "kind: rising"),
        (", source: '[D]'", ""),
        ("id: x", "id: 'x y'"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(root: Path, tmp_path: Path, old: str, new: str) -> None:
    clinical = root / "dialogues" / "clinical"
    (tmp_path / "targets.yml").write_text((clinical / "targets.yml").read_text("utf-8"), "utf-8")
    path = tmp_path / "trends.yml"
    path.write_text(f"version: '1'\nrules:\n  - {GOOD}\n", "utf-8")
    assert len(load_watch(tmp_path).rules) == 1
    path.write_text(f"version: '1'\nrules:\n  - {GOOD.replace(old, new)}\n", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_watch(tmp_path)
    assert caught.value.path == str(path)
