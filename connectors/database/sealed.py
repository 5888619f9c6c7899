"""Columns whose values are sealed: in clear in the program, never in the database.

The keys hang on the engine's dialect: every engine has one of its own, and SQLAlchemy hands it to each value.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from agent.errors import StorageError
from connectors.database.keys import Keys

_NAME = "suifang_keys"


def give_keys(dialect: Dialect, keys: Keys) -> None:
    """Let the sealed columns of this engine use these keys."""
    setattr(dialect, _NAME, keys)


def keys_of(dialect: Dialect) -> Keys:
    """The keys of an engine. Raises ``StorageError`` where none were given."""
    keys = getattr(dialect, _NAME, None)
    if not isinstance(keys, Keys):
        raise StorageError("key-missing", "this database was opened without keys", "set SUIFANG_KEY_FILE")
    return keys


class SealedText(TypeDecorator[str]):
    """A text, sealed for its column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, where: str) -> None:
        """``where``: table.column, which the value is bound to."""
        super().__init__()
        self.where = where

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal it."""
        return None if value is None else keys_of(dialect).seal(str(value).encode(), self.where)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Open it."""
        return None if value is None else keys_of(dialect).open(value, self.where).decode()


class SealedJson(TypeDecorator[Any]):
    """A JSON value, sealed for its column; null is a value too."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, where: str) -> None:
        """``where``: table.column, which the value is bound to."""
        super().__init__()
        self.where = where

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes:
        """Seal it."""
        return keys_of(dialect).seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), self.where)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open it."""
        return None if value is None else json.loads(keys_of(dialect).open(value, self.where))


def sealed_columns(table: Any) -> list[Any]:
    """The columns of a table that are sealed."""
    return [column for column in table.columns if isinstance(column.type, SealedText | SealedJson)]
