"""The reference backend's database file: opened, created, its errors translated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, exc, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from agent.errors import BackendError
from connectors.signing.tables import SCHEMA, about, metadata

BUSY_SECONDS = 5.0


class SigningDatabase:
    """Hands out transactions; each takes the writers' lock at its beginning."""

    def __init__(self, engine: AsyncEngine, path: Path) -> None:
        self._engine = engine
        self._path = path

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction."""
        try:
            async with self._engine.begin() as connection:
                yield connection
        except exc.DBAPIError as error:
            raise BackendError(
                "backend-database", f"the database {self._path} cannot be used ({error.orig})",
                "check the file's permissions and free space", retryable=True,
            ) from None  # fmt: skip


@asynccontextmanager
async def open_signing_database(path: Path) -> AsyncIterator[SigningDatabase]:
    """The database in ``path``, created when needed. Raises ``BackendError`` for a file of another schema."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BackendError(
            "backend-folder", f"the folder {path.parent} cannot be written ({error.strerror})",
            "give a writable folder: SUIFANG_DATA_DIR=/path/to/folder",
        ) from None  # fmt: skip
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    _prepare(engine)
    database = SigningDatabase(engine, path)
    try:
        async with database.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await _check_schema(connection)
        yield database
    finally:
        await engine.dispose()


async def _check_schema(connection: AsyncConnection) -> None:
    found = (await connection.execute(select(about.c.schema))).scalar()
    if found is None:
        await connection.execute(insert(about).values(schema=SCHEMA))
    elif found != SCHEMA:
        raise BackendError(
            "backend-schema", f"the backend's database is of schema {found}, this program writes {SCHEMA}",
            "use the program that made it, or begin a new one with suifang backend seed",
        )  # fmt: skip


def _prepare(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
