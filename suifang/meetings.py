"""Where each visit's doctor and resident meet by video: in a LiveKit room when that works, else browser to browser.

Nobody in danger waits: a server that does not answer at once is left out, and the visit's log says so.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
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
        """Somebody's page cannot get in: all meet elsewhere from now on. None where they do already."""

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
    place: asyncio.Future[MeetingPlace] = field(init=False)
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
        self._notes: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()
        """Notes are written in the order in which they were made."""

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
            self._tell(visit_id, RoomOpened(self._own.name, "livekit-late"))
        return self._own if meeting.moved else meeting.place.result()

    async def leave(self, visit_id: str, problem: str) -> MeetingPlace | None:
        """All of this visit meet browser to browser."""
        meeting = self._meetings.get(visit_id)
        if meeting is None:  # it was ended, and there are people all the same
            meeting = self._meetings[visit_id] = _Meeting()
            meeting.place = asyncio.get_running_loop().create_future()
            meeting.place.set_result(self._own)
        elif meeting.moved or await self.of(visit_id) is self._own or meeting.moved:
            return None
        meeting.moved = True
        self._tell(visit_id, RoomOpened(self._own.name, problem))
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
        if self._notes:
            await asyncio.wait(self._notes, timeout=WAIT_S)
        for note in self._notes:
            note.cancel()
        await asyncio.gather(*self._notes, return_exceptions=True)
        await self._server.aclose()

    def _meeting(self, visit_id: str) -> _Meeting:
        if visit_id not in self._meetings:
            meeting = self._meetings[visit_id] = _Meeting()
            # The one before is taken now: later it could be this one's own closing, and each would wait for the other.
            before = self._closing.pop(visit_id, None)
            meeting.place = asyncio.create_task(self._opened(visit_id, meeting, before), name="room opening")
        return self._meetings[visit_id]

    async def _opened(self, visit_id: str, meeting: _Meeting, before: asyncio.Task[None] | None) -> MeetingPlace:
        if before is not None:
            await asyncio.wait({before})
        try:
            await self._server.open(visit_id)
        except ConnectorError as error:
            log.warning("room.not_opened", extra={"code": error.code})
            place, problem = self._own, error.code
        else:
            place, problem = self._server, ""
        if not meeting.moved:  # the log says already that they meet elsewhere
            self._tell(visit_id, RoomOpened(place.name, problem))
        return place

    async def _close(self, visit_id: str, meeting: _Meeting) -> None:
        try:
            if await meeting.place is not self._own:
                await self._server.close(visit_id)
        except ConnectorError as error:  # the server gives an empty room up by itself
            log.warning("room.not_closed", extra={"code": error.code})
        if self._closing.get(visit_id) is asyncio.current_task():
            del self._closing[visit_id]

    def _tell(self, visit_id: str, body: RoomOpened) -> None:
        """Write it beside: no page waits for the log."""
        note = asyncio.create_task(self._write(visit_id, body), name="room note")
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def _write(self, visit_id: str, body: RoomOpened) -> None:
        try:
            async with self._in_turn:
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
