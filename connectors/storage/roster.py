"""Who of a team is on duty when, and whether they can take a call now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from agent.errors import InputError
from connectors.access.people import StaffStatus
from connectors.database.transactions import Database
from connectors.storage.access_tables import staff
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.caring import Doer
from connectors.storage.console_tables import availability, shifts
from connectors.storage.upsert import upsert


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Somebody is on duty; times are local, to the minute."""

    id: str
    staff_id: str
    shown: str
    role: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class MateRow:
    """A member of the team, and whether they can take a call."""

    staff_id: str
    name: str
    shown: str
    role: str
    state: str
    """available, busy or away; empty when they never said."""
    at: str


class SqlRoster:
    """Shifts and availability."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shifts(self, team: str, since: str) -> tuple[ShiftRow, ...]:
        """Shifts of a team that end after ``since``, the next first."""
        wanted = (
            select(shifts, staff.c.shown, staff.c.role).join(staff, staff.c.id == shifts.c.staff_id)
            .where(shifts.c.team == team, shifts.c.ends > since).order_by(shifts.c.starts, staff.c.role)
        )  # fmt: skip
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(ShiftRow(r.id, r.staff_id, r.shown, r.role, r.starts, r.ends) for r in rows)

    async def mates(self, team: str, roles: tuple[str, ...]) -> tuple[MateRow, ...]:
        """The team's active members of these roles."""
        wanted = (
            select(staff, availability.c.state, availability.c.at)
            .outerjoin(availability, availability.c.staff_id == staff.c.id)
            .where(staff.c.team == team, staff.c.role.in_(roles), staff.c.status == StaffStatus.ACTIVE.value)
            .order_by(staff.c.role, staff.c.name)
        )  # fmt: skip
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(MateRow(r.id, r.name, r.shown, r.role, r.state or "", r.at or "") for r in rows)

    async def add(self, shift: ShiftRow, team: str, who: Doer) -> None:
        """A new shift. Raises ``InputError`` staff-unknown for somebody of another team."""
        async with self._database.write() as connection:
            mate = select(staff.c.id).where(staff.c.id == shift.staff_id, staff.c.team == team)
            if (await connection.execute(mate)).first() is None:
                raise InputError("staff-unknown", "nobody of this team has this id", "see the list of the team")
            row = {"id": shift.id, "team": team, "staff_id": shift.staff_id, "starts": shift.starts, "ends": shift.ends}
            await connection.execute(insert(shifts).values(**row))
            detail = {"starts": shift.starts, "ends": shift.ends}
            await append_audit(connection, AuditEntry(who.at, who.name, "shift_add", shift.staff_id, detail))

    async def remove(self, shift_id: str, team: str, who: Doer) -> None:
        """Take a shift out. Raises ``InputError`` shift-unknown."""
        async with self._database.write() as connection:
            gone = delete(shifts).where(shifts.c.id == shift_id, shifts.c.team == team)
            if not (await connection.execute(gone)).rowcount:
                raise InputError("shift-unknown", "there is no such shift", "see the roster")
            await append_audit(connection, AuditEntry(who.at, who.name, "shift_remove", shift_id))

    async def say(self, staff_id: str, state: str, at: str) -> None:
        """Whether somebody can take a call from now on."""
        async with self._database.begin() as connection:
            await upsert(connection, availability, [{"staff_id": staff_id, "state": state, "at": at}], ("staff_id",))
