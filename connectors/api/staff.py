"""Accounts of staff, for admins. Nothing clinical is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from connectors.access.people import Role, Staff, StaffRow
from connectors.api.access import require
from connectors.api.schemas import Strict

Admin = Annotated[Staff, Depends(require(Role.ADMIN))]
NAME = r"^[a-z][a-z0-9._-]{1,31}$"
Name = Annotated[str, Path(pattern=NAME)]


@dataclass(frozen=True, slots=True)
class NewStaff:
    """An account to be made."""

    name: str
    shown: str
    role: Role
    team: str


class StaffDesk(Protocol):
    """What admins do. Raises ``InputError`` staff-unknown, name-taken."""

    async def all(self) -> Sequence[StaffRow]:
        """Every account."""

    async def add(self, new: NewStaff, by: str) -> str:
        """Make one; its first password."""

    async def disable(self, name: str, by: str) -> None:
        """Nobody logs in with it any more."""

    async def reset(self, name: str, by: str) -> str:
        """A new first password."""

    async def forget_totp(self, name: str, by: str) -> None:
        """The second factor is set up anew."""


class StaffIn(Strict):
    """An account to be made."""

    name: str = Field(pattern=NAME)
    shown: str = Field(min_length=1, max_length=64)
    role: Role
    team: str = Field(min_length=1, max_length=64)


class StaffOut(BaseModel):
    """An account."""

    name: str
    shown: str
    role: Role
    team: str
    status: str
    second_factor: bool


class PasswordOut(BaseModel):
    """A first password: shown once, changed at the first login."""

    name: str
    password: str


def staff_router(desk: StaffDesk) -> APIRouter:
    """The routes under /api/staff."""
    router = APIRouter(prefix="/api/staff")

    @router.get("")
    async def all_accounts(_admin: Admin) -> list[StaffOut]:
        """Every account."""
        return [_out(row) for row in await desk.all()]

    @router.post("", status_code=201)
    async def add(body: StaffIn, admin: Admin) -> PasswordOut:
        """Make an account."""
        new = NewStaff(body.name, body.shown, body.role, body.team)
        return PasswordOut(name=body.name, password=await desk.add(new, admin.name))

    @router.post("/{name}/disable", status_code=204)
    async def disable(name: Name, admin: Admin) -> None:
        """Close an account; who is in is out."""
        await desk.disable(name, admin.name)

    @router.post("/{name}/reset")
    async def reset(name: Name, admin: Admin) -> PasswordOut:
        """A new first password; opens a closed account again."""
        return PasswordOut(name=name, password=await desk.reset(name, admin.name))

    @router.post("/{name}/totp", status_code=204)
    async def forget_totp(name: Name, admin: Admin) -> None:
        """The phone is lost: the second factor is set up anew."""
        await desk.forget_totp(name, admin.name)

    return router


def _out(row: StaffRow) -> StaffOut:
    who = row.staff
    return StaffOut(
        name=who.name, shown=who.shown, role=who.role, team=who.team, status=row.status.value,
        second_factor=bool(row.totp),
    )  # fmt: skip
