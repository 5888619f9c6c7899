"""LiveKit by settings: what cannot work is refused at the start, with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.errors import InputError
from connectors.api.pages import page_headers
from connectors.media.turn import Ice
from connectors.web.vendor import LIVEKIT, unpacked
from suifang.meetings import OwnMeetings, livekit_keys, livekit_origins, open_meetings
from suifang.settings import Settings

SECRET = "s" * 32


def told(**values: Any) -> Settings:
    kept = {"livekit_key": SecretStr("APIkey"), "livekit_secret": SecretStr(SECRET), "livekit_url": "wss://lk.example"}
    return Settings().model_copy(update={**kept, **values})


async def note(*_: object) -> None:
    """Nobody reads it."""


@pytest.mark.parametrize(
    ("values", "code", "remedy"),
    [
        ({"livekit_url": "https://lk.example"}, "livekit-url", "wss://"),
        ({"livekit_url": "wss://"}, "livekit-url", "wss://"),
        ({"livekit_url": "ws://lk.example"}, "livekit-url", "wss://"),
        ({"livekit_secret": SecretStr("short")}, "livekit-keys", "SUIFANG_LIVEKIT_SECRET"),
        ({"livekit_key": SecretStr("")}, "livekit-keys", "SUIFANG_LIVEKIT_KEY"),
        ({"livekit_key_file": Path("/nowhere/keys")}, "livekit-keys", "KEY: SECRET"),
        ({}, "egress-closed", "SUIFANG_EGRESS_HOSTS"),
    ],
)
def test_what_cannot_work_is_refused_with_a_remedy(values: dict[str, Any], code: str, remedy: str) -> None:
    with pytest.raises(InputError) as refused:
        open_meetings(told(**values), Ice(), note)
    assert refused.value.code == code
    assert remedy in refused.value.remedy
    assert SECRET not in str(refused.value)


def test_without_an_address_nothing_of_it_is_there() -> None:
    nothing = told(livekit_url="")
    assert isinstance(open_meetings(nothing, Ice(), note), OwnMeetings)
    assert livekit_origins(nothing) == ()
    assert "connect-src 'self';" in page_headers()["Content-Security-Policy"]


def test_keys_come_from_the_servers_own_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text(f"APIother: {SECRET[::-1]}x\n")
    assert livekit_keys(told(livekit_key_file=file)) == ("APIother", f"{SECRET[::-1]}x")


def test_pages_may_connect_to_the_configured_server_alone() -> None:
    policy = page_headers(livekit_origins(told(livekit_url="wss://lk.example:7443/")))["Content-Security-Policy"]
    assert "connect-src 'self' wss://lk.example:7443 https://lk.example:7443;" in policy
    assert policy.count("lk.example") == 2


def test_the_vendored_module_is_the_pinned_one() -> None:
    assert b"as ParticipantKind" in unpacked(LIVEKIT)
