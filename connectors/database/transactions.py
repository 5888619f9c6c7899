"""Hands out transactions whose errors are translated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent.errors import StorageError
from connectors.database.engine import AT_ONCE, BEGIN, BUSY, NOT, Place, new_engine, new_writer, storage_errors
from connectors.database.grouping import Grouped
from connectors.database.keys import FILE, Keys
from connectors.database.sealed import give_keys

Job = TypeVar("Job")
OPENING_SECONDS = 30.0
"""How long a database that is being opened is waited for: another process may migrate it, or seal it anew."""
AGAIN_SECONDS = 0.05


class Writer:
    """A thread of its own in which whole transactions of a SQLite file run, one after the other."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._engine = new_writer(path)
        give_keys(self._engine.dialect, keys)
        self._thread = ThreadPoolExecutor(1, "sqlite writes")
        self._kept: Connection | None = None

    async def run(self, write: Callable[[Connection, Sequence[Job]], None], jobs: Sequence[Job]) -> None:
        """One transaction, begun with the writers' lock."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, write, jobs)

    def close(self) -> None:
        """End the thread, close the connection."""
        self._thread.shutdown()
        if self._kept is not None:
            self._kept.close()
        self._engine.dispose()

    def _transaction(self, write: Callable[[Connection, Sequence[Job]], None], jobs: Sequence[Job]) -> None:
        if self._kept is None or self._kept.closed:  # taking one from the pool costs as much as two statements
            self._kept = self._engine.connect().execution_options(**{BEGIN: AT_ONCE})
        with self._kept.begin():
            write(self._kept, jobs)


class Database:
    """The engine and its place: hands out transactions whose errors are translated."""

    def __init__(self, engine: AsyncEngine, place: Place, keys: Keys) -> None:
        self._engine = engine
        self._writer = Writer(place, keys) if isinstance(place, Path) else None
        self.place = place
        self.keys = keys
        self.found_rotating = False
        """A rotation of keys had been broken off when this was opened."""
        self._groups: list[Grouped[object]] = []

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
                connection = await plain.execution_options(**{BEGIN: AT_ONCE})
                async with connection.begin():
                    yield connection

    def grouped(
        self, write: Callable[[Connection, Sequence[Job]], None], key: Callable[[Job], Hashable]
    ) -> Grouped[Job]:
        """Writes of one kind that share transactions when they come together; see ``Grouped``."""

        async def once(jobs: Sequence[Job]) -> None:
            if self._writer is not None:
                with storage_errors(self.place):
                    await self._writer.run(write, jobs)
                return
            async with self.write() as connection:
                await connection.run_sync(write, jobs)

        group = Grouped(once, key)
        self._groups.append(group)  # type: ignore[arg-type]
        return group

    async def checkpoint(self) -> None:
        """Bring the log of changes into the file and empty it: what was deleted is in neither then."""
        await self._maintain("PRAGMA wal_checkpoint(TRUNCATE)")

    async def scrub(self) -> None:
        """Write the file anew, so that nothing of what was replaced is left in it."""
        await self._maintain("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

    async def _maintain(self, *commands: str) -> None:
        """A server looks after its own files."""
        if self._engine.dialect.name != "sqlite":
            return
        with storage_errors(self.place):
            async with self._engine.connect() as plain:
                connection = await plain.execution_options(**{BEGIN: NOT})
                for command in commands:
                    await connection.exec_driver_sql(command)

    async def aclose(self) -> None:
        """Finish the writes that have begun, close all connections."""
        for group in self._groups:
            await group.finished()
        if self._writer is not None:
            self._writer.close()
        await self._engine.dispose()


async def patiently(work: Callable[[], Awaitable[None]]) -> None:
    """Do what can be done again, until no other process holds the database; raises ``StorageError`` after a while."""
    loop = asyncio.get_running_loop()
    until = loop.time() + OPENING_SECONDS
    while True:
        try:
            return await work()
        except StorageError as error:
            if error.code != BUSY or loop.time() >= until:
                raise
        await asyncio.sleep(AGAIN_SECONDS)


@asynccontextmanager
async def open_database(place: Place, keys: Keys | None = None) -> AsyncIterator[Database]:
    """A database for as long as the block runs; without keys, those beside the file. Raises ``StorageError``."""
    engine = new_engine(place)
    keys = keys or Keys(place.parent / FILE if isinstance(place, Path) else None)
    give_keys(engine.sync_engine.dialect, keys)
    database = Database(engine, place, keys)
    try:
        yield database
    finally:
        await database.aclose()
