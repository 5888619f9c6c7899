"""Logins and failures in the database. Tokens come hashed: who reads the database can use none of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, delete, insert, select, update

from connectors.database.transactions import Database
from connectors.storage.access_tables import lockouts, sessions
from connectors.storage.upsert import inserting

FORGET_MS = 24 * 3600 * 1000
"""Failures of names that are left alone so long are forgotten."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One login."""

    digest: str
    staff_id: str
    seen_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Lock:
    """After how many failures a name is locked, and for how long."""

    most: int
    window_ms: int


class SqlSessions:
    """Logins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: StoredSession, now_ms: int) -> None:
        """A new login; those that are over go."""
        row = {
            "digest": session.digest, "staff_id": session.staff_id, "seen_ms": session.seen_ms,
            "until_ms": session.until_ms,
        }  # fmt: skip
        async with self._database.write() as connection:
            await connection.execute(delete(sessions).where(sessions.c.until_ms <= now_ms))
            await connection.execute(insert(sessions).values(**row))

    async def get(self, digest: str) -> StoredSession | None:
        """By hash of its token."""
        async with self._database.begin() as connection:
            row = (await connection.execute(select(sessions).where(sessions.c.digest == digest))).first()
        return StoredSession(row.digest, row.staff_id, row.seen_ms, row.until_ms) if row else None

    async def seen(self, digest: str, now_ms: int) -> None:
        """It was used."""
        async with self._database.begin() as connection:
            await connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_ms=now_ms))

    async def end(self, digest: str) -> None:
        """Log out."""
        async with self._database.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.digest == digest))

    async def end_others(self, staff_id: str, digest: str) -> None:
        """End the other logins of somebody."""
        others = (sessions.c.staff_id == staff_id) & (sessions.c.digest != digest)
        async with self._database.begin() as connection:
            await connection.execute(delete(sessions).where(others))


class SqlLockouts:
    """Failures of logging in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def attempt(self, name_hash: str, now_ms: int, lock: Lock) -> int | None:
        """Count an attempt before it is judged, so that many at once count as many; None when the name is locked.

        One statement, which both databases do whole. A lock lasts from the first attempt that met it.
        """
        over = lockouts.c.at_ms <= now_ms - lock.window_ms
        free = lockouts.c.failures <= lock.most
        count = case((over, 1), (free, lockouts.c.failures + 1), else_=lockouts.c.failures)
        values = {"failures": count, "at_ms": case((over | free, now_ms), else_=lockouts.c.at_ms)}
        async with self._database.write() as connection:
            await connection.execute(delete(lockouts).where(lockouts.c.at_ms < now_ms - FORGET_MS))
            new = inserting(connection.dialect.name, lockouts).values(name_hash=name_hash, failures=1, at_ms=now_ms)
            counted = new.on_conflict_do_update(index_elements=["name_hash"], set_=values)
            made = int((await connection.execute(counted.returning(lockouts.c.failures))).scalar_one())
        return made if made <= lock.most else None

    async def take_back(self, name_hash: str) -> None:
        """The attempt was none: the password fits, the code is still to come."""
        mine = (lockouts.c.name_hash == name_hash) & (lockouts.c.failures > 0)
        async with self._database.begin() as connection:
            await connection.execute(update(lockouts).where(mine).values(failures=lockouts.c.failures - 1))

    async def clear(self, name_hash: str) -> None:
        """Forget them."""
        async with self._database.begin() as connection:
            await connection.execute(delete(lockouts).where(lockouts.c.name_hash == name_hash))
