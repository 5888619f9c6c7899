"""The table of legal requirements names tests that exist, and claims nothing without one where one is possible."""

from __future__ import annotations

import re
from pathlib import Path

STATES = {"held", "partly", "by design", "not met", "organisation"}


def rows(root: Path) -> list[list[str]]:
    lines = (root / "docs" / "compliance.md").read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| LR-")]


def test_every_row_is_whole_and_stands_once(root: Path) -> None:
    found = rows(root)
    ids = [row[0] for row in found]
    assert len(ids) == len(set(ids)) > 40
    assert ids == sorted(ids)
    for row in found:
        assert len(row) == 5, row
        assert row[2] in STATES, row
        assert row[1], row
        assert row[3] or row[4] or row[2] == "organisation", row
        assert row[4] or row[2] != "held", row


def test_the_tests_named_exist(root: Path) -> None:
    named = [name for row in rows(root) for name in row[4].split()]
    assert len(named) > 20
    for name in named:
        path, _, function = name.partition("::")
        text = (root / path).read_text("utf-8")
        assert re.search(rf"^(async )?def {function}\(", text, re.MULTILINE), name
