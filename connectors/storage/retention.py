"""What is over its time: found by kind, deleted for good, written to the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import InputError
from connectors.database.transactions import Database
from connectors.storage import tables
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.console_tables import proposals
from connectors.storage.events import event_of, event_row, remove_files
from connectors.storage.media import audio_files
from connectors.storage.parcels import OutboxStatus
from connectors.storage.persons import Act, SqlPersons
from connectors.storage.ports import VisitStatus
from connectors.storage.withholding import record_without_words, without_words

PRINTED = "report.html"


class Kind(StrEnum):
    """What has a period of its own."""

    AUDIO = "audio"
    WORDS = "words"
    PARCELS = "parcels"
    RECORDS = "records"

    @property
    def act(self) -> str:
        """As the audit log says it."""
        return f"retire_{self.value}"


@dataclass(frozen=True, slots=True)
class Over:
    """What of one kind is over its time: visits, or residents for records."""

    kind: Kind
    ids: tuple[str, ...]


class SqlRetention:
    """Looks for what was over before a day, and deletes it."""

    def __init__(self, database: Database, persons: SqlPersons) -> None:
        self._database = database
        self._persons = persons

    async def over(self, kind: Kind, before: str, folder: Path, most: int = 1000) -> Over:
        """At most ``most`` ids; visits that run are never among them. ``folder`` holds the files of each visit."""
        wanted = _residents(before) if kind is Kind.RECORDS else _visits(kind, before)
        async with self._database.begin() as connection:
            ids: list[str] = list((await connection.execute(wanted.limit(most))).scalars())
            if kind is Kind.AUDIO:
                old = select(tables.visits.c.id).where(_ended(before))
                there = await asyncio.to_thread(_with_audio, folder)
                some = old.where(tables.visits.c.id.in_(there[:most]))
                ids = sorted({*ids, *(await connection.execute(some)).scalars()}) if there else ids
        return Over(kind, tuple(ids))

    async def delete(self, kind: Kind, one: str, act: Act, folder: Path) -> bool:
        """One visit's, or one resident's; False when a conversation or delivery of theirs is running."""
        if kind is Kind.RECORDS:
            try:
                await self._persons.erase(one, act, folder, signed_too=True)
            except InputError as error:
                if error.code != "person-busy":
                    raise
                return False
            return True
        gone: Sequence[str] = ()
        async with self._database.write() as connection:
            match kind:
                case Kind.AUDIO:
                    gone = await _drop_clips(connection, one)
                case Kind.WORDS:
                    await _drop_words(connection, one)
                case _:
                    await connection.execute(delete(tables.outbox).where(tables.outbox.c.visit_id == one, _DELIVERED))
            await append_audit(connection, AuditEntry(act.at, act.by, kind.act, one, {"reason": act.reason}))
        if kind in (Kind.AUDIO, Kind.WORDS):
            await asyncio.to_thread(_remove_files, gone, folder / one, audio=kind is Kind.AUDIO)
        return True


_DELIVERED = tables.outbox.c.status.in_([OutboxStatus.SENT.value, OutboxStatus.SUPERSEDED.value])


def _ended(before: str) -> ColumnElement[bool]:
    visits = tables.visits
    return (func.coalesce(visits.c.ended, visits.c.started) < before) & (visits.c.status != VisitStatus.OPEN.value)


def _visits(kind: Kind, before: str) -> Select[str]:
    visits, audit = tables.visits, tables.audit
    done = exists().where(audit.c.subject == visits.c.id, audit.c.act == kind.act)
    has = {
        Kind.AUDIO: exists().where(tables.clips.c.visit_id == visits.c.id),
        Kind.WORDS: exists().where(tables.events.c.visit_id == visits.c.id) & ~done,
        Kind.PARCELS: exists().where(tables.outbox.c.visit_id == visits.c.id, _DELIVERED),
    }[kind]
    return select(visits.c.id).where(_ended(before), has).order_by(visits.c.id)


def _residents(before: str) -> Select[str]:
    """Residents whose last visit was before a day."""
    visits = tables.visits
    last = func.max(func.coalesce(visits.c.ended, visits.c.started))
    who = visits.c.resident_id
    return select(who).group_by(who).having(last < before).order_by(who)


async def _drop_clips(connection: AsyncConnection, visit_id: str) -> Sequence[str]:
    mine = tables.clips.c.visit_id == visit_id
    paths = list((await connection.execute(select(tables.clips.c.path).where(mine))).scalars())
    await connection.execute(delete(tables.clips).where(mine))
    return paths


async def _drop_words(connection: AsyncConnection, visit_id: str) -> None:
    """Events and records are put back without words: their tables take no updates. Proposals keep their codes."""
    events, records = tables.events, tables.records
    rows = (await connection.execute(select(events).where(events.c.visit_id == visit_id).order_by(events.c.seq))).all()
    kept = [event_row(visit_id, event) for event in without_words([event_of(row) for row in rows])]
    await connection.execute(delete(events).where(events.c.visit_id == visit_id))
    if kept:
        await connection.execute(insert(events), kept)
    await connection.execute(update(proposals).where(proposals.c.visit_id == visit_id).values(words="", text=""))
    versions = (await connection.execute(select(records).where(records.c.visit_id == visit_id))).all()
    await connection.execute(delete(records).where(records.c.visit_id == visit_id))
    bare = [{**row._mapping, "body": record_without_words(row.body)} for row in versions]
    if bare:
        await connection.execute(insert(records), bare)


def _with_audio(folder: Path) -> list[str]:
    """Visits that have audio files, also such as no row knows of."""
    if not folder.is_dir():
        return []
    return sorted(visit.name for visit in folder.iterdir() if visit.is_dir() and any(audio_files(visit)))


def _remove_files(paths: Sequence[str], folder: Path, *, audio: bool) -> None:
    """The audio, and a page that somebody printed out: it holds words and voices."""
    found = [folder / PRINTED, *(audio_files(folder) if audio and folder.is_dir() else ())]
    remove_files([*paths, *map(str, found)])
