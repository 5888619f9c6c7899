"""A page's socket: what is new goes out, what comes in is taken, silence is broken by pings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from agent.errors import InputError

PING_S = 15.0
"""A page answers a ping with a pong: then, too, it is looked whether it may stay."""
CLOSED_OVER = 4401


class Pace:
    """How fast one page's messages are read: what comes faster waits in its own line, and costs others nothing."""

    BURST, PER_S = 60.0, 20.0

    def __init__(self) -> None:
        self._left = self.BURST
        self._at_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """Before the next message is read."""
        self._left = min(self.BURST, self._left + (now_s - self._at_s) * self.PER_S) - 1
        self._at_s = now_s
        return max(0.0, -self._left / self.PER_S)


async def read(socket: WebSocket, pace: Pace) -> str:
    """The next message of a page, at a pace that others can bear."""
    if (wait_s := pace.wait_s(time.monotonic())) > 0:
        await asyncio.sleep(wait_s)
    return await socket.receive_text()


Allowed = Callable[[WebSocket], Awaitable[object]]
"""The route's policy, asked again: a link may be revoked, and a login end, while the socket is open."""


async def hold(
    socket: WebSocket, news: Callable[[], Awaitable[dict[str, Any]]], take: Callable[[str], Awaitable[None]],
    allowed: Allowed,
) -> None:  # fmt: skip
    """Tell what there is, take what comes, until the page leaves, or may stay no longer."""
    pace = Pace()
    async with _telling(socket, news):
        with suppress(WebSocketDisconnect):
            while True:
                raw = await read(socket, pace)
                try:
                    await allowed(socket)
                except InputError as error:
                    await socket.send_json({"type": "refused", "code": error.code, "message": error.message})
                    await socket.close(CLOSED_OVER)
                    return
                try:
                    await take(raw)
                except ValidationError as error:
                    first = error.errors()[0]["msg"]
                    await socket.send_json({"type": "refused", "code": "request-invalid", "message": first})
                except InputError as error:
                    await socket.send_json({"type": "refused", "code": error.code, "message": error.message})


@asynccontextmanager
async def _telling(socket: WebSocket, news: Callable[[], Awaitable[dict[str, Any]]]) -> AsyncIterator[None]:
    async def tell() -> None:
        while True:
            try:
                async with asyncio.timeout(PING_S):
                    message = await news()
            except TimeoutError:
                message = {"type": "ping"}
            await socket.send_json(message)

    telling = asyncio.create_task(tell(), name="socket")
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
