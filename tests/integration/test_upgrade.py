"""Databases of every earlier schema, with data in them, are brought up to date: nothing lost, nothing left in clear."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, text

import connectors.storage
from agent.domain.events import ResidentSaid
from agent.errors import BackendError, StorageError
from connectors.database.engine import Place, new_engine
from connectors.database.keys import FILE, Keys
from connectors.signing.ports import Parcel, ParcelKind
from connectors.signing.reference import open_reference
from connectors.signing.tables import notes
from connectors.storage import open_store
from connectors.storage.migrate import METADATA, migrate
from connectors.storage.tables import REVISION
from tests.fakes.postgres import KEYS, database
from tests.fakes.postgres import server as postgres_server

pytestmark = pytest.mark.integration

AT, NAME, PHONE, WORDS = "2026-11-23T09:30:00", "欧阳玛莉亚", "13877665544", "高压一百五"
SAID = {"turn": 1, "text": WORDS, "ask": "a", "confidence": 1.0, "speaker": "self"}
ROWS: dict[str, dict[str, Any]] = {
    "residents": {"id": "R1", "name": NAME, "sex": "2", "birth_date": "1948-05-03", "phone": PHONE, "team": "T1"},
    "visits": {"id": "v", "resident_id": "R1", "flow": "f", "form": "gw3-htn", "channel": "voice", "owner": "",
               "status": "draft", "started": AT, "ended": AT, "outcome": "completed"},
    "events": {"visit_id": "v", "seq": 0, "at": AT, "type": "ResidentSaid", "body": SAID},
    "records": {"visit_id": "v", "version": 1, "form": "gw3-htn", "body": {"sbp": 150, "words": WORDS},
                "status": "draft", "author": "", "at": AT},
    "alerts": {"visit_id": "v", "seq": 0, "flag": "chest_pain", "severity": "P0", "subject": "self",
               "evidence": WORDS},
    "clips": {"visit_id": "v", "turn": 1, "path": "gone.wav"},
    "outbox": {"id": 1, "key": "v:1", "visit_id": "v", "resident_id": "R1", "lane": "record", "kind": "follow_up",
               "body": {"words": WORDS}, "status": "dead", "tries": 1, "due_ms": 1, "created": AT, "code": "c",
               "problem": WORDS, "receipt": ""},
    "corrections": {"id": 1, "visit_id": "v", "version": 1, "slot": "sbp", "old": 150, "new": 148.5, "who": "李医生",
                    "at": AT, "why": WORDS, "misheard": True},
    "consents": {"id": 1, "resident_id": "R1", "purpose": "p", "notice_version": "1", "granted": True, "words": WORDS,
                 "by": "self", "at": AT, "visit_id": "v", "turn": 1},
    "opt_outs": {"id": 1, "resident_id": "R1", "phone": PHONE, "words": WORDS, "by": "self", "at": AT},
}  # fmt: skip
"""One row of each table, as the schema before the sealing held it."""


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(Path(connectors.storage.__file__).parent / "migrations"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


BEFORE_SEALING = revisions()[: revisions().index("sealed")]
EARLIER = revisions()[:-1]


async def at_revision(place: Place, revision: str) -> None:
    """A database of an old schema with a row in every table."""
    engine = new_engine(place)
    async with engine.begin() as connection:
        await connection.run_sync(migrate, revision)
        there = MetaData()
        await connection.run_sync(there.reflect)
        for name, row in ROWS.items():
            if name in there.tables:
                table = there.tables[name]
                await connection.execute(insert(table).values({k: v for k, v in row.items() if k in table.columns}))
        await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    await engine.dispose()


async def look(place: Place, keys: Keys | None) -> None:
    """Everything that the old schema held can be read."""
    async with open_store(place, keys) as store:
        (event,) = await store.events.read("v")
        assert isinstance(event.body, ResidentSaid)
        assert event.body.text == WORDS
        record = await store.records.latest("v")
        assert record is not None
        assert record.body == {"sbp": 150, "words": WORDS}
        assert await store.persons.find(phone=PHONE) == ("R1",)
        assert set(await store.seals()) == {store.database.keys.ring().active}
        resident = await store.scope.resident("R1")
        assert resident is not None
        assert (resident.name, resident.phone, str(resident.birth_date)) == (NAME, PHONE, "1948-05-03")
        for row in await store.outbox.rows():
            assert (row.body, row.problem) == ({"words": WORDS}, WORDS)
        for change in await store.reviews.corrections("v"):
            assert (change.old, change.new, change.why, change.misheard) == (150, 148.5, WORDS, True)
        for wish in await store.ledger.opt_outs("R1"):
            assert wish.words == WORDS
            assert await store.ledger.not_to_be_called({"R9": "+86" + PHONE}) == {"R9"}


@pytest.mark.parametrize("revision", EARLIER)
def test_every_revision_of_sqlite(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "s.db"
    asyncio.run(at_revision(path, revision))
    assert NAME.encode() in path.read_bytes()
    asyncio.run(look(path, None))
    asyncio.run(look(path, None))
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.name != FILE)
    for marked in (NAME, PHONE, WORDS):
        assert marked.encode() not in left
        assert json.dumps(marked)[1:-1].encode() not in left
    with sqlite3.connect(path) as database_, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database_.execute("UPDATE events SET at = 'later'")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One PostgreSQL server for all."""
    with postgres_server() as address:
        yield address


@pytest.mark.parametrize("revision", BEFORE_SEALING)
def test_every_revision_of_postgresql(server: str, revision: str) -> None:
    address = database(server)
    asyncio.run(at_revision(address, revision))
    asyncio.run(look(address, KEYS))


def test_the_tables_stand_at_the_newest_revision() -> None:
    assert revisions()[-1] == REVISION
    assert set(ROWS) <= set(METADATA.tables)


def test_there_is_no_way_back_into_the_clear_and_nothing_is_half_done(tmp_path: Path) -> None:
    path, config = tmp_path / "s.db", Config()
    config.set_main_option("script_location", str(Path(connectors.storage.__file__).parent / "migrations"))
    asyncio.run(at_revision(path, "access"))
    asyncio.run(look(path, None))

    def down(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.downgrade(config, "access")

    async def back() -> None:
        engine = new_engine(path)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(down)
        finally:
            await engine.dispose()

    with pytest.raises(StorageError) as caught:
        asyncio.run(back())
    assert caught.value.code == "store-sealed"
    asyncio.run(look(path, None))


def test_a_backend_of_the_schema_in_clear_is_sealed_and_one_of_the_future_refused(tmp_path: Path) -> None:
    path = tmp_path / "far.db"

    async def deliver() -> None:
        async with open_reference(path) as backend:
            await backend.deliver(Parcel("a:1", "R1", ParcelKind.ALERT, {"evidence": WORDS}))

    asyncio.run(deliver())
    with sqlite3.connect(path) as old:
        old.execute("UPDATE about SET schema = 1")
        old.execute("DROP TABLE sealing")
        old.execute("UPDATE notes SET body = ?", (json.dumps({"evidence": WORDS}, ensure_ascii=False),))
    assert WORDS.encode() in path.read_bytes() + (tmp_path / "far.db-wal").read_bytes()
    (tmp_path / FILE).unlink()  # a schema in clear has no keys yet

    async def body() -> Any:
        async with open_reference(path) as backend, backend.database.begin() as connection:
            return (await connection.execute(notes.select())).one().body

    assert asyncio.run(body()) == {"evidence": WORDS}
    assert WORDS.encode() not in path.read_bytes()
    with sqlite3.connect(path) as new:
        new.execute("UPDATE about SET schema = 99")
    with pytest.raises(BackendError) as refused:
        asyncio.run(body())
    assert refused.value.code == "backend-schema"


def test_a_store_of_the_future_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.db"

    async def opened() -> None:
        async with open_store(path):
            pass

    asyncio.run(opened())
    with sqlite3.connect(path) as new:
        new.execute("UPDATE alembic_version SET version_num = 'later'")
    with pytest.raises(StorageError) as refused:
        asyncio.run(opened())
    assert refused.value.code == "store-newer"
