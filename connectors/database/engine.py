"""Opening an engine on a SQLite file or a PostgreSQL address; what the database raises becomes one StorageError."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent.errors import StorageError

BEGIN = "suifang_begin"
"""Execution option: how a transaction begins on SQLite. ``AT_ONCE`` takes the writers' lock at its beginning, for one
that reads first and writes then; ``NOT`` is for commands that stand outside of transactions."""
AT_ONCE, NOT = "BEGIN IMMEDIATE", ""
POOL = 10
IDLE_SECONDS = 5.0
"""A connection to a server that was not used for so long is asked whether it still lives; asking takes three answers
of the server, as long as a whole write."""
_USED = "suifang_used"
BUSY_SECONDS = 5.0
"""How long a writer waits for another process's transaction."""
CONFLICT = "store_conflict"
"""The code of a row that the database refuses because of another one."""
BUSY = "store-busy"
"""Code of an error that passes by itself: another process writes."""
_SQLITE_BUSY, _SQLITE_LOCKED = 5, 6
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")
"""What is committed outlives the process (NORMAL in WAL mode); what is deleted is overwritten."""

Place = Path | str
"""A SQLite file, or a PostgreSQL address."""


def new_engine(place: Place) -> AsyncEngine:
    """An engine; nothing is connected yet. Raises ``StorageError``."""
    with storage_errors(place):
        return _sqlite(place) if isinstance(place, Path) else _postgres(place)


def new_writer(path: Path) -> Engine:
    """An engine whose transactions run as a whole in one thread: each hop to it costs more than a statement."""
    with storage_errors(path):
        engine = create_engine(
            f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=1
        )
        _prepare(engine)
        return engine


def _sqlite(path: Path) -> AsyncEngine:
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    _prepare(engine.sync_engine)
    return engine


def _postgres(address: str) -> AsyncEngine:
    try:
        url = make_url(address)
        if url.get_backend_name() != "postgresql":
            raise exc.ArgumentError("no PostgreSQL address")
        engine = create_async_engine(url.set(drivername="postgresql+asyncpg"), pool_size=POOL)
        _ask_after_idling(engine.sync_engine)
        return engine
    except exc.ArgumentError:
        raise StorageError(
            "store_address", "the database's address cannot be read",
            "SUIFANG_DATABASE_URL=postgresql://user:password@host/database",
        ) from None  # fmt: skip
    except ImportError:
        raise StorageError("store_driver", "PostgreSQL needs asyncpg", "pip install 'suifang[postgres]'") from None


def _prepare(engine: Engine) -> None:
    """WAL, foreign keys, and real transactions around DDL as well."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if how := connection.get_execution_options().get(BEGIN, "BEGIN"):
            connection.exec_driver_sql(how)


def _ask_after_idling(engine: Engine) -> None:
    """Replace a connection that died while nobody used it, before anybody does."""

    @event.listens_for(engine, "checkin")
    def given_back(_connection: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_USED, time.monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.DisconnectionError(str(error)) from None


Item = TypeVar("Item")


def padded(items: list[Item]) -> list[Item]:
    """As many as the next power of two, the last one repeated: for ``IN``.

    The database prepares a handful of statements, not one for every length of the list.
    """
    missing = (1 << (len(items) - 1).bit_length()) - len(items) if items else 0
    return items + items[-1:] * missing


def shown(place: Place) -> str:
    """The place as it may stand in a message: without its password."""
    return str(place) if isinstance(place, Path) else place.rpartition("@")[2]


@contextmanager
def storage_errors(place: Place) -> Iterator[None]:
    """Translate what the file system, the network and the database raise, once."""
    try:
        yield
    except OSError as error:
        if not isinstance(place, Path):
            raise StorageError(
                "store_unreachable",
                f"the database {shown(place)} cannot be reached ({error.strerror or type(error).__name__})",
                "start it, or correct SUIFANG_DATABASE_URL",
            ) from None
        raise StorageError(
            "store_folder",
            f"the folder {place.parent} cannot be written ({error.strerror})",
            "Give a writable folder: SUIFANG_DATA_DIR=/path/to/folder",
        ) from error
    except exc.IntegrityError as error:
        raise StorageError(
            CONFLICT, f"the database refused a row ({error.orig})", "Read the visit again and retry."
        ) from None
    except (exc.StatementError, exc.InvalidRequestError) as error:
        cause = getattr(error, "orig", None) or error
        if isinstance(cause, StorageError):  # a value that could not be sealed
            raise cause from None
        if _busy(cause):
            raise StorageError(
                BUSY, f"the database {shown(place)} is locked: another process has been writing for long",
                "try again; when it lasts, see which process holds it: suifang serve, keys rotate, retention run",
            ) from None  # fmt: skip
        raise StorageError(
            "store_database",
            f"the database {shown(place)} cannot be opened or written ({cause})",
            "Check the file's permissions and free space, or give another folder: SUIFANG_DATA_DIR=/path/to/folder",
        ) from None


def _busy(cause: BaseException) -> bool:
    """SQLite gave up waiting for another process; its extended codes say for what."""
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in (_SQLITE_BUSY, _SQLITE_LOCKED)
