"""Reads sentences and words from the public text collections; hanzi only."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path

_CLAUSE = re.compile(r"[一-鿿]+(?:[，、][一-鿿]+)*")
MAX_CHARS = 26


def _clauses(text: str) -> list[str]:
    found = []
    for match in _CLAUSE.findall(text):
        if 2 <= len(match) <= MAX_CHARS:
            found.append(match)
        elif len(match) > MAX_CHARS:
            found += [part for part in re.split("[，、]", match) if 2 <= len(part) <= MAX_CHARS]
    return found


def _medical_terms(root: Path) -> list[str]:
    lines = (root / "medical/thuocl/THUOCL_medical.txt").read_text("utf-8").splitlines()
    return [term for line in lines if line.strip() for term in _clauses(line.split()[0])]


def _patient_questions(root: Path) -> list[str]:
    out: list[str] = []
    for path in (root / "medical/toyhom").glob("*.csv"):
        with path.open(encoding="gb18030", errors="ignore", newline="") as handle:
            for row in csv.reader(handle):
                for cell in row[1:3]:
                    out += _clauses(cell)
    return out


def _places(root: Path) -> list[str]:
    out: list[str] = []
    for name in ("provinces", "cities", "areas"):
        with (root / f"names_places/{name}.csv").open(encoding="utf-8", newline="") as handle:
            out += [place for row in csv.reader(handle) for place in _clauses(row[1])]
    return out


def _turns(root: Path) -> list[str]:
    lines = (root / "end_of_turn/justplus_turn_detection/SFT.jsonl").read_text("utf-8").splitlines()
    return [clause for line in lines if line.strip() for clause in _clauses(json.loads(line)["input"])]


def _dialogues(root: Path) -> list[str]:
    out: list[str] = []
    for name in ("val", "test"):
        with zipfile.ZipFile(root / f"dialogue/crosswoz/{name}.json.zip") as archive:
            data = json.loads(archive.read(archive.namelist()[0]))
        for dialogue in data.values():
            for message in dialogue["messages"]:
                out += _clauses(message["content"])
    return out


def collect(root: Path) -> dict[str, list[str]]:
    """Distinct texts by kind, in a fixed order."""
    kinds = {
        "medical": _medical_terms(root),
        "question": _patient_questions(root),
        "place": _places(root),
        "turn": _turns(root),
        "dialogue": _dialogues(root),
    }
    return {kind: sorted(set(texts)) for kind, texts in kinds.items()}
