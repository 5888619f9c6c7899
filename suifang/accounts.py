"""Staff accounts: added, disabled, reset. The command line and the admin's pages do the same through here."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from agent.errors import InputError
from connectors.access import passwords
from connectors.access.people import Staff, StaffRow, StaffStatus
from connectors.access.tokens import digest
from connectors.api.staff import NAME, NewStaff
from connectors.storage.sql import SqlStore


class Accounts:
    """What admins do with accounts. ``by`` is the login name, or the program's user, in the audit log."""

    def __init__(self, store: SqlStore, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    async def all(self) -> tuple[StaffRow, ...]:
        """Every account."""
        return await self._store.staff.all()

    async def add(self, new: NewStaff, by: str, password: str | None = None, *, demo: bool = False) -> str:
        """Make an account; its password, made at random unless it is given. It must be changed at the first login.

        A demonstration account keeps the password of this run.
        """
        if not re.match(NAME, new.name):
            raise InputError(
                "name-invalid", f"{new.name!r} is no login name", "2 to 32 small letters, digits, . _ -; a letter first"
            )
        if not new.team.strip() or not new.shown.strip():
            raise InputError("team-missing", "an account needs a team and a name to be shown", "add --team, --shown")
        given = password or passwords.random_password()
        passwords.check_strength(given, new.name)
        who = Staff(uuid.uuid4().hex, new.name, new.shown.strip()[:64], new.role, new.team.strip()[:64])
        hashed = await asyncio.to_thread(passwords.hash_of, given)
        row = StaffRow(who, hashed, not demo, "", 0, StaffStatus.ACTIVE, demo, iso_of(self._now_ms()))
        await self._store.staff.add(row, by)
        return given

    async def disable(self, name: str, by: str) -> None:
        """Nobody logs in with it any more, and who is in is out."""
        row = await self._named(name)
        await self._store.staff.close(replace(row, status=StaffStatus.DISABLED), by, "staff_disable", self._at())

    async def reset(self, name: str, by: str, *, demo: bool = False) -> str:
        """A new random password, and the account works again; its logins end."""
        row, given = await self._named(name), passwords.random_password()
        hashed = await asyncio.to_thread(passwords.hash_of, given)
        changed = replace(row, password=hashed, must_change=not demo, status=StaffStatus.ACTIVE)
        await self._store.staff.close(changed, by, "staff_reset", self._at())
        await self._store.lockouts.clear(digest(name))
        return given

    async def forget_totp(self, name: str, by: str) -> None:
        """The phone is lost: the second factor is set up anew at the next login."""
        row = await self._named(name)
        await self._store.staff.close(replace(row, totp="", totp_step=0), by, "staff_totp_reset", self._at())

    async def _named(self, name: str) -> StaffRow:
        row = await self._store.staff.named(name)
        if row is None:
            raise InputError("staff-unknown", f"there is no account {name!r}", "see suifang users list")
        return row

    def _at(self) -> str:
        return iso_of(self._now_ms())


def iso_of(now_ms: int) -> str:
    """Local time, to the second, as the audit log has it."""
    return datetime.fromtimestamp(now_ms // 1000).isoformat(timespec="seconds")
