"""What every evaluation gives back: one row a case, and totals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: what was wanted, what came, whether that is right."""

    id: str
    expect: Any
    got: Any
    ok: bool
    why: str = ""
    """What differs, in few words."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All cases and their totals; ``score`` among the totals is what --min-score looks at."""

    cases: Sequence[CaseResult]
    totals: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The form of ``--json``."""
        return {"cases": [asdict(case) for case in self.cases], "totals": dict(self.totals)}


def failures(evaluation: Evaluation) -> list[str]:
    """A table of the failing cases, one line each, columns set apart by two blanks."""
    rows = [(case.id, case.why, _short(case.expect), _short(case.got)) for case in evaluation.cases if not case.ok]
    if not rows:
        return []
    table = [("case", "differs", "expected", "got"), *rows]
    widths = [max(_width(row[column]) for row in table) for column in range(3)]
    return ["  ".join(_pad(cell, width) for cell, width in zip(row, [*widths, 0], strict=True)) for row in table]


def totals_line(evaluation: Evaluation) -> str:
    """The totals in one line; intervals stand in brackets behind their share."""
    parts = []
    for key, value in evaluation.totals.items():
        if key.endswith(("_low", "_high")):
            continue
        low, high = evaluation.totals.get(f"{key}_low"), evaluation.totals.get(f"{key}_high")
        parts.append(f"{key} {_short(value)}" + (f" [{low}, {high}]" if low is not None else ""))
    return " · ".join(parts)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))
