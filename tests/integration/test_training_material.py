"""Nothing that residents said trains anything: what is learnt from is listed, and no trainer reaches the store."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

TRAINERS = ("models/train", "suifang/commands/train.py", "suifang/commands/train_redflags.py", "agent/understanding")
KEEPS_PEOPLE = ("connectors", "suifang.app", "suifang.shelf", "suifang.calls", "suifang.papers", "speech.call_record")
"""Where recordings and words of residents are, or lead to."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_no_trainer_reaches_the_store(root: Path) -> None:
    files = [file for place in TRAINERS for file in [root / place, *(root / place).rglob("*.py")] if file.is_file()]
    assert len(files) > 40
    assert "agent.understanding.intent_model" in {name for file in files for name in imported(file)}
    reached = [(file.name, name) for file in files for name in imported(file) if name.startswith(KEEPS_PEOPLE)]
    assert reached == []


def test_all_that_was_learnt_from_is_named_with_its_licence(root: Path) -> None:
    card = (root / "models" / "bundled" / "MODEL_CARD.md").read_text("utf-8")
    data = card[card.index("## Data") : card.index("## Recipe")]
    rows = [line for line in data.splitlines() if line.startswith("| ")]
    named = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][1:]
    assert len(named) > 5
    assert all(len(row) == 3 and all(row) for row in named)
    for collection in ("espeak-ng", "audio-cmn", "AISHELL-1", "DSPSpeech-20", "mp3-chinese-pinyin-sound"):
        assert any(collection in what for what, *_ in named), collection
