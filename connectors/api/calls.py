"""Calls from a browser: one socket for the offer and answer of the audio, captions, keys. docs/chat-protocol.md."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Path, WebSocket
from pydantic import Field

from connectors.access.people import ResidentLink, Staff
from connectors.api.access import Scope, accept, either
from connectors.api.schemas import TEXT_CHARS, Strict, VisitId
from connectors.api.sockets import hold

TALKER = either(Scope.VISIT)
Talker = Annotated[Staff | ResidentLink, Depends(TALKER)]
SDP_CHARS = 48_000


class CallPage(Protocol):
    """One page of a call."""

    async def news(self) -> dict[str, Any]:
        """The next thing to be told: hello, caption, ended."""

    async def connect(self, offer: str) -> str:
        """Connect the page's sound, for the first time or anew; the answer (SDP)."""

    def typed(self, text: str) -> None:
        """Words that were tapped or keyed."""

    def hang_up(self) -> None:
        """The resident ends the call."""


class Calls(Protocol):
    """Calls from browsers. Raises ``InputError`` visit-unknown, visit-ended, line-busy, webrtc-missing."""

    def page(self, visit_id: str) -> AbstractAsyncContextManager[CallPage]:
        """Be a page of the call; the first page's offer begins it."""


class CallMessage(Strict):
    """What a page sends."""

    type: Literal["offer", "typed", "hang-up", "pong"]
    sdp: str = Field(default="", max_length=SDP_CHARS)
    text: str = Field(default="", max_length=TEXT_CHARS)


def call_routes(calls: Calls) -> APIRouter:
    """The socket of a call's page."""
    router = APIRouter()

    @router.websocket("/api/call/{visit_id}/live")
    async def live(socket: WebSocket, visit_id: Annotated[VisitId, Path()], _who: Talker) -> None:
        """Signals and captions of a call."""
        async with calls.page(visit_id) as page:
            await accept(socket)

            async def take(raw: str) -> None:
                message = CallMessage.model_validate_json(raw)
                if message.type == "offer":
                    await socket.send_json({"type": "answer", "sdp": await page.connect(message.sdp)})
                elif message.type == "typed":
                    page.typed(message.text.strip())
                elif message.type == "hang-up":
                    page.hang_up()

            await hold(socket, page.news, take, TALKER)

    return router
