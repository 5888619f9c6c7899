"""What a database says of its own seals, and the pass over all rows that brings them under the active key.

The same pass seals what an older schema held in clear, carries a rotation, and goes on after a kill: a row that is
done is recognised by its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnClause,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    TableClause,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    table,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import NullType

from connectors.database.ciphers import HEAD_BYTES, MAGIC, key_id_of
from connectors.database.keys import Keys
from connectors.database.sealed import sealed_columns
from connectors.database.transactions import Database

BATCH = 200
"""Rows of one transaction."""
PURPOSE, PROOF = "sealing.proof", b"suifang"
APPEND_ONLY = "append_only"
"""In the info of a table whose rows cannot be updated: they are put back anew."""
BLIND = "blind"
"""In the info of a sealed column that must be found by its value."""


@dataclass(frozen=True, slots=True)
class Blind:
    """How a sealed column is found."""

    column: str
    """Where the mark stands."""
    kind: str
    normal: Callable[[str], str]
    """How values are written that are to count as equal."""

    def mark(self, keys: Keys, text: str) -> str:
        """What stands in the column; empty for nothing."""
        return keys.blind(self.kind, self.normal(text))


def sealing_table(metadata: MetaData) -> Table:
    """One row: a proof under a key, and whether every value is sealed with it."""
    return Table(
        "sealing",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("proof", LargeBinary, nullable=False),
        Column("whole", Boolean, nullable=False),
    )


class Seals(StrEnum):
    """How a database stood when it was opened."""

    WHOLE = "whole"
    """Every value is sealed with the active key."""
    CLEAR = "clear"
    """New, or of a schema that held values in clear."""
    ROTATING = "rotating"
    """A rotation was broken off, or is under way."""


async def prove_keys(connection: AsyncConnection, metadata: MetaData, keys: Keys) -> Seals:
    """See that the keys are those of this database, or make them for a new one.

    Raises ``StorageError`` key-missing, key-wrong.
    """
    sealing = metadata.tables["sealing"]
    row = (await connection.execute(select(sealing))).first()
    if row is None:
        keys.ensure()
        await connection.execute(insert(sealing).values(id=1, proof=keys.seal(PROOF, PURPOSE), whole=False))
        return Seals.CLEAR
    keys.open(row.proof, PURPOSE)
    if key_id_of(row.proof) != keys.ring().active:  # the proof changes last
        return Seals.ROTATING
    return Seals.WHOLE if row.whole else Seals.CLEAR


async def settle(database: Database, metadata: MetaData, found: Seals) -> None:
    """Finish what was not; ``database.found_rotating`` tells how it stood."""
    database.found_rotating = found is Seals.ROTATING
    if found is not Seals.WHOLE:
        await reseal(database, metadata)


async def reseal(database: Database, metadata: MetaData) -> int:
    """Bring every value under the active key; how many rows changed. Ends also what a killed process had begun."""
    sealing, done, bared = metadata.tables["sealing"], 0, False
    async with database.write() as connection:
        await connection.execute(update(sealing).values(whole=False))
    for one in metadata.sorted_tables:
        if sealed_columns(one):
            changed, clear = await _reseal_table(database, one)
            done, bared = done + changed, bared or clear
    async with database.write() as connection:
        await connection.execute(update(sealing).values(proof=database.keys.seal(PROOF, PURPOSE), whole=True))
    if bared:  # pages that were given up long ago may still hold some of it
        await database.scrub()
    return done


async def usage(database: Database, metadata: MetaData) -> Mapping[str, int]:
    """How many values are sealed with which key; ``clear`` for those that are not."""
    found: dict[str, int] = {}
    async with database.begin() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        for one in metadata.sorted_tables:
            for sealed in sealed_columns(one):
                raw: ColumnClause[Any] = column(sealed.name)
                first = func.substr(raw, 1, HEAD_BYTES)
                head = func.hex(first) if on_sqlite else func.encode(first, "hex")
                wanted = select(head, func.count()).select_from(table(one.name, raw)).where(raw.is_not(None))
                for value, count in (await connection.execute(wanted.group_by(head))).all():
                    name = value[2 * len(MAGIC) :].lower() if value.lower().startswith(MAGIC.hex()) else "clear"
                    found[name] = found.get(name, 0) + int(count)
    return found


async def _reseal_table(database: Database, one: Table) -> tuple[int, bool]:
    """How many rows changed, and whether any of them was in clear."""
    sealed = {c.name for c in sealed_columns(one)}
    plain = table(one.name, *(column(c.name, NullType() if c.name in sealed else c.type) for c in one.columns))
    keys = [plain.c[c.name] for c in one.primary_key.columns]
    last: Sequence[Any] | None = None
    done, bared = 0, False
    while True:
        wanted = select(plain).order_by(*keys).limit(BATCH).with_for_update()
        if last is not None:
            wanted = wanted.where(tuple_(*keys) > tuple_(*last))
        async with database.write() as connection:
            rows = [dict(row._mapping) for row in (await connection.execute(wanted)).all()]
            changed = [new for row in rows if (new := _resealed(one, row, database.keys)) is not None]
            bared = bared or any(key_id_of(row[name]) is None for row in rows for name in sealed if row[name])
            if changed:
                await _rewrite(connection, one, plain, changed)
        done += len(changed)
        if len(rows) < BATCH:
            return done, bared
        last = [rows[-1][c.name] for c in keys]


def _resealed(one: Table, row: Mapping[str, Any], keys: Keys) -> dict[str, Any] | None:
    """The row under the active key; None when it is already."""
    new = dict(row)
    for sealed in sealed_columns(one):
        value = row[sealed.name]
        if value is None or key_id_of(value) == keys.ring().active:
            continue
        where = sealed.type.where
        clear = keys.open(value, where) if key_id_of(value) else _bytes(value)
        new[sealed.name] = keys.seal(clear, where)
        if (blind := sealed.info.get(BLIND)) is not None:
            new[blind.column] = blind.mark(keys, clear.decode())
    return new if new != dict(row) else None


def _bytes(value: Any) -> bytes:
    """A value in clear, as an older schema held it: SQLite made numbers of JSON that is one."""
    return value if isinstance(value, bytes) else str(value).encode()


async def _rewrite(connection: AsyncConnection, one: Table, plain: TableClause, rows: Sequence[dict[str, Any]]) -> None:
    keys = [c.name for c in one.primary_key.columns]
    mine = [plain.c[name] == bindparam(f"key_{name}") for name in keys]
    which = [{f"key_{name}": row[name] for name in keys} for row in rows]
    if one.info.get(APPEND_ONLY):
        await connection.execute(delete(plain).where(*mine), which)
        await connection.execute(insert(plain), list(rows))
        return
    names = [c.name for c in sealed_columns(one)]
    names += [c.info[BLIND].column for c in sealed_columns(one) if BLIND in c.info]
    change = update(plain).where(*mine).values({name: bindparam(f"new_{name}") for name in names})
    new = [{f"new_{name}": row[name] for name in names} for row in rows]
    await connection.execute(change, [{**key, **values} for key, values in zip(which, new, strict=True)])
