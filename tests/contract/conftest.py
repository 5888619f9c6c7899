"""Fresh stores on SQLite and on a real PostgreSQL server, for the contracts that both keep."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from connectors.storage import SqlStore, open_store
from tests.fakes.postgres import KEYS, database
from tests.fakes.postgres import server as postgres_server

Check = Callable[[SqlStore], Awaitable[None]]


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    """One PostgreSQL server for all contracts; every test has a database of its own."""
    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
def holds(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Check], None]:
    """Run a check against a fresh store of each kind."""
    if request.param == "postgres":
        opened = open_store(database(request.getfixturevalue("server")), KEYS)
    else:
        opened = open_store(tmp_path / "store.db")

    def run(check: Check) -> None:
        async def inside() -> None:
            async with opened as store:
                await check(store)

        asyncio.run(inside())

    return run
