"""Writes the published results: totals of the evaluations with date, machine and the command that gives them.

``python -m evaluation.publish IN OUT`` reads the ``--json`` files ``IN/<name>.json`` that ``make results`` leaves.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

_CASES = "evaluation/cases"
COMMANDS = {
    "answers": ("One answer, the slots it fills", f"suifang eval answers {_CASES}/answers"),
    "answers-noise": (
        "The same, 10 % of syllables misheard",
        f"suifang eval answers {_CASES}/answers --noise 0.1",
    ),
    "redflags": ("One utterance, the red flags it raises", f"suifang eval redflags {_CASES}/redflags"),
    "redflags-noise": ("The same, misheard", f"suifang eval redflags {_CASES}/redflags --noise 0.1"),
    "dialogues": ("Whole conversations", f"suifang eval dialogues {_CASES}/dialogues"),
    "dialogues-noise": ("The same, misheard", f"suifang eval dialogues {_CASES}/dialogues --noise 0.1"),
    "sealed-answers": (
        "Answers by authors who had not seen the parsers, kept from those who mend them",
        f"suifang eval answers {_CASES}/sealed/answers.yaml",
    ),
    "sealed-redflags": ("Red flags, likewise", f"suifang eval redflags {_CASES}/sealed/redflags.yaml"),
    "sealed-dialogues": ("Conversations, likewise", f"suifang eval dialogues {_CASES}/sealed/dialogues.yaml"),
}
SHOWN = ("score", "recall", "false_alarm_rate", "wrong_accepted_rate", "slot_score", "outcome_score", "alert_recall")


def main() -> None:
    """Read the results and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="folder of the --json files")
    parser.add_argument("out", type=Path, help="the Markdown page")
    arguments = parser.parse_args()
    found = {name: _read(arguments.source / f"{name}.json") for name in COMMANDS}
    arguments.out.write_text(page({name: totals for name, totals in found.items() if totals}), "utf-8")


def page(results: dict[str, dict[str, Any]]) -> str:
    """The whole page."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# The conversation, measured",
        "",
        f"{date.today().isoformat()}, {machine}. `make results` writes this page; brackets are 95 % Wilson intervals.",
        "The cases are in the tree; some were written by authors who had not seen the parsers, most were not.",
        "",
    ]
    for name, totals in results.items():
        what, command = COMMANDS[name]
        lines += [f"## {what}", "", f"`{command}`, n {totals['n']}", "", "| figure | value |", "|---|---|"]
        lines += [f"| {key} | {_with_interval(totals, key)} |" for key in SHOWN if key in totals]
        lines += [*_flags(totals), ""]
    return "\n".join(lines)


def _flags(totals: dict[str, Any]) -> list[str]:
    rows = totals.get("per_flag")
    if not rows:
        return []
    head = ["", "| flag | n | recall |", "|---|---|---|"]
    return head + [f"| {flag} | {row['n']} | {_with_interval(row, 'recall')} |" for flag, row in sorted(rows.items())]


def _with_interval(values: dict[str, Any], key: str) -> str:
    low, high = values.get(f"{key}_low"), values.get(f"{key}_high")
    return f"{values[key]}" + (f" [{low}, {high}]" if low is not None else "")


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    totals: dict[str, Any] = json.loads(path.read_text("utf-8"))["totals"]
    return totals


if __name__ == "__main__":
    main()
