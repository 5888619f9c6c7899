"""Function words of the dialects in standard Chinese, for the parsers of answers; places in the text stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import DefinitionError
from agent.yaml_lines import line_of, load_yaml


@dataclass(frozen=True, slots=True)
class Dialect:
    """Words to replace, the longer ones first."""

    pattern: re.Pattern[str]
    means: tuple[str, ...]
    """By the number of the group that matched."""

    def standard(self, text: str) -> str:
        """冇食过 -> 没吃过; as long as before."""
        return self.pattern.sub(lambda match: self.means[(match.lastindex or 1) - 1], text)


def load_dialect(path: Path) -> Dialect:
    """Read ``dialect.yml``; ``DefinitionError`` names file, line and remedy."""
    entries = load_yaml(path)["words"]
    for entry in entries:
        if len(str(entry.get("says", ""))) != len(str(entry.get("means", ""))) or not entry.get("says"):
            raise DefinitionError(
                "dialect-length", f"{dict(entry)} are not of one length", "give as many characters as are said",
                path=path, line=line_of(entry),
            )  # fmt: skip
    ranked = sorted(entries, key=lambda entry: -len(entry["says"]))
    try:
        pattern = re.compile("|".join(_alternative(entry) for entry in ranked))
    except re.error as error:
        raise DefinitionError("dialect-pattern", f"cannot be read: {error}", "mend the brackets", path=path) from error
    return Dialect(pattern, tuple(str(entry["means"]) for entry in ranked))


def _alternative(entry: Mapping[str, Any]) -> str:
    after = str(entry.get("after", ""))
    behind = after if after.startswith("(?") or not after else f"(?={after})"
    return f"{entry.get('before', '')}({re.escape(entry['says'])}){behind}"
