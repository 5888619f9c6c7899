"""Residents' links in the database: made, bound to the one visit they open, revoked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, update

from connectors.access.people import Purpose, ResidentLink, Speaker
from connectors.database.transactions import Database
from connectors.storage.access_tables import links
from connectors.storage.audit import AuditEntry, append_audit


class SqlLinks:
    """Links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: ResidentLink, by: str, at: str) -> None:
        """A new link."""
        row = {
            "id": link.id, "purpose": link.purpose.value, "resident_id": link.resident_id, "flow": link.flow,
            "speaker": link.speaker.value, "team": link.team, "visit_id": link.visit_id, "until_ms": link.until_ms,
            "created_by": by, "created": at,
        }  # fmt: skip
        detail = {"link": link.id, "flow": link.flow, "purpose": link.purpose.value, "speaker": link.speaker.value}
        async with self._database.write() as connection:
            await connection.execute(insert(links).values(**row))
            await append_audit(connection, AuditEntry(at, by, "link_create", link.resident_id, detail))

    async def get(self, link_id: str) -> ResidentLink | None:
        """A link that was not revoked."""
        wanted = select(links).where(links.c.id == link_id, links.c.revoked.is_(None))
        async with self._database.begin() as connection:
            row = (await connection.execute(wanted)).first()
        return _link(row) if row else None

    async def bind(self, link_id: str, visit_id: str) -> bool:
        """The visit that the link opened; False when it had opened one already."""
        free = (links.c.id == link_id) & links.c.visit_id.is_(None)
        async with self._database.begin() as connection:
            return (await connection.execute(update(links).where(free).values(visit_id=visit_id))).rowcount == 1

    async def revoke(self, link_id: str, team: str | None, by: str, at: str) -> bool:
        """Make it worthless, whatever was signed; False when the team has no such link. None is any team."""
        mine = (links.c.id == link_id) & links.c.revoked.is_(None)
        if team is not None:
            mine &= links.c.team == team
        async with self._database.write() as connection:
            row = (await connection.execute(select(links.c.resident_id).where(mine))).first()
            if row is None:
                return False
            await connection.execute(update(links).where(mine).values(revoked=at))
            await append_audit(connection, AuditEntry(at, by, "link_revoke", row.resident_id, {"link": link_id}))
        return True


def _link(row: Row[Any]) -> ResidentLink:
    return ResidentLink(
        row.id, Purpose(row.purpose), row.resident_id, row.flow, Speaker(row.speaker), row.team, row.until_ms,
        row.visit_id,
    )  # fmt: skip
