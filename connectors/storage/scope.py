"""Which team a visit, and a resident, belongs to. Every look of staff at data asks here first."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from agent.domain.answers import Resident
from connectors.database.transactions import Database
from connectors.storage.tables import alerts, residents, visits

MIND_FLAGS = frozenset({"suicide_risk"})
"""Flags about mental health: what was said is kept closer than the rest (精神卫生法 4)."""


class SqlScope:
    """Teams of what is stored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_visit(self, visit_id: str) -> str | None:
        """The team of the visit's resident; None for an unknown visit."""
        wanted = (
            select(residents.c.team).join(visits, visits.c.resident_id == residents.c.id).where(visits.c.id == visit_id)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(wanted)).scalar()

    async def of_resident(self, resident_id: str) -> str | None:
        """The team of a resident; None for one of whom nothing is stored."""
        async with self._database.begin() as connection:
            return (await connection.execute(select(residents.c.team).where(residents.c.id == resident_id))).scalar()

    async def of_the_mind(self, visit_id: str) -> bool:
        """Whether a visit has an alert about mental health."""
        wanted = select(alerts.c.seq).where(alerts.c.visit_id == visit_id, alerts.c.flag.in_(MIND_FLAGS)).limit(1)
        async with self._database.begin() as connection:
            return (await connection.execute(wanted)).first() is not None

    async def resident(self, resident_id: str) -> Resident | None:
        """Who it is; None for one of whom nothing is stored."""
        async with self._database.begin() as connection:
            row = (await connection.execute(select(residents).where(residents.c.id == resident_id))).first()
        if row is None:
            return None
        born = date.fromisoformat(row.birth_date) if row.birth_date else None
        return Resident(row.name, row.id, row.sex, born, row.phone, row.id_number)

    async def move(self, resident_id: str, team: str) -> None:
        """The resident belongs to another team now."""
        async with self._database.begin() as connection:
            await connection.execute(update(residents).where(residents.c.id == resident_id).values(team=team))

    async def adopt(self, team: str) -> None:
        """Residents of no team come to the house's own: nobody's alerts are nobody's."""
        async with self._database.begin() as connection:
            await connection.execute(update(residents).where(residents.c.team == "").values(team=team))
