"""The audit log: who did what to whose data, each entry chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.database.transactions import Database
from connectors.storage.tables import audit

GENESIS = "0" * 64
CHAIN_LOCK = 50_000_002


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act."""

    at: str
    who: str
    act: str
    """sign, correct, export, erase, withdraw, opt_out, lift_opt_out, file_accepted, file_rejected …"""
    subject: str
    """Visit or resident; no names."""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a look at the whole chain found."""

    entries: int
    head: str
    """Hash of the last entry: note it elsewhere, and cutting off the end is seen too."""
    broken_at: int | None = None
    """First entry that does not fit."""
    missing_head: bool = False
    """The hash noted elsewhere is not in the chain."""

    @property
    def whole(self) -> bool:
        """Nothing was edited, removed or put in."""
        return self.broken_at is None and not self.missing_head


_LAST = select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_LOCK = text(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})")
_INSERT = insert(audit)


def chain(connection: Connection, *entries: AuditEntry) -> None:
    """Add entries, inside a transaction that holds the writers' lock, as its last step: the chain has one end."""
    if connection.dialect.name == "postgresql":  # there writers run side by side
        connection.execute(_LOCK)
    row = connection.execute(_LAST).first()
    number, previous = (row.id, row.hash) if row else (0, GENESIS)
    rows = []
    for entry in entries:
        number += 1
        data = {**asdict(entry), "detail": dict(entry.detail)}
        chained = hash_of(number, previous, data)
        rows.append({"id": number, "previous": previous, "hash": chained, **data})
        previous = chained
    connection.execute(_INSERT, rows)


async def append_audit(connection: AsyncConnection, *entries: AuditEntry) -> None:
    """The same where the transaction is an asynchronous one."""
    await connection.run_sync(chain, *entries)


def hash_of(number: int, previous: str, data: Mapping[str, Any]) -> str:
    """The hash of an entry and of all before it."""
    fields = [number, previous, *(data[name] for name in ("at", "who", "act", "subject", "detail"))]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class SqlAudit:
    """Reading and checking the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        """An entry of its own."""
        async with self._database.write() as connection:
            await append_audit(connection, entry)

    async def entries(self, subject: str | None = None) -> tuple[AuditEntry, ...]:
        """Entries in order; those about one subject when it is given."""
        wanted = select(audit).order_by(audit.c.id)
        if subject is not None:
            wanted = wanted.where(audit.c.subject == subject)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(AuditEntry(row.at, row.who, row.act, row.subject, row.detail) for row in rows)

    async def doers(self, subject: str, act: str) -> frozenset[str]:
        """Who did this."""
        wanted = select(audit.c.who).where(audit.c.subject == subject, audit.c.act == act)
        async with self._database.begin() as connection:
            return frozenset((await connection.execute(wanted)).scalars())

    async def verify(self, noted: str = "") -> ChainState:
        """Follow the chain from its beginning; ``noted`` is a head that was written down earlier."""
        previous, count, seen = GENESIS, 0, not noted
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(audit).order_by(audit.c.id))).all()
        for row in rows:
            count += 1
            if not _fits(row, count, previous):
                return ChainState(count, previous, broken_at=count)
            previous = row.hash
            seen = seen or previous == noted
        return ChainState(count, previous, missing_head=not seen)


def _fits(row: Row[Any], number: int, previous: str) -> bool:
    data = {"at": row.at, "who": row.who, "act": row.act, "subject": row.subject, "detail": row.detail}
    return bool(row.id == number and row.previous == previous and row.hash == hash_of(number, previous, data))
