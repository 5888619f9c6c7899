"""Data stay here: no address in the settings is called unless its host is listed, and a whole visit calls nobody."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from agent.errors import InputError
from agent.library import load_library
from connectors.access.people import Role
from connectors.media.turn import Ice
from suifang.egress import is_local
from suifang.live import open_live
from suifang.meetings import open_meetings
from suifang.room_links import open_letters
from suifang.settings import Settings
from suifang.signing import open_backend
from suifang.storing import open_house_store
from suifang.voice import synthesizer_of
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

OURS = {"public_url"}
"""Where people reach us; we do not call it."""
ABROAD = {
    "database_url": {"database_url": "postgresql://u:secret@abroad.example/db"},
    "livekit_url": {
        "livekit_url": "wss://abroad.example", "livekit_key": "APIkey", "livekit_secret": "secret" * 6,
    },
    "message_url": {"message_url": "https://abroad.example/sms", "messages": "http", "message_key": "secret" * 4},
    "redis_url": {"redis_url": "redis://:secret@abroad.example/0"},
    "signing_url": {
        "signing_url": "https://abroad.example/", "signing_backend": "http", "signing_client_id": "c",
        "signing_client_secret": "secret" * 4,
    },
    "synthesizer_url": {"synthesizer_url": "https://abroad.example/v1", "synthesizer": "openai-speech"},
}  # fmt: skip


def test_every_address_of_the_settings_is_looked_at() -> None:
    assert {name for name in Settings.model_fields if name.endswith("_url")} - OURS == ABROAD.keys()


@pytest.mark.parametrize("name", sorted(ABROAD))
def test_a_host_that_is_not_listed_is_not_called(name: str, root: Path, tmp_path: Path) -> None:
    settings = Settings.model_validate({**ABROAD[name], "data_dir": tmp_path, "root": root})

    nobody: Any = None

    async def opened() -> None:
        async with AsyncExitStack() as stack:
            match name:
                case "database_url":
                    await stack.enter_async_context(open_house_store(settings))
                case "livekit_url":
                    open_meetings(settings, Ice(), nobody)
                case "message_url":
                    await stack.enter_async_context(open_letters(settings, nobody, nobody))
                case "redis_url":
                    await stack.enter_async_context(open_live(settings))
                case "signing_url":
                    await stack.enter_async_context(open_backend(settings))
                case _:
                    synthesizer_of(settings)

    with pytest.raises(InputError, match=r"abroad\.example") as caught:
        asyncio.run(opened())
    assert caught.value.code == "egress-closed"
    assert "secret" not in str(caught.value)


def test_a_whole_visit_calls_nobody(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first word to the signature, with the service as it is set up by default."""
    called: list[str] = []
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def resolving(host: Any, *rest: Any, **more: Any) -> Any:
        called.append(str(host))
        return resolve(host, *rest, **more)

    def connecting(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            called.append(str(address[0]))
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    monkeypatch.setattr(socket.socket, "connect", connecting)

    async def check(house: House) -> None:
        async with await house.staff(Role.DOCTOR) as doctor:
            who = {"name": "王桂花", "id": "R1", "sex": "2", "birth_date": "1948-05-03"}
            started = await doctor.post("/api/chat", json={"flow": "hypertension_followup", "resident": who})
            visit = started.json()["visit_id"]
            for words in ("我就是", "可以", "一百四十五，八十五", "在家量的", "我胸口疼得厉害", "有人"):
                await doctor.post(f"/api/chat/{visit}", json={"text": words})
            assert (await doctor.get(f"/visits/{visit}/report")).status_code == 200
            await house.app.store.outbox.counts()

    held(settings_in(tmp_path, root), load_library(root), check)
    assert [host for host in called if not is_local(host)] == []
