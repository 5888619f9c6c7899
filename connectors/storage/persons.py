"""All that is stored of one person: given out, or deleted for good. Both leave an entry in the audit log."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import InputError
from connectors.database.transactions import Database
from connectors.storage import tables
from connectors.storage.access_tables import links
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.console_tables import alert_care, proposals, recalls
from connectors.storage.outbox import LEASED_ROWS
from connectors.storage.reviews import SIGNED

OF_VISITS: Sequence[Table] = (
    tables.events, tables.records, tables.corrections, tables.alerts, tables.clips, tables.outbox, tables.consents,
    alert_care, recalls, proposals,
)  # fmt: skip
"""Rows that belong to a visit, and go with it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who wants it, when, and why."""

    by: str
    at: str
    reason: str = ""


class SqlPersons:
    """Export and deletion of one resident."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, *, phone: str = "", id_number: str = "") -> tuple[str, ...]:
        """Ids of residents with this telephone or identity number; they are compared by their marks."""
        people, keys = tables.residents, self._database.keys
        wanted = []
        if mark := tables.PHONE.mark(keys, phone):
            wanted.append(people.c.phone_mark == mark)
        if mark := tables.ID_NUMBER.mark(keys, id_number):
            wanted.append(people.c.id_number_mark == mark)
        if not wanted:
            return ()
        async with self._database.begin() as connection:
            found = await connection.execute(select(people.c.id).where(or_(*wanted)).order_by(people.c.id))
            return tuple(found.scalars())

    async def export(self, resident_id: str, act: Act) -> Mapping[str, Any]:
        """Every row about the resident, by table. Raises ``InputError`` for an unknown one."""
        async with self._database.write() as connection:
            ids = await _visits_of(connection, resident_id)
            found: dict[str, Any] = {
                table.name: await _rows(connection, table, table.c.visit_id.in_(ids)) for table in OF_VISITS
            }
            for table, column in ((tables.residents, "id"), (tables.visits, "resident_id"),
                                  (tables.opt_outs, "resident_id"), (links, "resident_id")):  # fmt: skip
                found[table.name] = await _rows(connection, table, table.c[column] == resident_id)
            about = tables.audit.c.subject.in_([resident_id, *ids])
            found["audit"] = await _rows(connection, tables.audit, about)
            detail = {"reason": act.reason, "rows": {name: len(rows) for name, rows in found.items()}}
            await append_audit(connection, AuditEntry(act.at, act.by, "export", resident_id, detail))
        return found

    async def erase(self, resident_id: str, act: Act, folder: Path, *, signed_too: bool) -> Mapping[str, int]:
        """Delete the resident; rows by table. ``folder`` holds the files of each visit.

        What stays: the audit log, which knows ids only, and an opt-out without its words, so that nobody calls again.
        Signed records go only when they are named: the law keeps them for years.
        """
        async with self._database.write() as connection:
            ids = await _visits_of(connection, resident_id)
            await _may_go(connection, ids, signed_too=signed_too)
            clips = await connection.execute(select(tables.clips.c.path).where(tables.clips.c.visit_id.in_(ids)))
            paths = list(clips.scalars())
            gone = {}
            for table in OF_VISITS:
                gone[table.name] = await _delete(connection, table, table.c.visit_id.in_(ids))
            gone["links"] = await _delete(connection, links, links.c.resident_id == resident_id)
            gone["visits"] = await _delete(connection, tables.visits, tables.visits.c.resident_id == resident_id)
            gone["residents"] = await _delete(connection, tables.residents, tables.residents.c.id == resident_id)
            mine = tables.opt_outs.c.resident_id == resident_id
            await connection.execute(update(tables.opt_outs).where(mine).values(words=""))
            detail = {"reason": act.reason, "rows": gone, "signed_too": signed_too}
            await append_audit(connection, AuditEntry(act.at, act.by, "erase", resident_id, detail))
        await asyncio.to_thread(_remove, paths, [folder / visit for visit in ids])
        await self._database.checkpoint()
        return gone


async def _visits_of(connection: AsyncConnection, resident_id: str) -> list[str]:
    known = select(tables.residents.c.id).where(tables.residents.c.id == resident_id)
    if (await connection.execute(known)).first() is None:
        raise InputError("resident-unknown", f"nothing is stored of {resident_id!r}", "see suifang review list")
    wanted = select(tables.visits.c.id).where(tables.visits.c.resident_id == resident_id)
    return list((await connection.execute(wanted)).scalars())


async def _may_go(connection: AsyncConnection, ids: Sequence[str], *, signed_too: bool) -> None:
    signed = select(func.count(tables.records.c.visit_id.distinct())).where(
        tables.records.c.visit_id.in_(ids), tables.records.c.status == SIGNED
    )
    count = int((await connection.execute(signed)).scalar_one())
    if count and not signed_too:
        raise InputError(
            "record-kept", f"{count} visits have signed records, which are kept by law",
            "when their time is over or the law allows it, add --signed-too",
        )  # fmt: skip
    leased = select(func.count()).where(tables.outbox.c.visit_id.in_(ids), LEASED_ROWS)
    running = select(func.count()).where(tables.visits.c.id.in_(ids), tables.visits.c.status == "open")
    if (await connection.execute(leased)).scalar_one() or (await connection.execute(running)).scalar_one():
        raise InputError("person-busy", "a conversation or a delivery of this person is running", "try again later")


async def _rows(connection: AsyncConnection, table: Table, where: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in await connection.execute(select(table).where(where))]


async def _delete(connection: AsyncConnection, table: Table, where: Any) -> int:
    return int((await connection.execute(delete(table).where(where))).rowcount)


def _remove(paths: Sequence[str], folders: Sequence[Path]) -> None:
    for path in paths:
        Path(path).unlink(missing_ok=True)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
