"""Insert, or replace what has the key: both databases know how, each in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def put(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
    kept: Sequence[str] = (),
) -> None:
    """Write rows of the same columns; of two with one key the later stays, but for what is ``kept``."""
    rest = [name for name in rows[0] if name not in key and name not in kept]
    if connection.dialect.name == "postgresql":
        new = postgresql.insert(table)
        replacing: Any = new.on_conflict_do_update(index_elements=list(key), set_={n: new.excluded[n] for n in rest})
    else:
        old = sqlite.insert(table)
        replacing = old.on_conflict_do_update(index_elements=list(key), set_={n: old.excluded[n] for n in rest})
    connection.execute(replacing, list(rows))


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
    kept: Sequence[str] = (),
) -> None:
    """The same where the transaction is an asynchronous one."""
    await connection.run_sync(put, table, rows, key, kept)
