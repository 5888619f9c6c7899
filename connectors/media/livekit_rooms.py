"""Rooms of a LiveKit server (SFU): made and closed by livekit-api, entered with tokens that last minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
from livekit import api

from agent.errors import ConnectorError
from connectors.media.places import LIVEKIT, Guest
from connectors.media.rooms import MOST_PEERS

ANSWER_S = 1.5
"""A server that has not answered by then is not there: somebody in danger waits."""
TOKEN_LASTS = timedelta(minutes=10)
"""Only to come in by; the server renews the token of who is inside."""
EMPTY_S = 15 * 60
"""A room that nobody has come to is given up by the server after so long: longer than any ladder of rings."""
LEFT_S = 120
"""So long the server keeps a room that everybody has left: pages come back after a cut."""
MOST_INSIDE = 2 * MOST_PEERS
"""Seats are counted by our own rooms; who comes back after a cut is inside twice until the server notices."""
SOURCES = ("camera", "microphone")
HINT = "check SUIFANG_LIVEKIT_URL, and that the server runs"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """What the operator sets."""

    url: str
    """ws:// or wss://, as browsers reach it."""
    key: str
    secret: str = field(repr=False)
    relay_only: bool = False
    """Pages take TURN servers alone."""


class LiveKitRooms:
    """The ``MeetingPlace`` port over a LiveKit server."""

    def __init__(self, account: Account, answer_s: float = ANSWER_S) -> None:
        self._account = account
        self._answer_s = answer_s
        self._server: api.LiveKitAPI | None = None

    @property
    def name(self) -> str:
        """LIVEKIT."""
        return LIVEKIT

    async def open(self, visit_id: str) -> None:
        """Make the room; the server gives one that is there already."""
        wanted = api.CreateRoomRequest(
            name=visit_id, empty_timeout=EMPTY_S, departure_timeout=LEFT_S, max_participants=MOST_INSIDE
        )
        made = await self._asked(self._client().room.create_room(wanted))
        if made.name != visit_id:
            raise ConnectorError("livekit-garbage", "the LiveKit server made another room", HINT)

    def entry(self, visit_id: str, guest: Guest) -> dict[str, Any]:
        """Address and token: one room, camera and microphone, nothing of a moderator's."""
        account = self._account
        grants = api.VideoGrants(
            room_join=True, room=visit_id, can_publish=True, can_subscribe=True, can_publish_data=False,
            can_publish_sources=list(SOURCES), can_update_own_metadata=False,
        )  # fmt: skip
        token = api.AccessToken(account.key, account.secret).with_identity(guest.id).with_grants(grants)
        policy = "relay" if account.relay_only else "all"
        return {"place": LIVEKIT, "url": account.url, "token": token.with_ttl(TOKEN_LASTS).to_jwt(), "policy": policy}

    async def close(self, visit_id: str) -> None:
        """Delete the room: everybody is sent out."""
        try:
            await self._asked(self._client().room.delete_room(api.DeleteRoomRequest(room=visit_id)))
        except ConnectorError as error:
            if error.code != "livekit-not_found":
                raise

    async def aclose(self) -> None:
        """Let go of the connections."""
        if self._server is not None:
            await self._server.aclose()
            self._server = None

    def _client(self) -> api.LiveKitAPI:
        """Made where a loop runs. One try: whoever waits has another place to go to."""
        if self._server is None:
            timeout = aiohttp.ClientTimeout(total=self._answer_s)
            account = self._account
            self._server = api.LiveKitAPI(account.url, account.key, account.secret, timeout=timeout, failover=False)
        return self._server

    async def _asked(self, request: Awaitable[T]) -> T:
        """The answer. What goes wrong is a ``ConnectorError`` with the server's own code, never its words."""
        try:
            async with asyncio.timeout(self._answer_s):
                return await request
        except api.ServerError as error:
            again = error.status >= 500
            raise ConnectorError(
                f"livekit-{error.code}", f"the LiveKit server refused ({error.code})",
                HINT if again else "check SUIFANG_LIVEKIT_KEY and its secret", retryable=again,
            ) from None  # fmt: skip
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise ConnectorError(
                "livekit-unreachable", "the LiveKit server did not answer in time", HINT, retryable=True
            ) from None
        except Exception as error:  # what is no answer of a LiveKit server: bytes that cannot be read, a proxy's page
            raise ConnectorError(
                "livekit-garbage", f"the answer is not a LiveKit server's ({type(error).__name__})", HINT
            ) from None
