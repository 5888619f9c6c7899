"""The reference backend's database file: its schema, and errors in the backend's own terms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import BackendError, StorageError
from connectors.database.keys import Keys
from connectors.database.sealing import prove_keys, reseal, settle, usage
from connectors.database.transactions import Database, open_database, patiently
from connectors.signing.tables import SCHEMA, about, metadata

EARLIER = (1, 2)
"""Schemas that lack tables, which are made on opening; the first held values in clear, which are sealed then."""


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

    @property
    def found_rotating(self) -> bool:
        """A rotation of keys had been broken off when this was opened."""
        return self._database.found_rotating

    async def reseal(self) -> int:
        """Bring every value under the active key; how many rows changed."""
        return await reseal(self._database, metadata)

    async def seals(self) -> Mapping[str, int]:
        """How many values are sealed with which key."""
        return await usage(self._database, metadata)


@asynccontextmanager
async def open_signing_database(path: Path, keys: Keys | None = None) -> AsyncIterator[SigningDatabase]:
    """The database in ``path``, created when needed. Raises ``BackendError`` for a file of another schema."""
    async with AsyncExitStack() as stack:
        try:
            opened = await stack.enter_async_context(open_database(path, keys))
            await patiently(lambda: _bring_up_to_date(opened))
        except StorageError as error:
            raise _ours(error) from None
        yield SigningDatabase(opened)


async def _bring_up_to_date(database: Database) -> None:
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        await _check_schema(connection)
        found = await prove_keys(connection, metadata, database.keys)
    await settle(database, metadata, found)


def _ours(error: StorageError) -> BackendError:
    code = error.code if error.code.startswith("key") else "backend-database"
    return BackendError(code, error.message, error.remedy, retryable=True)


async def _check_schema(connection: AsyncConnection) -> None:
    found = (await connection.execute(select(about.c.schema))).scalar()
    if found is None:
        await connection.execute(insert(about).values(schema=SCHEMA))
    elif found in EARLIER:
        await connection.execute(update(about).values(schema=SCHEMA))
    elif found != SCHEMA:
        raise BackendError(
            "backend-schema", f"the backend's database is of schema {found}, this program writes {SCHEMA}",
            "use the program that made it, or begin a new one with suifang backend seed",
        )  # fmt: skip
