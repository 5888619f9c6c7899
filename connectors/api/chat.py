"""Typed conversations over HTTP and over a WebSocket; the protocol is told in docs/chat-protocol.md."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from agent.domain.answers import Resident
from agent.errors import InputError, SuifangError
from connectors.access.people import CLINICAL, ResidentLink, Staff
from connectors.api.access import Scope, accept, doors_of, either, require, unknown
from connectors.api.history import history_of
from connectors.api.origins import Origins
from connectors.api.ports import Chats, Said, Sight, Turn, Voices
from connectors.api.schemas import ChatMessage, ChatReply, ChatStart, LiveMessage, VisitId
from connectors.api.sockets import Pace, read

Carer = Annotated[Staff, Depends(require(*CLINICAL))]
TALKER = either(Scope.VISIT)
Talker = Annotated[Staff | ResidentLink, Depends(TALKER)]
Visit = Annotated[VisitId, Path()]
After = Annotated[int, Query(ge=-1, le=1_000_000)]
Seq = Annotated[int, Path(ge=0, le=1_000_000)]
PROTOCOL = 1
PING_S = 20.0
"""A socket that is silent so long is told that the service lives."""
CLOSED_UNKNOWN, CLOSED_ORIGIN, CLOSED_OVER = 4404, 4403, 4401


def chat_routes(chats: Chats, voices: Voices | None) -> APIRouter:
    """REST: start, say, look; with voices also say aloud and read aloud."""
    router = APIRouter(prefix="/api/chat")

    @router.post("", status_code=201)
    async def start(body: ChatStart, staff: Carer, request: Request) -> ChatReply:
        """Begin a conversation for a resident of one's team; the replies are its opening words."""
        who = body.resident
        if who.id and await doors_of(request).team_of(Scope.RESIDENT, who.id) not in (None, staff.team):
            raise unknown(Scope.RESIDENT)
        resident = Resident(who.name, who.id, who.sex, who.birth_date, who.phone)
        return _reply(await chats.start(body.flow, resident, history_of(body.history), staff.team))

    @router.post("/{visit_id}")
    async def say(visit_id: Visit, body: ChatMessage, _who: Talker) -> ChatReply:
        """Give the resident's message; an empty one is silence."""
        return _reply(await chats.say(visit_id, Said(body.text.strip(), body.turn, body.amend)))

    @router.get("/{visit_id}")
    async def look(visit_id: Visit, _who: Talker, after: After = -1) -> dict[str, Any]:
        """The state of the conversation and its messages later than ``after``."""
        return sight(await chats.look(visit_id, after))

    if voices is not None:
        _voice_routes(router, chats, voices)
    return router


def _voice_routes(router: APIRouter, chats: Chats, voices: Voices) -> None:
    @router.post("/{visit_id}/voice")
    async def say_aloud(
        visit_id: Visit, _who: Talker,
        sound: Annotated[bytes, Body(media_type="application/octet-stream")],
        turn: Annotated[int | None, Query(ge=1, le=1000)] = None,
    ) -> ChatReply:  # fmt: skip
        """A spoken message in any usual container (webm, mp4, ogg, mp3, wav), at most a minute."""
        text, voice = await voices.hear(visit_id, sound)
        return _reply(await chats.say(visit_id, Said(text, turn, None, voice)))

    @router.get("/{visit_id}/speech/{seq}")
    async def read_aloud(visit_id: Visit, seq: Seq, _who: Talker) -> Response:
        """One message of the agent as sound (WAV)."""
        return Response(await voices.speak(visit_id, seq), media_type="audio/wav")


def live_route(chats: Chats, origins: Origins) -> APIRouter:
    """The socket of one page."""
    router = APIRouter()

    @router.websocket("/api/chat/{visit_id}/live")
    async def live(socket: WebSocket, visit_id: Visit, _who: Talker, after: After = -1) -> None:
        """Messages as they come, in both directions."""
        if not origins.allow(socket.headers.get("origin"), socket.headers.get("host", "")):
            await socket.close(CLOSED_ORIGIN)
            return
        await accept(socket)
        with contextlib.suppress(WebSocketDisconnect):
            await _Line(socket, chats, visit_id, after).hold()

    return router


class _Line:
    """One page's socket: what is new goes out, what is written comes in."""

    def __init__(self, socket: WebSocket, chats: Chats, visit_id: str, after: int) -> None:
        self._socket = socket
        self._chats = chats
        self._visit_id = visit_id
        self._cursor = after
        self._state: dict[str, Any] | None = None

    async def hold(self) -> None:
        """Until the page leaves."""
        try:
            await self._bring_up_to_date()
        except InputError as error:
            await self._send({"type": "refused", "code": error.code, "message": error.message})
            await self._socket.close(CLOSED_UNKNOWN)
            return
        pace = Pace()
        with self._chats.watching(self._visit_id) as news:
            telling = asyncio.create_task(self._tell(news), name="chat socket")
            try:
                while True:
                    await self._take(await read(self._socket, pace))
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, news: asyncio.Event) -> None:
        while True:
            try:
                async with asyncio.timeout(PING_S):
                    await news.wait()
            except TimeoutError:
                if not await self._still_allowed():
                    return
                await self._send({"type": "ping"})
                continue
            news.clear()
            await self._bring_up_to_date()

    async def _bring_up_to_date(self) -> None:
        seen = sight(await self._chats.look(self._visit_id, self._cursor))
        for message in seen.pop("messages"):
            await self._send({"type": "message", **message})
            self._cursor = max(self._cursor, message["seq"])
        if seen != self._state:
            self._state = seen
            await self._send({"type": "state", "protocol": PROTOCOL, **seen})

    async def _take(self, raw: str) -> None:
        try:
            message = LiveMessage.model_validate_json(raw)
        except ValidationError as error:
            await self._send({"type": "refused", "code": "request-invalid", "message": error.errors()[0]["msg"]})
            return
        if message.type == "pong" or not await self._still_allowed():
            return
        try:
            said = Said(message.text.strip(), message.turn, message.amend)
            taken = await self._chats.say(self._visit_id, said)
        except SuifangError as error:
            refusal = {"type": "refused", "turn": message.turn, "code": error.code, "message": error.message}
            await self._send(refusal)
            return
        await self._send({"type": "ack", "turn": message.turn, "done": taken.outcome is not None})

    async def _still_allowed(self) -> bool:
        """A link may be revoked, and a login end, while its socket is open: then the socket is closed."""
        try:
            await TALKER(self._socket)
        except InputError as error:
            await self._send({"type": "refused", "code": error.code, "message": error.message})
            await self._socket.close(CLOSED_OVER)
            return False
        return True

    async def _send(self, message: dict[str, Any]) -> None:
        await self._socket.send_json(message)


def sight(seen: Sight) -> dict[str, Any]:
    """As JSON."""
    found = asdict(seen)
    for replies in (found["replies"], *found["offers"].values()):
        replies.pop("sample")
    found["messages"] = [asdict(message) for message in seen.messages]
    return found


def _reply(turn: Turn) -> ChatReply:
    return ChatReply(
        visit_id=turn.visit_id, replies=list(turn.replies), ask=turn.ask, done=turn.outcome is not None,
        outcome=turn.outcome, turn=turn.turn,
    )  # fmt: skip
