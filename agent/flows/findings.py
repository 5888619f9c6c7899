"""What a check of flow files finds: file, line, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from agent.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or warning."""

    path: str
    line: int
    code: str
    message: str
    remedy: str
    warning: bool = False
    """It runs all the same."""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        kind = "warning: " if self.warning else ""
        return f"{where}: {kind}{self.message} [{self.code}] -> {self.remedy}"

    def to_dict(self) -> dict[str, Any]:
        """For machine output."""
        return asdict(self)


def finding_of(error: DefinitionError) -> Finding:
    """The finding that an error of a reader amounts to."""
    return Finding(error.path, error.line, error.code, error.message, error.remedy)
