"""Every store keeps the same contract: the fake in memory, SQLite, and a real PostgreSQL server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent.domain.answers import Medication, Resident
from agent.domain.events import AgentSaid, AlertRaised, Event, SlotSet
from agent.errors import InputError, StorageError
from connectors.storage import MemoryStore, Store, StoredRecord, VisitStart, VisitStatus, open_store
from connectors.storage.owners import this_process
from connectors.storage.ports import Channel
from tests.fakes.postgres import KEYS, database

AT = "2026-11-23T09:30:00"
Check = Callable[[Store], Awaitable[None]]


@asynccontextmanager
async def memory(_path: Path) -> AsyncIterator[Store]:
    yield MemoryStore()


@asynccontextmanager
async def sqlite(path: Path) -> AsyncIterator[Store]:
    async with open_store(path / "store.db") as store:
        yield store


@asynccontextmanager
async def postgres(address: str) -> AsyncIterator[Store]:
    async with open_store(address, KEYS) as store:
        yield store


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def holds(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Check], None]:
    """Run a check against a fresh store of each kind."""
    if request.param == "postgres":
        opened = postgres(database(request.getfixturevalue("server")))
    else:
        opened = {"memory": memory, "sqlite": sqlite}[request.param](tmp_path)

    def run(check: Check) -> None:
        async def inside() -> None:
            async with opened as store:
                await check(store)

        asyncio.run(inside())

    return run


def start(visit_id: str = "v1", channel: Channel = Channel.TERMINAL, owner: str = "") -> VisitStart:
    resident = Resident("王桂花", "r1", "2", date(1948, 5, 3), "13800000000")
    return VisitStart(visit_id, resident, "hypertension_followup", "gw3-htn", channel, AT, owner)


def test_events_come_back_as_they_went_in(holds: Callable[[Check], None]) -> None:
    events = (
        Event(0, AT, AgentSaid(0, "您好", "utter_hello")),
        Event(1, AT, SlotSet(1, "medications", (Medication("amlodipine", 1.0, 1.0, "片"),), "medications", "一天一片")),
        Event(2, AT, SlotSet(1, "htn_symptoms", ("2", "6"), "htn_symptoms", "头晕心慌")),
    )

    async def check(store: Store) -> None:
        await store.visits.open(start())
        await store.events.append("v1", events[:1])
        await store.events.append("v1", events[1:])
        assert await store.events.read("v1") == events
        assert await store.events.read("other") == ()

    holds(check)


def test_a_taken_position_is_refused_and_nothing_is_half_written(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        await store.visits.open(start())
        await store.events.append("v1", [Event(0, AT, AgentSaid(0, "一", "utter_a"))])
        with pytest.raises(StorageError):
            await store.events.append("v1", [Event(s, AT, AgentSaid(0, "二", "utter_b")) for s in (1, 0)])
        assert [event.seq for event in await store.events.read("v1")] == [0]

    holds(check)


def test_events_need_a_visit(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        with pytest.raises(StorageError):
            await store.events.append("nobody", [Event(0, AT, AgentSaid(0, "一", "utter_a"))])

    holds(check)


def test_alerts_are_filed_with_their_events(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        await store.visits.open(start())
        alert = AlertRaised(3, "chest_pain", "P0", "self", "胸口疼得厉害", "chest_pain.pain", "1")
        await store.events.append("v1", [Event(7, AT, alert)])
        filed = await store.events.alerts("v1")
        assert [(a.seq, a.flag, a.evidence) for a in filed] == [(7, "chest_pain", "胸口疼得厉害")]

    holds(check)


def test_a_visit_closes_once(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        await store.visits.open(start())
        await store.visits.close("v1", "completed", AT)
        await store.visits.close("v1", "incomplete", AT)
        visit = await store.visits.get("v1")
        assert visit is not None
        assert (visit.status, visit.outcome, visit.resident_id) == (VisitStatus.DRAFT, "completed", "r1")
        assert await store.visits.get("v2") is None

    holds(check)


def test_visits_of_dead_processes_become_incomplete_but_chats_stay(holds: Callable[[Check], None]) -> None:
    dead = f"{socket.gethostname()}:4194999"

    async def check(store: Store) -> None:
        for number, opened in enumerate((start("dead", owner=dead), start("chat", Channel.CHAT, owner=dead),
                                         start("elsewhere", owner="another-host:1"))):  # fmt: skip
            await store.visits.open(replace(opened, resident=Resident("王桂花", f"r{number}")))
        assert await store.visits.abandoned(AT) == ("dead",)
        states = {v: (await store.visits.get(v)) for v in ("dead", "chat", "elsewhere")}
        assert {v: s.status.value for v, s in states.items() if s} == {
            "dead": "incomplete",
            "chat": "open",
            "elsewhere": "open",
        }

    holds(check)


def test_records_get_versions(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        await store.visits.open(start())
        assert await store.records.latest("v1") is None
        assert await store.records.save(StoredRecord("v1", "gw3-htn", {"sbp": 150})) == 1
        assert await store.records.save(StoredRecord("v1", "gw3-htn", {"sbp": 148})) == 2
        latest = await store.records.latest("v1")
        assert latest is not None
        assert (latest.version, dict(latest.body), latest.status) == (2, {"sbp": 148}, "draft")

    holds(check)


def test_the_last_signed_record_of_a_resident(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        wang = Resident("王桂花", "r1")
        for visit, form, started in (
            ("old", "gw3-htn", "2026-06-01T09:00:00"),
            ("both", "gw3-htn+gw3-dm", "2026-08-01T09:00:00"),
            ("draft", "gw3-htn", "2026-10-01T09:00:00"),
            ("record", "gw3-record", "2026-11-01T09:00:00"),
        ):
            await store.visits.open(VisitStart(visit, wang, "a_flow", form, Channel.CHAT, started, "host:1"))
            status = "draft" if visit == "draft" else "signed"
            await store.records.save(StoredRecord(visit, form, {"of": visit}, 0, status, "李医生", started))
        found = await store.records.last_signed("r1", "gw3-htn")
        assert found is not None
        assert dict(found.body) == {"of": "both"}
        assert await store.records.last_signed("r1", "copd") is None
        assert await store.records.last_signed("r2", "gw3-htn") is None

    holds(check)


def test_clips_by_turn(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        await store.visits.open(start())
        await store.clips.add("v1", 3, "a.wav")
        await store.clips.add("v1", 3, "b.wav")
        assert await store.clips.of("v1") == {3: "b.wav"}

    holds(check)


def test_no_conversation_begins_with_a_child(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        born, at = date(2012, 11, 29), "T09:00:00"
        child = VisitStart("v1", Resident("小明", "R1", "1", born), "f", "gw3-htn", Channel.VOICE, "2026-11-28" + at)
        with pytest.raises(InputError) as caught:
            await store.visits.open(child)
        assert caught.value.code == "resident-child"
        assert await store.visits.get("v1") is None
        await store.visits.open(replace(child, started="2026-11-29" + at))  # fourteen today

    holds(check)


def test_one_conversation_at_a_time_with_a_resident(holds: Callable[[Check], None]) -> None:
    here, later = this_process(), "2026-11-23T10:30:00"

    async def check(store: Store) -> None:
        await store.visits.open(start("first", Channel.CHAT, owner=here))
        await store.events.append("first", [Event(0, AT, AgentSaid(0, "您好", "utter_hello"))])
        with pytest.raises(InputError) as caught:
            await store.visits.open(start("second", owner=here))
        assert caught.value.code == "visit-running"
        assert await store.visits.get("second") is None
        await store.visits.open(replace(start("third", owner=here), started=later))  # the first was left an hour ago
        left = await store.visits.get("first")
        assert left is not None
        assert (left.status, left.outcome) == (VisitStatus.INCOMPLETE, "incomplete")
        await store.visits.close("third", "completed", later)
        await store.visits.open(replace(start("fourth", owner=here), started=later))
        other = replace(start("other", owner=here), resident=Resident("李建国", "r2"))
        await store.visits.open(other)

    holds(check)


def test_of_two_that_begin_at_once_one_is_refused(holds: Callable[[Check], None]) -> None:
    async def check(store: Store) -> None:
        both = [store.visits.open(start(name, owner=this_process())) for name in ("a", "b")]
        done = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(result).__name__ for result in done) == ["InputError", "NoneType"]

    holds(check)
