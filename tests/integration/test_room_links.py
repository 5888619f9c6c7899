"""From a promise on the telephone to a message, exactly once, and what its link opens."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agent.domain.answers import Resident
from agent.domain.events import RoomLinkOffered
from agent.errors import ConnectorError, InputError, StorageError
from agent.library import Library, load_library
from connectors.access.people import Purpose, Role, Speaker, Staff
from connectors.access.tokens import LinkSigner
from connectors.media.ladder import Ring, Step
from connectors.notify.ports import Message
from connectors.signing.ports import Parcel, ParcelKind, Receipt
from connectors.storage import tables
from connectors.storage.enqueue import ROOM_LINK
from connectors.storage.parcels import Lane, OutboxStatus
from connectors.storage.ports import Channel
from connectors.storage.worklist import TRIES_IN_VAIN
from connectors.web.console.house import KINDS, REASONS
from suifang.delivery import Courier, wall_ms
from suifang.escalations import Escalations
from suifang.letters import MEANING, meaning
from suifang.room_links import GOOD_MS, RoomLetters, open_letters
from suifang.settings import Settings
from suifang.visits import Caller, Visit
from suifang.web import ChatHooks
from tests.fakes.house import KEY, House, open_house, settings_in
from tests.fakes.matrix import open_socket

pytestmark = pytest.mark.integration
WANG = Staff("w", "wang", "王医生", Role.DOCTOR, "T1")
MOBILE, CONTACT = "13900001111", "13922223333"
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@dataclass
class Telephones:
    """What arrived; may fail a few times."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    after: bool = False
    """It fails after the work was done: the sender cannot know."""

    async def send(self, message: Message) -> str:
        if self.failures and not self.after:
            self.failures -= 1
            raise ConnectorError("message-unreachable", "down", "wait", retryable=True)
        if message.key not in self.known:
            self.known[message.key] = f"sms-{len(self.known)}"
            self.texts.append((message.phone, message.text))
        if self.failures:
            self.failures -= 1
            raise ConnectorError("message-unreachable", "no answer", "wait", retryable=True)
        return self.known[message.key]


class Backend:
    """Takes everything."""

    async def deliver(self, parcel: Parcel) -> Receipt:
        return Receipt(parcel.key, "r1", "2026-11-29")


@dataclass
class Scene:
    """A service, a telephone call that an alarm ended, and telephones."""

    house: House
    visit: Visit
    far: Telephones
    letters: RoomLetters
    clock_ms: int = 0

    @property
    def courier(self) -> Courier:
        backend: Any = Backend()
        return Courier(self.house.app.store.outbox, backend, now_ms=lambda: self.clock_ms, letters=self.letters)

    async def rows(self) -> list[Any]:
        found = await self.house.app.store.outbox.rows()
        return [row for row in found if row.lane is Lane.MESSAGE]

    @property
    def token(self) -> str:
        found = re.search(r"/r/(\S+)", self.far.texts[0][1])
        assert found is not None
        return found[1]


def phoned(
    folder: Path, root: Path, library: Library, check: Callable[[Scene], Awaitable[None]], phone: str = MOBILE
) -> None:
    async def work() -> None:
        settings = settings_in(folder, root).model_copy(update={"messages": "console"})
        async with open_house(settings, library) as house:
            caller = Caller(Resident("王桂花", "R1", "2", None, phone), {}, team="T1", by_phone=True)
            if phone != MOBILE:
                caller = Caller(caller.resident, {"contact_phone": CONTACT}, team="T1", by_phone=True)
            now = datetime.now().replace(microsecond=0)
            visit, _ = await house.app.visits.open("hypertension_followup", caller, Channel.VOICE, now)
            for words in ("我就是本人", "可以", "我胸口疼得厉害，喘不上气"):
                await visit.hear(words, now)
            far = Telephones()
            letters = RoomLetters(house.app.store, LinkSigner(KEY), far, settings)
            await check(Scene(house, visit, far, letters, wall_ms()))

    asyncio.run(work())


def test_the_promise_and_its_parcel_are_one_and_arrive_once(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        (row,) = await scene.rows()
        assert (row.key, row.body) == (f"{scene.visit.id}:room_link", {"to": "self"})  # no number, no link
        scene.far.failures, scene.far.after = 2, True
        for _ in range(3):
            await scene.courier.empty()
            scene.clock_ms += MINUTE_MS
        (row,) = await scene.rows()
        assert (row.status, row.receipt) == (OutboxStatus.SENT, "sms-0")
        (text,) = scene.far.texts
        assert text[0] == MOBILE
        assert text[1].startswith("社区卫生服务中心：")
        assert "王桂花" not in text[1]
        async with scene.house.app.store.database.begin() as connection:
            audit = (await connection.execute(select(tables.audit.c.detail).where(tables.audit.c.who == "agent"))).all()
        assert len(audit) == 1  # one link, however often it was tried

    phoned(tmp_path, root, library, check)


def test_a_landline_sends_it_to_the_family(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        await scene.courier.empty()
        ((phone, text),) = scene.far.texts
        assert phone == CONTACT
        assert "家里人" in text
        link = await scene.house.entry.gate.doors.link(scene.token)
        assert (link.purpose, link.speaker) == (Purpose.ROOM, Speaker.FAMILY)
        hooks = await ring(scene)
        async with hooks.doctors.seat(scene.visit.id, link, family=False) as seat:
            assert (await seat.news())["role"] == "family"

    phoned(tmp_path, root, library, check, "01062345678")


def doctors(scene: Scene) -> Escalations:
    hooks = scene.house.hooks
    assert isinstance(hooks, ChatHooks)
    assert hooks.doctors is not None
    return hooks.doctors


async def ring(scene: Scene) -> Any:
    """A doctor has accepted the call of this visit."""
    async with doctors(scene).on_duty(WANG) as desk:
        await doctors(scene).call(scene.visit.id, "T1", "chest_pain")
        async with asyncio.timeout(10):
            while (message := await desk.news())["type"] != "ring":
                pass
        assert message["phone"]  # the doctor sees that they are on the telephone, and on which number
        await desk.accept(scene.visit.id)
    return scene.house.hooks


def test_its_link_opens_the_room_and_nothing_that_was_said(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        await scene.courier.empty()
        headers, visit = {"Authorization": f"Bearer {scene.token}"}, scene.visit.id
        async with scene.house.client(headers) as client:
            told = (await client.get("/api/link")).json()
            assert (told["purpose"], told["visit_id"], told["flow"]) == ("room", visit, "")
            assert told["until_ms"] - scene.clock_ms <= GOOD_MS
            for path in (f"/api/chat/{visit}", f"/api/video/{visit}/speech/1", f"/api/chat/{visit}/speech/1"):
                assert (await client.get(path)).json()["code"] == "link-unknown", path
            assert (await client.post("/api/link/visit")).json()["code"] == "link-unknown"
        for path in (f"/api/chat/{visit}/live", f"/api/call/{visit}/live"):
            status, words = await open_socket(scene.house, path, headers)
            assert status != 101, path
            assert "胸口" not in words
        status, words = await open_socket(scene.house, f"/api/video/{visit}/live", headers)
        assert "no-call" in words  # nobody is there yet
        async with scene.house.client(headers) as client:
            steps = []
            for settled in (Step.NOBODY, Step.RINGING):
                doctors(scene)._rings[visit] = Ring(visit, "T1", "chest_pain", settled)
                steps.append((await client.get(f"/api/video/{visit}/doctor")).json())
            assert steps == [{"step": "nobody"}, {"step": "ringing"}]  # and not what for
            del doctors(scene)._rings[visit]
            assert (await client.get(f"/api/video/{'b' * 32}/doctor")).json()["code"] == "visit-unknown"
        await ring(scene)
        status, words = await open_socket(scene.house, f"/api/video/{visit}/live", headers)
        assert (status, json.loads(words)["role"]) == (101, "resident")

    phoned(tmp_path, root, library, check)


def test_too_late_is_a_dead_letter_and_says_what_to_do(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        await scene.visit.close("hung_up", datetime.now())
        scene.clock_ms += GOOD_MS
        await scene.courier.empty()
        (row,) = await scene.rows()
        assert (row.status, row.code, scene.far.texts) == (OutboxStatus.DEAD, "link-over", [])
        assert "call the resident" in meaning(row)
        # What did not arrive then holds up nothing today.
        again, _ = await scene.house.app.visits.open(
            "hypertension_followup", Caller(Resident("王桂花", "R1", "2", None, MOBILE), {}, team="T1", by_phone=True),
            Channel.VOICE, (now := datetime.now().replace(microsecond=0)),
        )  # fmt: skip
        for words in ("我就是本人", "可以", "给我转人工"):
            await again.hear(words, now)
        scene.clock_ms = wall_ms()
        await scene.courier.empty()
        assert [phone for phone, _ in scene.far.texts] == [MOBILE]

    phoned(tmp_path, root, library, check)


def test_a_revoked_link_is_not_sent_again(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        scene.far.failures = 1
        await scene.courier.empty()
        (link_id,) = [link.id for link in await links(scene)]
        await scene.house.app.store.links.revoke(link_id, "T1", "wang", "2026-11-29T10:00:00")
        scene.clock_ms += MINUTE_MS
        await scene.courier.empty()
        (row,) = await scene.rows()
        assert (row.status, row.code, scene.far.texts) == (OutboxStatus.DEAD, "link-over", [])

    phoned(tmp_path, root, library, check)


def test_the_team_is_told_of_a_message_that_does_not_arrive(tmp_path: Path, root: Path, library: Library) -> None:
    async def check(scene: Scene) -> None:
        async def unreached() -> list[bool]:
            return [row.unreached for row in await scene.house.app.store.worklist.of_team("T1")]

        scene.far.failures = TRIES_IN_VAIN
        assert await unreached() == [False]
        for _ in range(TRIES_IN_VAIN):
            await scene.courier.empty()
            scene.clock_ms += MINUTE_MS
        assert await unreached() == [True]
        await scene.courier.empty()
        assert await unreached() == [False]  # it came after all

    async def too_late(scene: Scene) -> None:
        scene.clock_ms += GOOD_MS
        await scene.courier.empty()
        (row,) = await scene.house.app.store.worklist.of_team("T1")
        assert row.unreached

    phoned(tmp_path / "late", root, library, check)
    phoned(tmp_path / "over", root, library, too_late)


def test_every_letter_has_words_for_staff() -> None:
    assert set(MEANING) == set(REASONS)
    assert set(KINDS) == {*map(str, ParcelKind), ROOM_LINK}


def test_a_store_that_fails_for_a_moment_costs_no_message(
    tmp_path: Path, root: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(scene: Scene) -> None:
        with monkeypatch.context() as broken:

            async def busy(*_: Any) -> None:
                raise StorageError("store-busy", "locked", "wait")

            broken.setattr(type(scene.house.app.store.links), "add", busy)
            await scene.courier.empty()
        (row,) = await scene.rows()
        assert (row.status, row.code) == (OutboxStatus.WAITING, "store-busy")
        scene.clock_ms += MINUTE_MS
        await scene.courier.empty()
        assert [phone for phone, _ in scene.far.texts] == [MOBILE]

    phoned(tmp_path, root, library, check)


async def links(scene: Scene) -> list[Any]:
    table = tables.metadata.tables["links"]
    async with scene.house.app.store.database.begin() as connection:
        return list((await connection.execute(select(table).where(table.c.purpose == "room"))).all())


def test_without_a_gateway_it_waits_and_nothing_was_promised_by_new_calls(
    tmp_path: Path, root: Path, library: Library
) -> None:
    async def check(scene: Scene) -> None:
        backend: Any = Backend()
        await Courier(scene.house.app.store.outbox, backend, now_ms=lambda: scene.clock_ms).empty()
        (row,) = await scene.rows()
        assert (row.status, row.code) == (OutboxStatus.WAITING, "messages-off")
        quiet = settings_in(tmp_path / "quiet", root)
        async with open_house(quiet, library) as house:
            now = datetime.now() + timedelta(seconds=1)
            caller = Caller(Resident("李建国", "R2", "1", None, MOBILE), {}, team="T1", by_phone=True)
            visit, _ = await house.app.visits.open("hypertension_followup", caller, Channel.VOICE, now)
            for words in ("我就是本人", "可以", "给我转人工"):
                await visit.hear(words, now)
            assert not any(isinstance(event.body, RoomLinkOffered) for event in visit.conversation.events)

    phoned(tmp_path, root, library, check)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"message_url": ""}, "setting-missing"),
        ({"message_url": "https://sms.example/send"}, "egress-closed"),
        ({"messages": "console", "host": "0.0.0.0"}, "messages-open"),
        ({"messages": "console", "public_url": "https://suifang.clinic.example"}, "messages-open"),
        ({"message_url": "http://sms.example/send", "egress_hosts": ("sms.example",)}, "message-url"),
    ],
)
def test_a_gateway_that_cannot_work_stops_the_start(root: Path, values: dict[str, Any], code: str) -> None:
    async def work() -> None:
        settings = Settings(root=root, **{"messages": "http", "message_key": "k" * 16, **values})
        nothing: Any = None
        with pytest.raises(InputError) as refused:
            async with open_letters(settings, nothing, lambda: LinkSigner(KEY)):
                pass
        assert refused.value.code == code

    asyncio.run(work())
