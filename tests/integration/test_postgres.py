"""The store on a real PostgreSQL server: outbox, reviews, consent, audit, addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.domain.events import ConsentGiven, Event, ResidentSaid, SlotSet
from agent.errors import InputError, StorageError
from agent.report.revision import Correction
from connectors.database.transactions import open_database
from connectors.storage import StoredRecord, VisitStart, open_store
from connectors.storage.enqueue import NewParcel
from connectors.storage.parcels import LONGEST_WAIT_MS, Lane, OutboxStatus
from connectors.storage.persons import Act
from connectors.storage.ports import Channel
from suifang.delivery import Courier, Pace
from tests.fakes.far_end import FarEnd
from tests.fakes.outbox import AT, queue_visits
from tests.fakes.postgres import KEYS, database
from tests.fakes.postgres import server as postgres_server

pytestmark = pytest.mark.integration

START_MS = 4_000_000_000_000
PACE = Pace(batch=6, idle_seconds=0.01, delivery_seconds=0.2)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One PostgreSQL server for all."""
    with postgres_server() as address:
        yield address


def test_couriers_side_by_side_deliver_once_and_in_order(server: str, tmp_path: Path) -> None:
    async def inside() -> None:
        async with open_store(database_, KEYS) as store:
            keys = await queue_visits(store, 60, residents=7)
            far = FarEnd(tmp_path / "far.db", ["500", "lost", "", "garbage", "", "timeout"] * 4)
            clock = [START_MS]
            for _ in range(40):
                couriers = [Courier(store.outbox, far, PACE, lambda: clock[0], lambda: 0.5) for _ in range(3)]
                await asyncio.gather(*(courier.empty() for courier in couriers))
                counts = await store.outbox.counts()
                if counts[OutboxStatus.SENT] == len(keys):
                    break
                clock[0] += LONGEST_WAIT_MS
            assert sorted(key for key, _ in far.taken()) == sorted(keys)
            for resident in range(7):
                came = [int(key[1:-2]) for key, whose in far.taken() if whose == f"r{resident}"]
                assert came == sorted(came)

    database_ = database(server)
    asyncio.run(inside())


def test_reviews_consents_and_the_audit_chain(server: str, tmp_path: Path) -> None:
    async def inside() -> None:
        async with open_store(database_, KEYS) as store:
            who = Resident("王桂花", "R1", "2", date(1948, 5, 3), "13800005678")
            await store.visits.open(VisitStart("v", who, "f", "gw3-htn", Channel.VOICE, AT))
            said = (ResidentSaid(1, "一百五", "consent"), SlotSet(1, "sbp", 150, "blood_pressure", "一百五"))
            await store.events.append("v", [Event(n, AT, body) for n, body in enumerate(said)])
            await store.events.append("v", [Event(2, AT, ConsentGiven(2, False, "不行", "2026-11"))])
            assert not [e for e in await store.events.read("v") if isinstance(e.body, SlotSet)]
            await store.visits.close("v", "refused", AT)
            await store.records.save(StoredRecord("v", "gw3-htn", {"a": 1}))
            assert [w.version for w in await store.reviews.waiting()] == [1]
            change = Correction("sbp", 150, None, "李医生", AT, "没有同意")
            parcel = NewParcel("v:2", Lane.RECORD, "follow_up", {}, AT)
            signed = StoredRecord("v", "gw3-htn", {"a": 2}, 2, "signed", "李医生", AT)
            done = await asyncio.gather(
                *(store.reviews.add(signed, [change], parcel) for _ in range(3)), return_exceptions=True
            )
            assert sum(result is None for result in done) == 1
            assert await store.reviews.corrections("v") == (change,)
            await asyncio.gather(*(store.ledger.opt_out("R1", "", f"护士{n}", AT) for n in range(8)))
            assert (await store.audit.verify()).entries == 9
            async with store.database.begin() as connection:
                with pytest.raises(Exception, match="append-only"):
                    await connection.exec_driver_sql("UPDATE audit SET who = 'x'")
                await connection.rollback()
            act = Act("信息科陈", AT, "本人申请")
            assert len((await store.persons.export("R1", act))["events"]) == 3
            await store.persons.erase("R1", act, tmp_path, signed_too=True)
            with pytest.raises(InputError):
                await store.persons.export("R1", act)
            assert (await store.audit.verify()).whole

    database_ = database(server)
    asyncio.run(inside())


def test_two_processes_that_start_together_migrate_once(server: str) -> None:
    async def one() -> None:
        async with open_store(database_, KEYS):
            pass

    async def both() -> None:
        await asyncio.gather(one(), one())

    database_ = database(server)
    asyncio.run(both())


def test_a_connection_that_died_while_idle_is_replaced(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside() -> None:
        async with open_store(database_, KEYS) as store:
            await store.visits.get("nobody")
            async with store.database.begin() as connection:
                mine = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
            await ended(mine)
            monkeypatch.setattr("connectors.database.engine.IDLE_SECONDS", -1.0)
            assert await store.visits.get("nobody") is None

    async def ended(backend: int) -> None:
        async with open_database(database_, KEYS) as other, other.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_terminate_backend({backend}, 5000)")

    database_ = database(server)
    asyncio.run(inside())


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("mysql://u:secret@h/d", "store_address"),
        ("no address", "store_address"),
        ("postgresql://u:secret@127.0.0.1:1/d", "store_unreachable"),
    ],
)
def test_an_address_that_is_none(address: str, code: str) -> None:
    async def inside() -> None:
        async with open_store(address):
            pass

    pytest.importorskip("asyncpg", reason="PostgreSQL: asyncpg is not installed")
    with pytest.raises(StorageError) as caught:
        asyncio.run(inside())
    assert caught.value.code == code
    assert "secret" not in str(caught.value)
