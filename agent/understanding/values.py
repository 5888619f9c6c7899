"""Tables of measured values: ranges, conversions, words of graded answers, from ``nlu_data/values.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agent.errors import DefinitionError
from agent.yaml_lines import LineDict, line_of, load_yaml

DEFAULT_PATH = Path(__file__).parents[2] / "nlu_data" / "values.yml"


@dataclass(frozen=True, slots=True)
class Range:
    """Where a value is refused and where it needs no read-back; bounds included."""

    reject: tuple[float, float]
    keep: tuple[float, float]
    integer: bool = False

    def possible(self, value: float) -> bool:
        """Not an error."""
        return self.reject[0] <= value <= self.reject[1]

    def usual(self, value: float) -> bool:
        """Needs no read-back for its size."""
        return self.keep[0] <= value <= self.keep[1]


@dataclass(frozen=True, slots=True)
class Grade:
    """One rule of a graded answer: words that mean a code."""

    code: str | int
    says: re.Pattern[str]
    unless: re.Pattern[str] | None
    confirm: bool


@dataclass(frozen=True, slots=True)
class Drink:
    """A kind of alcohol against spirits."""

    says: tuple[str, ...]
    divide: float
    bottle_liang: float
    can_liang: float


@dataclass(frozen=True, slots=True)
class Tables:
    """All that a doctor may change about measured values."""

    ranges: Mapping[str, Range]
    grades: Mapping[str, tuple[Grade, ...]]
    drinks: Mapping[str, Drink]
    staple_grams: Mapping[str, float]
    staple_estimated: frozenset[str]
    numbers: Mapping[str, float]


@cache
def tables() -> Tables:
    """The tables that come with the program, read once."""
    return load(DEFAULT_PATH)


def load(path: Path) -> Tables:
    """Read the tables; ``DefinitionError`` names file, line and remedy."""
    data = load_yaml(path)
    try:
        return Tables(
            ranges={slot: _range(item) for slot, item in data["ranges"].items()},
            grades={ask: tuple(_grade(rule, path) for rule in rules) for ask, rules in data["words"].items()},
            drinks={name: _drink(item) for name, item in data["alcohol"].items()},
            staple_grams={k: float(v) for k, v in data["staple"].items() if k != "estimated"},
            staple_estimated=frozenset(data["staple"]["estimated"]),
            numbers=_numbers(data),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DefinitionError(
            "values_shape",
            f"value tables have an unexpected shape: {type(error).__name__} {error}",
            "compare the file with nlu_data/values.yml as delivered",
            path=path,
        ) from error


def _range(item: Mapping[str, Any]) -> Range:
    low, high = item["reject"]
    keep_low, keep_high = item["keep"]
    return Range((float(low), float(high)), (float(keep_low), float(keep_high)), bool(item.get("integer", False)))


def _grade(rule: LineDict, path: Path) -> Grade:
    try:
        unless = rule.get("unless")
        return Grade(
            rule["code"],
            re.compile("|".join(rule["says"])),
            re.compile("|".join(unless)) if unless else None,
            bool(rule.get("confirm", False)),
        )
    except re.error as error:
        raise DefinitionError(
            "bad_pattern", f"a pattern cannot be read: {error}", "mend the brackets", path=path, line=line_of(rule)
        ) from error


def _drink(item: Mapping[str, Any]) -> Drink:
    bottle = float(item["bottle_liang"])
    return Drink(tuple(item["says"]), float(item["divide"]), bottle, float(item.get("can_liang", bottle)))


def _numbers(data: Mapping[str, Any]) -> dict[str, float]:
    low, high = data["pulse_pressure_keep"]
    return {
        "pulse_pressure_low": float(low),
        "pulse_pressure_high": float(high),
        "weight_change_keep_kg": float(data["weight_change_keep_kg"]),
        "kpa_to_mmhg": float(data["kpa_to_mmhg"]),
        "glucose_mg_per_mmol": float(data["glucose_mg_per_mmol"]),
        "per_pack": float(data["smoking"]["per_pack"]),
        "per_carton": float(data["smoking"]["per_carton"]),
    }
