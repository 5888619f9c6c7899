"""Where each visit's doctor and resident meet by video: in a LiveKit room when that works, else browser to browser.

Nobody in danger waits: a server that does not answer at once is left out, and the visit's log says so.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from agent.domain.events import RoomOpened
from agent.errors import ConnectorError, InputError
from connectors.media.places import MeetingPlace, OwnSignals
from connectors.media.turn import Ice
from suifang.egress import check_egress, is_local
from suifang.settings import Settings

log = logging.getLogger(__name__)

SECRET_CHARS = 32
"""Shortest secret that a LiveKit server takes."""
WAIT_S = 2.0
"""A page waits at most so long for a room; the server itself is given less."""
Note = Callable[[str, RoomOpened], Awaitable[None]]


class Meetings(Protocol):
    """Where people meet, by visit."""

    def prepare(self, visit_id: str) -> None:
        """A doctor is called: have a room by the time that one comes. Returns at once."""

    async def of(self, visit_id: str) -> MeetingPlace:
        """Where they meet; the same for all who come."""

    async def leave(self, visit_id: str, problem: str) -> MeetingPlace | None:
        """Somebody's page cannot get in: all meet elsewhere from now on. None where they do already, or nobody is."""

    async def end(self, visit_id: str) -> None:
        """The talk is over."""

    async def aclose(self) -> None:
        """Stop."""


class OwnMeetings:
    """Everybody meets browser to browser."""

    def __init__(self, ice: Ice) -> None:
        self._own = OwnSignals(ice, time.time)

    def prepare(self, visit_id: str) -> None:
        """Nothing is to be done."""

    async def of(self, visit_id: str) -> MeetingPlace:
        """Browser to browser."""
        return self._own

    async def leave(self, visit_id: str, problem: str) -> MeetingPlace | None:
        """There is nowhere else."""
        return None

    async def end(self, visit_id: str) -> None:
        """Nothing is to be done."""

    async def aclose(self) -> None:
        """Nothing is held."""


@dataclass(eq=False, slots=True)
class _Meeting:
    place: asyncio.Task[MeetingPlace]
    moved: bool = False
    """It did not work for somebody: all meet browser to browser."""


class ServedMeetings:
    """Rooms of a server, with our own signals behind them."""

    def __init__(self, server: MeetingPlace, own: MeetingPlace, note: Note) -> None:
        self._server = server
        self._own = own
        self._note = note
        self._meetings: dict[str, _Meeting] = {}
        self._closing: dict[str, asyncio.Task[None]] = {}

    def prepare(self, visit_id: str) -> None:
        """Ask the server for the room."""
        self._meeting(visit_id)

    async def of(self, visit_id: str) -> MeetingPlace:
        """The server's room, unless it cannot be had, or not in time."""
        meeting = self._meeting(visit_id)
        if meeting.moved:
            return self._own
        done, _ = await asyncio.wait({meeting.place}, timeout=WAIT_S)
        if not done and not meeting.moved:
            meeting.moved = True
            await self._tell(visit_id, RoomOpened(self._own.name, "livekit-late"))
        return self._own if meeting.moved else meeting.place.result()

    async def leave(self, visit_id: str, problem: str) -> MeetingPlace | None:
        """All of this visit meet browser to browser."""
        meeting = self._meetings.get(visit_id)
        if meeting is None or meeting.moved or await self.of(visit_id) is self._own:
            return None
        meeting.moved = True
        await self._tell(visit_id, RoomOpened(self._own.name, problem))
        return self._own

    async def end(self, visit_id: str) -> None:
        """Close the room behind them; nobody waits for it."""
        meeting = self._meetings.pop(visit_id, None)
        if meeting is not None:
            self._closing[visit_id] = asyncio.create_task(self._close(visit_id, meeting), name="room closing")

    async def aclose(self) -> None:
        """Close what is open."""
        for visit_id in list(self._meetings):
            await self.end(visit_id)
        await asyncio.gather(*self._closing.values(), return_exceptions=True)
        await self._server.aclose()

    def _meeting(self, visit_id: str) -> _Meeting:
        if visit_id not in self._meetings:
            self._meetings[visit_id] = _Meeting(asyncio.create_task(self._opened(visit_id), name="room opening"))
        return self._meetings[visit_id]

    async def _opened(self, visit_id: str) -> MeetingPlace:
        if (closing := self._closing.pop(visit_id, None)) is not None:
            await asyncio.wait({closing})
        try:
            await self._server.open(visit_id)
        except ConnectorError as error:
            log.warning("room.not_opened", extra={"code": error.code})
            await self._tell(visit_id, RoomOpened(self._own.name, error.code))
            return self._own
        await self._tell(visit_id, RoomOpened(self._server.name))
        return self._server

    async def _close(self, visit_id: str, meeting: _Meeting) -> None:
        try:
            if await meeting.place is not self._own:
                await self._server.close(visit_id)
        except ConnectorError as error:  # the server gives an empty room up by itself
            log.warning("room.not_closed", extra={"code": error.code})
        if self._closing.get(visit_id) is asyncio.current_task():
            del self._closing[visit_id]

    async def _tell(self, visit_id: str, body: RoomOpened) -> None:
        try:
            await self._note(visit_id, body)
        except Exception as error:  # they meet all the same
            log.error("room.note_failed", extra={"kind": type(error).__name__})


def open_meetings(settings: Settings, ice: Ice, note: Note) -> Meetings:
    """What the settings ask for. Raises ``InputError`` for settings of LiveKit that cannot work."""
    if not settings.livekit_url:
        return OwnMeetings(ice)
    key, secret = livekit_keys(settings)
    url = check_egress(settings, "SUIFANG_LIVEKIT_URL", livekit_url(settings))
    try:
        from connectors.media.livekit_rooms import Account, LiveKitRooms  # noqa: PLC0415 - livekit-api is an extra
    except ImportError:
        raise InputError(
            "livekit-missing", "SUIFANG_LIVEKIT_URL needs livekit-api", "pip install 'suifang[livekit]'"
        ) from None
    server = LiveKitRooms(Account(url, key, secret, settings.relay_only))
    return ServedMeetings(server, OwnSignals(ice, time.time), note)


def livekit_url(settings: Settings) -> str:
    """The address as browsers take it; empty where none is set. Raises ``InputError``."""
    url = settings.livekit_url.rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in ("ws", "wss") or not parts.hostname or parts.username or parts.query):
        raise InputError(
            "livekit-url", "SUIFANG_LIVEKIT_URL is no address of a LiveKit server",
            "write it as wss://livekit.clinic.example",
        )  # fmt: skip
    if parts.scheme == "ws" and not is_local(parts.hostname or ""):
        raise InputError(
            "livekit-url", "SUIFANG_LIVEKIT_URL would carry tokens in clear", "use wss://, or a server on this machine"
        )
    return url


def livekit_origins(settings: Settings) -> tuple[str, ...]:
    """What pages may connect to beside the service: the configured server, by its two schemes."""
    url = livekit_url(settings)
    parts = urlsplit(url)
    return (f"{parts.scheme}://{parts.netloc}", f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}") if url else ()


def livekit_keys(settings: Settings) -> tuple[str, str]:
    """Key and secret. Raises ``InputError``."""
    key, secret = settings.livekit_key.get_secret_value(), settings.livekit_secret.get_secret_value()
    if settings.livekit_key_file is not None:
        try:
            text = settings.livekit_key_file.read_text("utf-8")
        except OSError as error:
            raise InputError(
                "livekit-keys", f"{settings.livekit_key_file} cannot be read ({error.strerror})",
                "give a file with one line KEY: SECRET, or SUIFANG_LIVEKIT_KEY and SUIFANG_LIVEKIT_SECRET",
            ) from None  # fmt: skip
        key, _, secret = (part.strip() for part in text.strip().partition(":"))
    if not key or len(secret) < SECRET_CHARS or len(secret.split()) != 1:
        raise InputError(
            "livekit-keys", f"a LiveKit key is missing, or its secret has fewer than {SECRET_CHARS} characters",
            "set SUIFANG_LIVEKIT_KEY and SUIFANG_LIVEKIT_SECRET, or SUIFANG_LIVEKIT_KEY_FILE with a line KEY: SECRET",
        )  # fmt: skip
    return key, secret
