"""Staff in the database. Every change is in the audit log; passwords come hashed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from agent.errors import InputError
from connectors.access.people import Role, Staff, StaffRow, StaffStatus
from connectors.database.transactions import Database
from connectors.storage.access_tables import sessions, staff
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.tables import audit

PASSWORD_ACTS = ("staff_add", "staff_reset", "password")
"""What the audit log calls it when an account gets a password."""


class SqlStaff:
    """Accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: StaffRow, by: str) -> None:
        """A new account. Raises ``InputError`` when the name is taken."""
        async with self._database.write() as connection:
            taken = select(staff.c.id).where(staff.c.name == row.staff.name)
            if (await connection.execute(taken)).first() is not None:
                raise InputError("name-taken", f"{row.staff.name} has an account already", "take another login name")
            await connection.execute(insert(staff).values(**_columns(row)))
            await append_audit(connection, _entry(row, by, "staff_add", row.created))

    async def save(self, row: StaffRow, by: str, act: str, at: str) -> None:
        """Change an account; ``act`` says in the audit log what was changed."""
        async with self._database.write() as connection:
            await connection.execute(update(staff).where(staff.c.id == row.staff.id).values(**_columns(row)))
            await append_audit(connection, _entry(row, by, act, at))

    async def close(self, row: StaffRow, by: str, act: str, at: str) -> None:
        """Change an account, and end all its logins, in one transaction."""
        async with self._database.write() as connection:
            await connection.execute(update(staff).where(staff.c.id == row.staff.id).values(**_columns(row)))
            await connection.execute(delete(sessions).where(sessions.c.staff_id == row.staff.id))
            await append_audit(connection, _entry(row, by, act, at))

    async def use_step(self, staff_id: str, step: int) -> bool:
        """Note that a code was used; False when it was used already, by somebody quicker."""
        unused = (staff.c.id == staff_id) & (staff.c.totp_step < step)
        async with self._database.begin() as connection:
            return (await connection.execute(update(staff).where(unused).values(totp_step=step))).rowcount == 1

    async def named(self, name: str) -> StaffRow | None:
        """By login name."""
        return await self._one(staff.c.name == name)

    async def get(self, staff_id: str) -> StaffRow | None:
        """By id."""
        return await self._one(staff.c.id == staff_id)

    async def password_made(self, row: StaffRow) -> str:
        """When the account got its password, by the audit log; when it was made, if nothing later is known."""
        given = (audit.c.subject == row.staff.id) & audit.c.act.in_(PASSWORD_ACTS)
        async with self._database.begin() as connection:
            last = (await connection.execute(select(func.max(audit.c.at)).where(given))).scalar()
        return last or row.created

    async def all(self) -> tuple[StaffRow, ...]:
        """Every account, by name."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(select(staff).order_by(staff.c.name))).all()
        return tuple(_row(row) for row in rows)

    async def _one(self, where: Any) -> StaffRow | None:
        async with self._database.begin() as connection:
            row = (await connection.execute(select(staff).where(where))).first()
        return _row(row) if row else None

    async def end_demo(self, at: str) -> int:
        """Disable what ``serve --demo`` made; how many there were."""
        rows = [row for row in await self.all() if row.demo and row.status is StaffStatus.ACTIVE]
        for row in rows:
            await self.close(replace(row, status=StaffStatus.DISABLED), "suifang", "staff_disable", at)
        return len(rows)


def _columns(row: StaffRow) -> dict[str, Any]:
    return {
        "id": row.staff.id, "name": row.staff.name, "shown": row.staff.shown, "role": row.staff.role.value,
        "team": row.staff.team, "password": row.password, "must_change": row.must_change, "totp": row.totp,
        "totp_step": row.totp_step, "status": row.status.value, "demo": row.demo, "created": row.created,
    }  # fmt: skip


def _row(row: Row[Any]) -> StaffRow:
    who = Staff(row.id, row.name, row.shown, Role(row.role), row.team)
    return StaffRow(
        who, row.password, row.must_change, row.totp, row.totp_step, StaffStatus(row.status), row.demo, row.created
    )


def _entry(row: StaffRow, by: str, act: str, at: str) -> AuditEntry:
    detail = {"name": row.staff.name, "role": row.staff.role.value, "team": row.staff.team}
    return AuditEntry(at, by, act, row.staff.id, detail)
