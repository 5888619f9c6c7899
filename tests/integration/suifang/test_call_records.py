"""Browser calls leave a sealed recording of both sides, as long as the resident agrees, and only so long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from agent.domain.answers import Resident
from agent.domain.events import ConsentGiven, Event
from agent.library import Library, load_library
from connectors.storage.persons import Act
from connectors.storage.ports import Channel
from connectors.storage.retention import Kind
from speech.channel import VirtualTime, audio_pair
from speech.ports import AudioChannel
from suifang.app import App, open_app
from suifang.call_records import CallRecord
from suifang.retaining import load_periods, retire
from suifang.settings import Settings
from suifang.shelf import StoredShelf
from suifang.visits import Caller, Visit

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30)
ACT = Act("信息科陈", "2030-01-01T08:00:00")
LOUD = np.full(320, 8_000, np.int16)
AGREED = ("我就是", "行，你说吧")
Check = Callable[[App, Visit, CallRecord], Awaitable[None]]


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def called(folder: Path, root: Path, library: Library, check: Check) -> None:
    """A check on a call that has begun."""

    async def inside() -> None:
        async with open_app(Settings(root=root, data_dir=folder), library) as app:
            caller = Caller(Resident("王桂花", "R1", "2", date(1948, 5, 3)), {})
            visit, _ = await app.visits.open("hypertension_followup", caller, Channel.VOICE, NOW)
            await check(app, visit, CallRecord(app, visit))

    asyncio.run(inside())


async def sound(record: CallRecord, said: Callable[[], Awaitable[object]], frames: int = 60) -> None:
    """A line on which something is said in the middle, hung up in the end."""
    near, far = audio_pair(VirtualTime())
    line: AudioChannel = record.around(near)
    for number in range(frames):
        await asyncio.gather(far.send(LOUD), line.send(LOUD // 2))
        if number == frames // 2:
            await said()
        await asyncio.gather(line.receive(), far.receive())
    await line.aclose()


async def hear(visit: Visit, *words: str) -> None:
    for one in words:
        await visit.hear(one, NOW)


def test_a_call_is_one_sealed_file_that_staff_hear(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(app: App, visit: Visit, record: CallRecord) -> None:
        await sound(record, lambda: hear(visit, *AGREED))
        await record.close()
        assert record.path.read_bytes().startswith(b"SFC1")
        assert b"OggS" not in record.path.read_bytes()
        shelf = StoredShelf(app)
        assert await shelf.clips(visit.id) == ("call-1.ogg",)
        (tmp_path / "heard.ogg").write_bytes(await shelf.clip(visit.id, "call-1.ogg"))
        with av.open(str(tmp_path / "heard.ogg")) as heard:
            assert heard.streams.audio[0].layout.nb_channels == 2
            assert "AIGC" in {**heard.metadata, **heard.streams.audio[0].metadata}
        again = CallRecord(app, visit)
        assert again.path.name == "call-2.ogg", "a call that is taken up again overwrites nothing"

    called(tmp_path, root, library, check)


@pytest.mark.parametrize("words", [("我就是", "不行，我不同意"), ()])
def test_what_nobody_agreed_to_is_not_kept(
    tmp_path: Path, root: Path, library: Library, words: tuple[str, ...]
) -> None:
    async def check(app: App, visit: Visit, record: CallRecord) -> None:
        await sound(record, lambda: hear(visit, *words))
        await record.close()
        assert not record.path.exists()
        assert await StoredShelf(app).clips(visit.id) == ()

    called(tmp_path, root, library, check)


def test_taking_consent_back_later_removes_it(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(app: App, visit: Visit, record: CallRecord) -> None:
        await sound(record, lambda: hear(visit, *AGREED))
        await record.close()
        assert record.path.exists()
        taken_back = ConsentGiven(9, False, "我不想让你们记了", "2026-11")
        await app.store.events.append(visit.id, [Event(len(visit.conversation.events), NOW.isoformat(), taken_back)])
        assert not record.path.exists()

    called(tmp_path, root, library, check)


def test_it_goes_with_its_period_and_with_the_person(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(app: App, visit: Visit, record: CallRecord) -> None:
        await sound(record, lambda: hear(visit, *AGREED))
        await record.close()
        await visit.close("hung up", NOW)
        folder = app.settings.visits_dir
        for on, there in ((date(2029, 11, 1), True), (date(2029, 12, 1), False)):
            done = {
                one.kind: one.gone for one in await retire(app.store.retention, load_periods(root), on, ACT, folder)
            }
            assert record.path.exists() is there
            assert done[Kind.AUDIO] == (0 if there else 1)
        second = CallRecord(app, visit)
        await sound(second, lambda: hear(visit))
        await second.close()
        await app.store.persons.erase("R1", ACT, folder, signed_too=True)
        assert not list(folder.rglob("*.ogg"))

    called(tmp_path, root, library, check)
