"""The reference backend's database file: its schema, and errors in the backend's own terms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import BackendError, StorageError
from connectors.database.transactions import Database, open_database
from connectors.signing.tables import SCHEMA, about, metadata


class SigningDatabase:
    """Hands out transactions; each takes the writers' lock at its beginning."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction."""
        try:
            async with self._database.write() as connection:
                yield connection
        except StorageError as error:
            raise _ours(error) from None


@asynccontextmanager
async def open_signing_database(path: Path) -> AsyncIterator[SigningDatabase]:
    """The database in ``path``, created when needed. Raises ``BackendError`` for a file of another schema."""
    async with AsyncExitStack() as stack:
        try:
            opened = await stack.enter_async_context(open_database(path))
        except StorageError as error:
            raise _ours(error) from None
        database = SigningDatabase(opened)
        async with database.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await _check_schema(connection)
        yield database


def _ours(error: StorageError) -> BackendError:
    return BackendError("backend-database", error.message, error.remedy, retryable=True)


async def _check_schema(connection: AsyncConnection) -> None:
    found = (await connection.execute(select(about.c.schema))).scalar()
    if found is None:
        await connection.execute(insert(about).values(schema=SCHEMA))
    elif found != SCHEMA:
        raise BackendError(
            "backend-schema", f"the backend's database is of schema {found}, this program writes {SCHEMA}",
            "use the program that made it, or begin a new one with suifang backend seed",
        )  # fmt: skip
