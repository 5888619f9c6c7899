"""Hands out transactions whose errors are translated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from connectors.storage.engine import WRITES, Place, storage_errors


class Database:
    """The engine and its file: hands out transactions whose errors are translated."""

    def __init__(self, engine: AsyncEngine, place: Place) -> None:
        self._engine = engine
        self.place = place

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction."""
        with storage_errors(self.place):
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that reads before it writes: nobody else writes between the two."""
        with storage_errors(self.place):
            async with self._engine.connect() as plain:
                connection = await plain.execution_options(**{WRITES: True})
                async with connection.begin():
                    yield connection

    async def checkpoint(self) -> None:
        """Bring the log of changes into the file and empty it: what was deleted is in neither then."""
        if self._engine.dialect.name != "sqlite":
            return
        with storage_errors(self.place):
            async with self._engine.connect() as plain:
                connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def aclose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
