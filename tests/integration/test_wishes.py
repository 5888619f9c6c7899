"""A wish from the resident's words to the backend's file, and what is said of one that nobody can take."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.library import Library, load_library
from connectors.signing.reference import open_reference
from connectors.signing.seed import seed
from connectors.storage.ports import Channel
from suifang.app import App, open_app
from suifang.delivery import Courier
from suifang.letters import HouseLetters
from suifang.settings import Settings
from suifang.visits import Caller

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30)
APPOINTMENT = ("appointment", ["我就是", "好", "骨科", "后天上午", "对", "满意"])
CONTRACT = ("contract_service", ["我就是", "好", "要续签", "两年", "明天上午九点", "对", "满意"])
EDUCATION = (
    "education",
    ["我就是", "好", "不抽", "不喝", "天天走，一次半小时", "口味重", "满意", "没有", "没有", "没有"],
)
REFUSED = ("appointment", ["我就是", "不行，不用了", "骨科", "后天上午"])


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


async def talk(app: App, who: str, flow: str, words: Sequence[str]) -> str:
    person = Resident("王桂花", who, "2", date(1948, 5, 3))
    visit, _ = await app.visits.open(flow, Caller(person, {}, team="t1"), Channel.VOICE, NOW)
    for said in words:
        if visit.conversation.outcome is None:
            await visit.hear(said, NOW)
    await visit.close("hung up", NOW)
    return visit.id


def test_wishes_reach_the_file_of_the_resident(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        settings = Settings(root=root, data_dir=tmp_path)
        async with (
            open_app(settings, library) as app,
            open_reference(settings.signing_database, NOW.date) as backend,
        ):
            await seed(backend.database, 5, 1, NOW.date())
            before = await backend.resident("R00001", NOW.date())
            for flow, words in (APPOINTMENT, CONTRACT, EDUCATION, REFUSED):
                await talk(app, "R00001", flow, words)
            await Courier(app.store.outbox, backend).empty()
            file = await backend.resident("R00001", NOW.date())
            assert before is not None
            assert file is not None
            told = {note["kind"]: note for note in file.notes if note not in before.notes}
            assert len(file.notes) == len(before.notes) + 3  # nothing of the refusal
            assert (told["appointment"]["department"], told["appointment"]["time"]) == (
                "orthopedics",
                "2026-11-25 上午",
            )
            assert (told["contract"]["wish"], told["contract"]["years"]) == ("renew", 2)
            assert told["contract"]["call_at"] == "2026-11-24T09:00"
            assert told["education"]["topic"] == "salt"
            assert (file.contract, file.appointments) == (before.contract, before.appointments)

    asyncio.run(inside())


def test_a_wish_that_nobody_can_take_is_explained(tmp_path: Path, root: Path, library: Library) -> None:
    async def inside() -> None:
        settings = Settings(root=root, data_dir=tmp_path)
        async with (
            open_app(settings, library) as app,
            open_reference(settings.signing_database, NOW.date) as backend,
        ):
            visit = await talk(app, "", *APPOINTMENT)
            await Courier(app.store.outbox, backend).empty()
            (letter,) = await HouseLetters(app.store.outbox).dead("t1")
            assert (letter.kind, letter.lane, letter.code) == ("appointment", "wish", "resident-unknown")
            assert "by hand" in letter.remedy
            assert [row.key for row in await app.store.outbox.rows()] == [f"{visit}:appointment"]

    asyncio.run(inside())
