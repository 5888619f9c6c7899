"""The store in a database, SQLite or PostgreSQL. Each call is one transaction, or part of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, insert, literal, select

from connectors.database.engine import Place
from connectors.database.keys import Keys
from connectors.database.sealing import reseal, usage
from connectors.database.transactions import Database, open_database, patiently
from connectors.storage import tables
from connectors.storage.audit import SqlAudit
from connectors.storage.caring import SqlCaring
from connectors.storage.events import SqlEventLog, remove_files
from connectors.storage.ledger import SqlLedger, refused_before
from connectors.storage.links import SqlLinks
from connectors.storage.media import Media
from connectors.storage.migrate import METADATA, bring_up_to_date
from connectors.storage.outbox import SqlOutbox
from connectors.storage.persons import SqlPersons
from connectors.storage.ports import StoredRecord, share_form
from connectors.storage.proposals import SqlProposals
from connectors.storage.retention import SqlRetention
from connectors.storage.reviews import SqlReviews, as_record
from connectors.storage.roster import SqlRoster
from connectors.storage.scope import SqlScope
from connectors.storage.sessions import SqlLockouts, SqlSessions
from connectors.storage.staff import SqlStaff
from connectors.storage.upsert import upsert
from connectors.storage.visits import SqlVisits
from connectors.storage.worklist import SqlWorklist

_SIGNED_LOOKED_AT = 50
"""Signed versions of a resident that are looked through for the right form; years of visits."""


class SqlRecords:
    """Record versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, record: StoredRecord) -> int:
        """Add a version."""
        table = tables.records
        of_visit = select(func.coalesce(func.max(table.c.version), 0) + 1).where(table.c.visit_id == record.visit_id)
        row = select(
            literal(record.visit_id), of_visit.scalar_subquery(), literal(record.form),
            literal(dict(record.body), type_=table.c.body.type), literal(record.status),
            literal(record.author), literal(record.at),
        )  # fmt: skip
        columns = ["visit_id", "version", "form", "body", "status", "author", "at"]
        async with self._database.begin() as connection:
            await connection.execute(insert(table).from_select(columns, row))
            newest = select(func.max(table.c.version)).where(table.c.visit_id == record.visit_id)
            return int((await connection.execute(newest)).scalar_one())

    async def latest(self, visit_id: str) -> StoredRecord | None:
        """The newest version, or None."""
        table = tables.records
        wanted = select(table).where(table.c.visit_id == visit_id).order_by(table.c.version.desc()).limit(1)
        async with self._database.begin() as connection:
            row = (await connection.execute(wanted)).first()
        return as_record(row) if row else None

    async def last_signed(self, resident_id: str, form: str) -> StoredRecord | None:
        """The signed record of the resident's last visit on one of the forms, or None."""
        table, visits = tables.records, tables.visits
        wanted = (
            select(table).join(visits, visits.c.id == table.c.visit_id)
            .where(visits.c.resident_id == resident_id, table.c.status == "signed")
            .order_by(visits.c.started.desc(), table.c.version.desc()).limit(_SIGNED_LOOKED_AT)
        )  # fmt: skip
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return next((as_record(row) for row in rows if share_form(row.form, form)), None)


class SqlClips:
    """Clip paths."""

    def __init__(self, database: Database, media: Media) -> None:
        self._database = database
        self._media = media

    async def add(self, visit_id: str, turn: int, path: str) -> None:
        """File the clip of a turn, sealed; after a refusal the file is removed instead."""
        await asyncio.to_thread(self._media.seal_file, Path(path))
        async with self._database.write() as connection:
            unwanted = visit_id in await connection.run_sync(refused_before, [visit_id])
            if not unwanted:
                row = {"visit_id": visit_id, "turn": turn, "path": path}
                await upsert(connection, tables.clips, [row], ("visit_id", "turn"))
        if unwanted:
            await asyncio.to_thread(remove_files, [path])

    async def of(self, visit_id: str) -> dict[int, str]:
        """Paths by turn."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(tables.clips).where(tables.clips.c.visit_id == visit_id))).all()
        return {row.turn: row.path for row in rows}

    async def voices(self, visit_id: str) -> dict[str, bytes]:
        """The clips in clear, by file name; those whose file is gone are left out."""
        paths = [Path(path) for path in (await self.of(visit_id)).values()]
        return {path.name: await asyncio.to_thread(self._media.read, path) for path in paths if path.is_file()}


class SqlStore:
    """The four ports, outbox, reviews, ledger, audit log, staff and links over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.events = SqlEventLog(database)
        self.visits = SqlVisits(database)
        self.records = SqlRecords(database)
        self.media = Media(database.keys)
        self.clips = SqlClips(database, self.media)
        self.outbox = SqlOutbox(database)
        self.reviews = SqlReviews(database)
        self.ledger = SqlLedger(database)
        self.audit = SqlAudit(database)
        self.persons = SqlPersons(database)
        self.retention = SqlRetention(database, self.persons)
        self.staff = SqlStaff(database)
        self.sessions = SqlSessions(database)
        self.lockouts = SqlLockouts(database)
        self.links = SqlLinks(database)
        self.scope = SqlScope(database)
        self.worklist = SqlWorklist(database)
        self.caring = SqlCaring(database)
        self.proposals = SqlProposals(database)
        self.roster = SqlRoster(database)

    @property
    def found_rotating(self) -> bool:
        """A rotation of keys had been broken off when this was opened."""
        return self.database.found_rotating

    async def reseal(self) -> int:
        """Bring every value under the active key; how many rows changed."""
        return await reseal(self.database, METADATA)

    async def seals(self) -> Mapping[str, int]:
        """How many values are sealed with which key."""
        return await usage(self.database, METADATA)


@asynccontextmanager
async def open_store(place: Place, keys: Keys | None = None) -> AsyncIterator[SqlStore]:
    """The store in a SQLite file, or at a PostgreSQL address; created and migrated when needed.

    Without ``keys``, those in the file beside a SQLite database; a new one gets a new file.
    """
    async with open_database(place, keys) as database:
        await patiently(lambda: bring_up_to_date(database))
        yield SqlStore(database)
