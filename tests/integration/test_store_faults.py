"""The database file: migrations, faults in one line, what survives a kill."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

import connectors.storage
from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, Event
from agent.errors import StorageError
from connectors.database.engine import BUSY
from connectors.storage import VisitStart, VisitStatus, open_store
from connectors.storage.ports import Channel
from connectors.storage.tables import REVISION, metadata

pytestmark = pytest.mark.integration


def opened(path: Path) -> None:
    async def inside() -> None:
        async with open_store(path):
            pass

    asyncio.run(inside())


def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    opened(tmp_path / "store.db")
    with sqlite3.connect(tmp_path / "store.db") as database:
        for table in metadata.sorted_tables:
            columns = {row[1] for row in database.execute(f"PRAGMA table_info({table.name})")}
            assert columns == {column.name for column in table.columns}
    config = Config()
    config.set_main_option("script_location", str(Path(connectors.storage.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_events_cannot_be_changed(tmp_path: Path) -> None:
    opened(tmp_path / "store.db")
    with sqlite3.connect(tmp_path / "store.db") as database:
        database.execute("INSERT INTO events VALUES ('v', 0, 'now', 'AgentSaid', '{}')")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE events SET at = 'later'")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a folder")
    with pytest.raises(StorageError, match="SUIFANG_DATA_DIR"):
        opened(tmp_path / "var" / "store.db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("no database " * 200)
    with pytest.raises(StorageError, match="not a database") as caught:
        opened(tmp_path / "store.db")
    assert "\n" not in str(caught.value)


def test_a_database_locked_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.database.engine.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("connectors.database.transactions.OPENING_SECONDS", 0.3)
    opened(tmp_path / "store.db")
    holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageError, match="locked") as caught:
            opened(tmp_path / "store.db")
        assert caught.value.code == BUSY
    finally:
        holder.close()


def test_a_database_is_opened_while_another_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that falls between what opening reads and what it writes does not end it."""
    monkeypatch.setattr("connectors.database.transactions.OPENING_SECONDS", 0.0)
    opened(tmp_path / "store.db")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("CREATE TABLE counted AS SELECT 0 AS n")
            while not stop.is_set():
                other.execute("UPDATE counted SET n = n + 1")
                time.sleep(0.0002)  # leaves the lock to others now and then

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        try:
            for _ in range(10):
                opened(tmp_path / "store.db")
        finally:
            stop.set()
        writing.result()


def test_opening_waits_for_whoever_holds_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.database.engine.BUSY_SECONDS", 0.05)
    opened(tmp_path / "store.db")
    holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, holder.close)
    release.start()
    try:
        opened(tmp_path / "store.db")
    finally:
        release.join()


def test_processes_that_start_together_make_one_database(tmp_path: Path) -> None:
    program = "import asyncio, sys; from pathlib import Path; from connectors.storage import open_store\n"
    program += "async def main():\n    async with open_store(Path(sys.argv[1])) as store:\n"
    program += "        print(await store.outbox.counts())\nasyncio.run(main())"
    command = [sys.executable, "-c", program, str(tmp_path / "store.db")]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said


def test_the_writer_goes_on_after_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection is kept: neither a refused row nor another's lock spoils the next write."""
    said = [Event(0, "now", AgentSaid(0, "您好", "utter"))]

    async def inside() -> None:
        async with open_store(tmp_path / "store.db") as store:
            start = VisitStart("v", Resident("王桂花", "R1", "2"), "f", "gw3-htn", Channel.VOICE, "2026-11-29T09:00:00")
            await store.visits.open(start)
            with pytest.raises(StorageError, match="refused"):
                await store.events.append("no such visit", said)
            holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked"):
                await store.events.append("v", said)
            holder.close()
            await store.events.append("v", said)
            assert await store.events.read("v") == tuple(said)

    monkeypatch.setattr("connectors.database.engine.BUSY_SECONDS", 0.1)
    asyncio.run(inside())


KILLED = """
import asyncio, sys
from pathlib import Path
from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, Event
from connectors.database.engine import BUSY
from connectors.storage import VisitStart, open_store
from connectors.storage.owners import this_process
from connectors.storage.ports import Channel

async def main():
    async with open_store(Path(sys.argv[1])) as store:
        await store.visits.open(VisitStart(
            "v", Resident("王"), "f", "form", Channel.VOICE, "2026-11-23T09:30:00", this_process()
        ))
        for seq in range(1000):
            await store.events.append("v", [Event(seq, "now", AgentSaid(0, "您好", "utter"))])
            print(seq, flush=True)

asyncio.run(main())
"""


def test_kill_9_keeps_the_events_and_the_next_start_marks_the_visit(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        seen = [int(child.stdout.readline()) for _ in range(5)][-1]
        os.kill(child.pid, signal.SIGKILL)

    async def after() -> None:
        async with open_store(path) as store:
            assert await store.visits.abandoned("later") == ("v",)
            visit = await store.visits.get("v")
            assert visit is not None
            assert visit.status is VisitStatus.INCOMPLETE
            events = await store.events.read("v")
            assert len(events) > seen
            assert [event.seq for event in events] == list(range(len(events)))
            assert events[0] == Event(0, "now", AgentSaid(0, "您好", "utter"))

    asyncio.run(after())
