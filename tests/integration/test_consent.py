"""Consent, opting out, export, deletion, audit: what the ledger says is what happens."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.domain.events import (
    AgentSaid,
    AlertRaised,
    ConsentGiven,
    ConversationOpened,
    Event,
    PatternUsed,
    ResidentSaid,
    SlotSet,
    StaffWrote,
    TurnTimed,
)
from agent.errors import InputError
from agent.library import Library, load_library
from connectors.signing.ports import Due, SigningBackend
from connectors.storage import SqlStore, VisitStart, open_store
from connectors.storage.caring import Doer
from connectors.storage.persons import Act
from connectors.storage.ports import Channel
from suifang.app import App, open_app
from suifang.calling import call_list, may_call
from suifang.commands.person import export
from suifang.reviewing import Reviewing, Signer
from suifang.settings import Settings
from suifang.visits import Caller
from tests.fakes.far_end import FarEnd

pytestmark = pytest.mark.integration

AT = "2026-11-23T09:30:00"
NOW = datetime(2026, 11, 23, 9, 30)
ACT = Act("信息科陈", AT, "本人申请")
MARK = "欧阳玛莉亚"
Check = Callable[[SqlStore], Awaitable[None]]


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@pytest.fixture
def holds(tmp_path: Path) -> Callable[[Check], None]:
    """Run a check on a store with one open visit ``v``."""

    def run(check: Check) -> None:
        async def inside() -> None:
            async with open_store(tmp_path / "suifang.db") as store:
                who = Resident(MARK, "R1", "2", date(1948, 5, 3), "13800005678")
                await store.visits.open(VisitStart("v", who, "hypertension_followup", "gw3-htn", Channel.VOICE, AT))
                await check(store)

        asyncio.run(inside())

    return run


def events(*bodies: object, first: int = 0) -> list[Event]:
    return [Event(first + n, AT, body) for n, body in enumerate(bodies)]  # type: ignore[arg-type]


SPOKEN = (
    ConversationOpened("hypertension_followup", "gw3-htn", {"name": MARK}, {"sbp": 152}, AT),
    AgentSaid(0, "现在方便吗？", "utter_ask_consent", "consent"),
    ResidentSaid(1, "我血压一百五，先别记", "consent"),
    SlotSet(1, "sbp", 150, "blood_pressure", "我血压一百五，先别记"),
    TurnTimed(1, 300, 200, "", "turn-001.wav"),
)


def test_a_refusal_leaves_no_contents_and_no_clips(holds: Callable[[Check], None], tmp_path: Path) -> None:
    early, late = tmp_path / "turn-001.wav", tmp_path / "turn-002.wav"

    async def check(store: SqlStore) -> None:
        for path in (early, late):
            path.write_bytes(b"voice")
        await store.events.append("v", events(*SPOKEN))
        await store.clips.add("v", 1, str(early))
        alert = AlertRaised(2, "chest_pain", "P0", "self", "胸口疼", "chest_pain.pain", "1")
        refusal = ConsentGiven(2, False, "不行，别记了", "2026-11")
        await store.events.append(
            "v", events(ResidentSaid(2, "不行，别记了，胸口疼", "consent"), refusal, alert, first=5)
        )
        wrote = StaffWrote("said", "王医生", "您刚才说一百五，对吗？")
        await store.events.append("v", events(SlotSet(3, "dbp", 95, "blood_pressure", "低压九十五"), wrote, first=8))
        await store.clips.add("v", 2, str(late))
        log = await store.events.read("v")
        assert [event.seq for event in log] == list(range(10))
        assert not [event for event in log if isinstance(event.body, SlotSet)]
        assert [event.body.text for event in log if isinstance(event.body, StaffWrote)] == [""]
        assert [e.body.pattern for e in log if isinstance(e.body, PatternUsed)] == ["withheld", "withheld"]
        text = json.dumps([event.to_dict() for event in log], ensure_ascii=False)
        assert "一百五" not in text
        assert "152" not in text
        assert "九十五" not in text
        assert [a.evidence for a in await store.events.alerts("v")] == ["胸口疼"]  # danger to life goes first
        (consent,) = await store.ledger.consents("R1")
        assert (consent.granted, consent.words, consent.notice_version) == (False, "不行，别记了", "2026-11")
        assert await store.clips.of("v") == {}

    holds(check)
    assert not early.exists()
    assert not late.exists()


def test_a_consent_keeps_its_words_its_voice_and_who_gave_it(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        given = (ResidentSaid(1, "行，你说吧", "consent", 1.0, "2"), ConsentGiven(1, True, "", "2026-11"))
        await store.events.append("v", events(*given))
        await store.clips.add("v", 1, "turn-001.wav")
        (consent,) = await store.ledger.consents("R1")
        assert (consent.words, consent.by, consent.clip, consent.withdrawn) == ("行，你说吧", "2", "turn-001.wav", None)
        await store.ledger.withdraw("R1", "陈护士", AT)
        (consent,) = await store.ledger.consents("R1")
        assert consent.withdrawn == AT
        await store.events.append("v", events(SlotSet(2, "sbp", 150, "blood_pressure", "一百五"), first=2))
        assert not [e for e in await store.events.read("v") if isinstance(e.body, SlotSet)]
        with pytest.raises(InputError, match="withdraw"):
            await store.ledger.withdraw("R1", "陈护士", AT)

    holds(check)


class Township(FarEnd):
    """A far end with three people due, two of them on one telephone."""

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """All three."""
        phones = {"R1": "13800005678", "R2": "138-0000-5678", "R3": "13900000000"}
        return tuple(Due(f"d{who}", who, who, "2", "", phone, "f", "", "T1") for who, phone in phones.items())


class School(FarEnd):
    """A backend in which a child, and somebody who is fourteen today, are due."""

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """Both."""
        born = {"child": "2012-11-24", "grown": "2012-11-23"}
        return tuple(Due(f"d{who}", who, who, "1", day, "138", "f", "", "T1") for who, day in born.items())


def test_a_child_is_never_on_the_list(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            found = await call_list(School(tmp_path / "far.db"), app.store, date(2026, 11, 23))
            assert ([due.resident_id for due in found.due], found.children, found.opted_out) == (["grown"], 1, 0)

    asyncio.run(inside())


def test_opting_out_is_effective_with_the_next_list(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            backend: SigningBackend = Township(tmp_path / "far.db")
            before = await call_list(backend, app.store, NOW.date())
            assert ([d.resident_id for d in before.due], before.opted_out) == (["R1", "R2", "R3"], 0)
            caller = Caller(Resident(MARK, "R1", "2", date(1948, 5, 3), "13800005678"), {})
            visit, _ = await app.visits.open("hypertension_followup", caller, Channel.TERMINAL, NOW)
            await visit.hear("以后别再给我打电话了", NOW)
            await visit.hear("对，别打了", NOW)
            await visit.close("hung up", NOW)
            after = await call_list(backend, app.store, NOW.date())
            assert ([d.resident_id for d in after.due], after.opted_out) == (["R3"], 2)
            assert not await may_call(app.store.ledger, "R1", "")
            (said,) = await app.store.ledger.opt_outs("R1")
            assert "打" in said.words
            await app.store.ledger.lift("R1", "陈护士", AT)
            assert await may_call(app.store.ledger, "R1", "13800005678")

    asyncio.run(inside())


def test_what_a_doctor_sends_back_is_first_on_the_list_until_it_is_held_again(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            backend: SigningBackend = Township(tmp_path / "far.db")
            caller = Caller(Resident(MARK, "R3", "2", date(1948, 5, 3), "13900000000"), {}, team="T1")
            visit, _ = await app.visits.open("hypertension_followup", caller, Channel.TERMINAL, NOW)
            await visit.close("hung up", NOW)
            at = (NOW + timedelta(minutes=5)).isoformat(timespec="seconds")
            await app.store.caring.recall(visit.id, "没问到吃药", Doer("wang", "王医生", at))
            found = await call_list(backend, app.store, NOW.date(), 3)
            assert [(d.resident_id, d.id) for d in found.due] == [("R3", visit.id), ("R1", "dR1"), ("R2", "dR2")]
            assert found.due[0].phone == "13900000000"
            assert [(one.why, one.by) for one in found.recalled] == [("没问到吃药", "王医生")]
            await app.store.ledger.opt_out("R3", "别打了", "陈护士", at)
            assert (await call_list(backend, app.store, NOW.date())).recalled == ()
            await app.store.ledger.lift("R3", "陈护士", at)
            again, _ = await app.visits.open(
                "hypertension_followup", caller, Channel.TERMINAL, NOW + timedelta(hours=1)
            )
            assert (await call_list(backend, app.store, NOW.date())).recalled == ()
            await again.close("hung up", NOW)

    asyncio.run(inside())


async def visited(app: App) -> str:
    """A signed visit of R1, with a clip."""
    caller = Caller(Resident(MARK, "R1", "2", date(1948, 5, 3), "13800005678"), {})
    visit, _ = await app.visits.open("hypertension_followup", caller, Channel.TERMINAL, NOW)
    for words in ("我就是", "行，你说吧", "高压一百五，低压九十五", "一般是在家量的"):
        await visit.hear(words, NOW)
    await visit.close("hung up", NOW)
    await app.papers.draw_up(visit.id)
    clip = app.papers.folder_of(visit.id) / "clips" / "turn-001.wav"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(b"voice")
    await app.store.clips.add(visit.id, 1, str(clip))
    await Reviewing(app.library, app.store).sign(visit.id, Signer("李医生", AT), accept=True)
    return visit.id


def test_export_holds_everything_and_erasing_leaves_nothing(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            visit = await visited(app)
            persons, folder = app.store.persons, app.settings.visits_dir
            found = await persons.export("R1", ACT)
            assert found["residents"][0]["name"] == MARK
            assert all(found[name] for name in ("visits", "events", "records", "corrections", "consents", "outbox"))
            with pytest.raises(InputError, match="kept by law"):
                await persons.erase("R1", ACT, folder, signed_too=False)
            await app.store.ledger.opt_out("R1", f"{MARK}说别打", "陈护士", AT)
            gone = await persons.erase("R1", ACT, folder, signed_too=True)
            assert gone["visits"] == gone["residents"] == 1
            assert not (folder / visit).exists()
            with pytest.raises(InputError, match="nothing is stored"):
                await persons.export("R1", ACT)
            assert not await may_call(app.store.ledger, "R1", "")
            acts = [entry.act for entry in await app.store.audit.entries()]
            assert acts == ["sign", "export", "opt_out", "erase"]
            assert (await app.store.audit.verify()).whole

    asyncio.run(inside())
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for marked in (MARK, "高压一百五"):
        assert marked.encode() not in left
        assert json.dumps(marked)[1:-1].encode() not in left


def test_an_export_carries_the_mark(tmp_path: Path, root: Path, library: Library) -> None:
    """And the voices: a copy is of everything. Nobody else on the machine reads it."""
    out = tmp_path / "out" / "R1.json"
    out.parent.mkdir()

    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            visit = await visited(app)
            await export(app, argparse.Namespace(id="R1", out=out), ACT)
            assert (out.parent / "R1-voices" / visit / "turn-001.wav").read_bytes() == b"voice"

    asyncio.run(inside())
    told = json.loads(out.read_text("utf-8"))
    assert told["aigc"]["Label"] == "1"
    assert told["residents"][0]["name"] == MARK
    assert not [path for path in out.parent.rglob("*") if path.stat().st_mode & 0o077 and path.is_file()]


def test_the_chain_shows_every_edit(holds: Callable[[Check], None], tmp_path: Path) -> None:
    async def check(store: SqlStore) -> None:
        for n in range(5):
            await store.ledger.opt_out("R1", "", f"护士{n}", AT)
        state = await store.audit.verify()
        assert (state.entries, state.whole) == (5, True)
        with sqlite3.connect(tmp_path / "suifang.db") as database:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute("UPDATE audit SET who = '别人' WHERE id = 3")
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute("DELETE FROM audit WHERE id = 5")
            database.execute("DROP TRIGGER audit_no_update")
            database.execute("DROP TRIGGER audit_no_delete")
            database.execute("DELETE FROM audit WHERE id = 5")
        cut = await store.audit.verify(state.head)
        assert (cut.broken_at, cut.missing_head) == (None, True)
        for sql, broken in (
            ("UPDATE audit SET who = '别人' WHERE id = 3", 3),
            ("DELETE FROM audit WHERE id = 2", 2),
            ("UPDATE audit SET hash = '0' WHERE id = 1", 1),
        ):
            with sqlite3.connect(tmp_path / "suifang.db") as database:
                database.execute(sql)
            assert (await store.audit.verify()).broken_at == broken

    holds(check)


def test_two_at_once_keep_one_chain(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await asyncio.gather(*(store.ledger.opt_out("R1", "", f"护士{n}", AT) for n in range(12)))
        state = await store.audit.verify()
        assert (state.entries, state.whole) == (12, True)

    holds(check)
