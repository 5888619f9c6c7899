"""What is over its time is deleted for good, by kind, and the audit log says so; the rest stays."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, AlertRaised, ResidentSaid, SlotSet
from agent.errors import DefinitionError, InputError
from agent.library import Library, load_library
from connectors.storage.parcels import OutboxStatus, Settled
from connectors.storage.persons import Act
from connectors.storage.ports import Channel
from connectors.storage.retention import Kind
from suifang.app import App, open_app
from suifang.retaining import FILE, count, load_periods, retire
from suifang.reviewing import Reviewing, Signer
from suifang.settings import Settings
from suifang.visits import Caller

pytestmark = pytest.mark.integration

HELD = datetime(2026, 11, 23, 9, 30)
ACT = Act("信息科陈", "2030-01-01T08:00:00")
WORDS = "高压一百五，低压九十五"


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


async def visited(app: App, who: str, at: datetime) -> str:
    """A signed and delivered visit with an alert, a clip, and a recording that no row knows of."""
    caller = Caller(Resident("王桂花", who, "2", date(1948, 5, 3), "13800005678"), {})
    visit, _ = await app.visits.open("hypertension_followup", caller, Channel.VOICE, at)
    for words in ("我就是", "行，你说吧", WORDS, "一般是在家量的", "我胸口疼得厉害"):
        await visit.hear(words, at)
    await visit.close("hung up", at)
    await app.papers.draw_up(visit.id)
    clips = app.papers.folder_of(visit.id) / "clips"
    clips.mkdir(parents=True)
    for name in ("turn-001.wav", "call.ogg"):
        (clips / name).write_bytes(b"voice")
    await app.store.clips.add(visit.id, 1, str(clips / "turn-001.wav"))
    await Reviewing(app.library, app.store).sign(visit.id, Signer("李医生", at.isoformat()), accept=True)
    return visit.id


async def delivered(app: App) -> None:
    while rows := await app.store.outbox.lease("test", 4_000_000_000_000, 100):
        await app.store.outbox.settle([Settled(row, receipt="1") for row in rows], 4_000_000_000_000, lambda: 0.5)


def test_each_kind_goes_at_its_time_and_not_before(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            old, new = await visited(app, "R1", HELD), await visited(app, "R2", HELD + timedelta(days=3000))
            await delivered(app)
            periods, folder = load_periods(root), app.settings.visits_dir
            days = {period.kind: period.days for period in periods}
            store, log = app.store, await app.store.events.read(old)

            async def on(day: date) -> dict[Kind, int]:
                told = await retire(store.retention, periods, day, ACT, folder)
                assert not any(one.busy for one in told)
                return {one.kind: one.gone for one in told if one.gone}

            assert await on(HELD.date() + timedelta(days=days[Kind.PARCELS])) == {}
            day = HELD.date() + timedelta(days=days[Kind.PARCELS] + 1)
            assert (await count(store.retention, periods, day, folder))[Kind.PARCELS] == 1
            assert await on(day) == {Kind.PARCELS: 1}
            assert {row.visit_id for row in await store.outbox.rows()} == {new}
            assert await store.events.read(old) == log

            day = HELD.date() + timedelta(days=days[Kind.AUDIO] + 1)
            assert await on(day) == {Kind.AUDIO: 1, Kind.WORDS: 1}
            assert await store.clips.of(old) == {}
            assert not list((folder / old).rglob("*.wav")) + list((folder / old).rglob("*.ogg"))
            assert len(list((folder / new).rglob("*.wav"))) == 1
            bare = await store.events.read(old)
            assert [(e.seq, e.at, type(e.body)) for e in bare] == [(e.seq, e.at, type(e.body)) for e in log]
            assert not any(e.body.text for e in bare if isinstance(e.body, ResidentSaid | AgentSaid))
            assert {e.body.slot: e.body.value for e in bare if isinstance(e.body, SlotSet)}["sbp"] == 150
            assert [e.body.flag for e in bare if isinstance(e.body, AlertRaised)] == ["chest_pain"]
            record = await store.records.latest(old)
            assert record is not None
            assert (record.status, record.author) == ("signed", "李医生")
            assert record.body["transcript"] == []
            assert WORDS not in json.dumps(record.body, ensure_ascii=False)
            assert any(line["slot"] == "sbp" and line["value"] == 150 for line in record.body["fields"])
            assert WORDS in json.dumps([e.to_dict() for e in await store.events.read(new)], ensure_ascii=False)
            assert await on(day) == {}

            with pytest.raises(InputError, match="kept by law"):
                await store.persons.erase("R1", ACT, folder, signed_too=False)
            assert await on(HELD.date() + timedelta(days=days[Kind.RECORDS])) != {Kind.RECORDS: 1}
            gone = await on(HELD.date() + timedelta(days=days[Kind.RECORDS] + 1))
            assert gone[Kind.RECORDS] == 1
            assert await store.visits.get(old) is None
            assert await store.records.latest(new) is not None
            acts = [entry.act for entry in await store.audit.entries(old)]
            assert acts == ["sign", "retire_parcels", "retire_audio", "retire_words"]
            assert [entry.act for entry in await store.audit.entries("R1")] == ["erase"]
            assert (await store.audit.verify()).whole

    asyncio.run(inside())


def test_what_runs_is_left_for_the_next_time(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
            visit = await visited(app, "R1", HELD)
            (row, *_) = await app.store.outbox.lease("courier", 4_000_000_000_000, 1)
            late, periods = date(2045, 1, 1), load_periods(root)
            told = {one.kind: one for one in await retire(app.store.retention, periods, late, ACT, tmp_path / "visits")}
            assert (told[Kind.RECORDS].gone, told[Kind.RECORDS].busy) == (0, 1)
            assert await app.store.visits.get(visit) is not None
            await app.store.outbox.settle([Settled(row, receipt="1")], 4_000_000_000_000, lambda: 0.5)
            assert (await app.store.outbox.counts())[OutboxStatus.LEASED] == 0
            told = {one.kind: one for one in await retire(app.store.retention, periods, late, ACT, tmp_path / "visits")}
            assert (told[Kind.RECORDS].gone, told[Kind.RECORDS].busy) == (1, 0)

    asyncio.run(inside())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("days: 5479", "days: 1000"),
        ("days: 90", "days: 0.5"),
        ("id: words", "id: thoughts"),
        ("id: words", "id: audio"),
    ],
)
def test_periods_shorter_than_the_law_allows_are_refused(tmp_path: Path, root: Path, before: str, after: str) -> None:
    text = (root / FILE).read_text("utf-8")
    assert before in text
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_periods(tmp_path)
    assert caught.value.line > 0
