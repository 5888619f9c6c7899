"""Size gate: modules and functions stay small enough to hold in mind. Run by ``make check``.

A module over 400 lines or a function over 60 fails; data tables are exempt by being data files.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("suifang", "agent", "speech", "connectors", "models", "evaluation", "tests")
MODULE_LINES, FUNCTION_LINES = 400, 60


def faults(path: Path) -> list[str]:
    """What in one module is too long."""
    text = path.read_text("utf-8")
    found = []
    if text.count("\n") > MODULE_LINES:
        found.append(
            f"{path}: {text.count(chr(10))} lines (limit {MODULE_LINES}): give a part of it an owner of its own"
        )
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno}: {node.name} has {size} lines (limit {FUNCTION_LINES})")
    return found


def main() -> int:
    """Check all folders; 1 when something is too long."""
    found = [line for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) for line in faults(path)]
    sys.stdout.writelines(line + "\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
