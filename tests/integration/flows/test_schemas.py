"""What is generated for editors and for Rasa: fresh, and every shipped file is valid under its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from evaluation.case_yaml import load_cases
from suifang.cli import main

FILES = {
    "flows": "dialogues/flows/**/*.yml",
    "responses": "dialogues/responses/**/*.yml",
    "answers": "evaluation/cases/answers/*.yaml",
    "redflags": "evaluation/cases/redflags/*.yaml",
    "dialogues": "evaluation/cases/dialogues/*.yaml",
}


def validator(root: Path, name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((root / "docs" / "schemas" / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def content(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8")) if path.suffix == ".yml" else load_cases(path)


@pytest.mark.parametrize("name", FILES)
def test_all_shipped_files_are_valid(name: str, root: Path) -> None:
    check = validator(root, name)
    paths = sorted(root.glob(FILES[name]))
    assert paths
    faults = [
        f"{path}: {error.json_path}: {error.message}" for path in paths for error in check.iter_errors(content(path))
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("flows", {"flows": {"a": {"description": "x", "steps": [{"colect": "sbp"}]}}}),
        ("flows", {"flows": {"a": {"description": "x", "steps": [{"collect": "sbp", "action": "utter_x"}]}}}),
        ("flows", {"flows": {"a": {"description": "x", "steps": [{"collect": "a", "metadata": {"patience": "x"}}]}}}),
        ("flows", {"flows": {"a": {"description": "x", "steps": [{"action": "utter_x", "next": [{"if": "y"}]}]}}}),
        ("responses", {"responses": {"utter_a": [{"txt": "x"}]}}),
        ("responses", {"responses": {"say_a": [{"text": "x"}]}}),
        ("answers", [{"id": "a", "text": "x", "expect": {}}]),
        ("redflags", [{"id": "a", "text": "x", "expect": {"flags": ["strok"]}}]),
        ("dialogues", [{"id": "a", "flow": "x", "resident": {"name": "王"}, "expect": {"outcome": "done"}}]),
    ],
)
def test_wrong_files_are_not(name: str, wrong: Any, root: Path) -> None:
    assert list(validator(root, name).iter_errors(wrong))


@pytest.mark.parametrize("action", ["schema", "domain"])
def test_what_is_generated_is_fresh(action: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", action, "--verify", "--root", str(root)]) == 0, capsys.readouterr().out


def test_a_stale_file_is_named_and_written_anew(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["flows", "domain", "--root", str(root), "--out", str(tmp_path)]
    assert main([*words, "--verify"]) == 1
    assert "domain.yml" in capsys.readouterr().out
    assert main(words) == 0
    assert main([*words, "--verify"]) == 0
