"""Bringing the store's tables up to date, one process at a time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from agent.errors import StorageError
from connectors.database.sealing import prove_keys, settle
from connectors.database.transactions import Database
from connectors.storage.access_tables import staff
from connectors.storage.tables import REVISION

MIGRATION_LOCK = 50_000_001
METADATA = staff.metadata
"""All tables of the store, those of staff too."""


async def bring_up_to_date(database: Database) -> None:
    """Run the migrations that are missing, all or none; see that every value is sealed. Raises ``StorageError``.

    It reads before it writes, so it takes the writers' lock first: a commit of another process between the two would
    end it at once, however long it is ready to wait.
    """
    async with database.write() as connection:
        if connection.dialect.name == "postgresql":  # two processes that start together migrate one by one
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        await connection.run_sync(migrate)
        await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        found = await prove_keys(connection, METADATA, database.keys)
    await settle(database, METADATA, found)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run what is missing up to ``revision``; Alembic is imported only when something is."""
    if _revision(connection) == REVISION:
        return
    from alembic import command  # noqa: PLC0415 - a third of a second, needed once in a database's life
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError:
        raise StorageError(
            "store-newer", f"the database is of revision {_revision(connection)}, which this program does not know",
            "use the program that made it, or a newer one; nothing was changed",
        ) from None  # fmt: skip


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
