"""Places to meet by video: both keep the port; LiveKit's tokens and requests hold before its own verifier."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agent.errors import ConnectorError
from connectors.media.places import LIVEKIT, OWN, Guest, MeetingPlace, OwnSignals
from connectors.media.turn import Ice

pytest.importorskip("livekit.api", reason="livekit: livekit-api is not installed")
from livekit import api

from connectors.media.livekit_rooms import TOKEN_LASTS, Account, LiveKitRooms
from tests.fakes.livekit_server import KEY, SECRET, FakeLiveKit, served

VISIT = "a" * 32
DOCTOR, FAMILY = Guest("doctor-1f", "doctor"), Guest("family-2e", "family")


@asynccontextmanager
async def place(name: str) -> AsyncIterator[MeetingPlace]:
    if name == OWN:
        yield OwnSignals(Ice(({"urls": "turn:t.example"},), "s" * 16), lambda: 1_800_000_000.0)
        return
    async with served() as (_, url):
        rooms = LiveKitRooms(Account(url, KEY, SECRET))
        try:
            yield rooms
        finally:
            await rooms.aclose()


def livekit(
    check: Callable[[FakeLiveKit, LiveKitRooms], Awaitable[None]], secret: str = SECRET, answer_s: float = 5
) -> None:
    async def work() -> None:
        async with served() as (server, url):
            rooms = LiveKitRooms(Account(url, KEY, secret), answer_s=answer_s)
            try:
                await check(server, rooms)
            finally:
                await rooms.aclose()

    asyncio.run(work())


@pytest.mark.parametrize("name", [OWN, LIVEKIT])
def test_a_room_opens_once_or_twice_and_closes_once_or_twice(name: str) -> None:
    async def work() -> None:
        async with place(name) as rooms:
            assert rooms.name == name
            for _ in range(2):
                await rooms.open(VISIT)
            doctor, family = rooms.entry(VISIT, DOCTOR), rooms.entry(VISIT, FAMILY)
            assert doctor["place"] == family["place"] == name
            assert doctor != family  # nobody comes in by another's entry
            for _ in range(2):
                await rooms.close(VISIT)
            await rooms.aclose()

    asyncio.run(work())


def test_a_token_opens_one_room_to_one_guest_for_minutes() -> None:
    entry = LiveKitRooms(Account("wss://livekit.example", KEY, SECRET, relay_only=True)).entry(VISIT, FAMILY)
    claims = api.TokenVerifier(KEY, SECRET).verify(entry["token"])
    assert (entry["url"], entry["policy"], claims.identity) == ("wss://livekit.example", "relay", FAMILY.id)
    assert (claims.name, claims.metadata, claims.attributes) == ("", "", {})  # nothing of a person
    granted = {name: value for name, value in vars(claims.video).items() if value not in (None, False, "")}
    assert granted == {
        "room_join": True, "room": VISIT, "can_publish": True, "can_subscribe": True,
        "can_publish_sources": ["camera", "microphone"],
    }  # fmt: skip
    assert TOKEN_LASTS.total_seconds() <= 900
    import jwt  # noqa: PLC0415 - comes with livekit-api

    told = jwt.decode(entry["token"], options={"verify_signature": False})
    assert told["exp"] - told["nbf"] == TOKEN_LASTS.total_seconds()
    with pytest.raises(jwt.InvalidSignatureError):
        api.TokenVerifier(KEY, SECRET[::-1]).verify(entry["token"])


def test_the_server_is_asked_for_one_visits_room_and_no_more() -> None:
    async def check(server: FakeLiveKit, rooms: LiveKitRooms) -> None:
        await rooms.open(VISIT)
        await rooms.close(VISIT)
        (created, room, may), (deleted, gone, _) = server.asked
        assert (created, room.name, room.metadata, deleted, gone.room) == ("CreateRoom", VISIT, "", "DeleteRoom", VISIT)
        assert room.max_participants == 8
        assert not may.video.room_join
        assert server.rooms == {}

    livekit(check)


@pytest.mark.parametrize(
    ("mode", "code", "again"),
    [
        ("slow", "livekit-unreachable", True),
        ("failing", "livekit-unavailable", True),
        ("garbage", "livekit-garbage", False),
    ],
)
def test_a_server_that_does_not_do_its_part_is_a_typed_error(mode: str, code: str, again: bool) -> None:
    async def check(server: FakeLiveKit, rooms: LiveKitRooms) -> None:
        server.mode = mode
        with pytest.raises(ConnectorError) as failed:
            await rooms.open(VISIT)
        assert (failed.value.code, failed.value.retryable) == (code, again)
        assert SECRET not in str(failed.value)

    livekit(check, answer_s=0.3 if mode == "slow" else 5)


def test_a_wrong_secret_is_refused_and_the_error_says_where_to_look() -> None:
    async def check(server: FakeLiveKit, rooms: LiveKitRooms) -> None:
        with pytest.raises(ConnectorError, match="SUIFANG_LIVEKIT_KEY") as failed:
            await rooms.open(VISIT)
        assert failed.value.code == "livekit-unauthenticated"
        assert server.refused == ["InvalidSignatureError"]

    livekit(check, SECRET[::-1])


def test_nobody_there_is_noticed_at_once() -> None:
    async def work() -> None:
        rooms: Any = LiveKitRooms(Account("ws://127.0.0.1:9", KEY, SECRET))
        with pytest.raises(ConnectorError) as failed:
            await rooms.open(VISIT)
        assert failed.value.code == "livekit-unreachable"
        await rooms.aclose()

    asyncio.run(work())
