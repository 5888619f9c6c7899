"""Insert, or replace what has the key: both databases know how, each in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.ext.asyncio import AsyncConnection


def put(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
    kept: Sequence[str] = (),
) -> None:
    """Write rows of the same columns; of two with one key the later stays, but for what is ``kept``."""
    rest = tuple(name for name in rows[0] if name not in key and name not in kept)
    connection.execute(_replacing(connection.dialect.name, table, tuple(key), rest), list(rows))


def inserting(dialect: str, table: Table) -> Any:
    """The database's own INSERT, which knows conflicts; the other's words are not loaded, a tenth of a start."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


@lru_cache(maxsize=64)
def _replacing(dialect: str, table: Table, key: Sequence[str], rest: Sequence[str]) -> Any:
    """The statement; building one costs as much as running it."""
    new = inserting(dialect, table)
    return new.on_conflict_do_update(index_elements=list(key), set_={name: new.excluded[name] for name in rest})


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
    kept: Sequence[str] = (),
) -> None:
    """The same where the transaction is an asynchronous one."""
    await connection.run_sync(put, table, rows, key, kept)
