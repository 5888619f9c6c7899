"""What stands before every route: headers, rates, and the shield that lets nothing of a fault out."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.errors import StorageError
from connectors.access.limits import Limits, Rate
from connectors.access.tokens import digest
from connectors.api.access import cookie_of, link_token
from connectors.api.errors import AGAIN, answer, deny, where

log = logging.getLogger(__name__)

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of whatever is no page; pages bring their own, without inline scripts."""
HEADERS = {
    "Content-Security-Policy": NOTHING,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS = "max-age=31536000"


class Limiter(Protocol):
    """Keeps count; see ``connectors.live``."""

    async def allow(self, name: str, most: int, seconds: int) -> bool:
        """Count one more in the window; whether it may go on."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Who counts, and how many are too many."""

    limiter: Limiter
    limits: Limits = field(default_factory=Limits)


class Headers:
    """Puts the headers on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": HSTS} if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, dressed if scope["type"] == "http" else send)


class RateLimit:
    """Refuses who asks too often, by address and by login or link."""

    def __init__(self, app: ASGIApp, counting: Counting) -> None:
        self._app = app
        self._limiter = counting.limiter
        self._limits = counting.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one socket that opens."""
        if scope["type"] in ("http", "websocket") and (rate := await self._exceeded(HTTPConnection(scope))):
            refusal = answer(429, "too-often", "too many requests", f"wait {rate.seconds} seconds")
            refusal.headers["Retry-After"] = str(rate.seconds)
            await deny(scope, receive, send, refusal)
            return
        await self._app(scope, receive, send)

    async def _exceeded(self, asked: HTTPConnection) -> Rate | None:
        for key, rate in self._counts(asked):
            try:
                if not await self._limiter.allow(key, rate.most, rate.seconds):
                    return rate
            except StorageError as error:  # without a count nobody is turned away
                log.warning("limits.uncounted %s", error.code)
        return None

    def _counts(self, asked: HTTPConnection) -> list[tuple[str, Rate]]:
        address = digest(asked.client.host if asked.client else "?")[:32]
        counts = [(f"address:{address}", self._limits.address)]
        what = (asked.scope.get("method", "WS"), asked.url.path)
        if what == ("POST", "/api/session"):
            counts.append((f"login:{address}", self._limits.login))
        if what == ("POST", "/api/link"):
            counts.append((f"walk-in:{address}", self._limits.walk_in))
        if token := link_token(asked) or cookie_of(asked):
            counts.append((f"holder:{digest(token)[:32]}", self._limits.holder))
        return counts


class Shield:
    """The last line: a fault is answered in our form, and logged as what and where, never with what was in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] != "websocket.close"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # the task boundary of a request
            log.error("api.fault %s at %s", type(error).__name__, where(error))
            if not begun and scope["type"] in ("http", "websocket"):
                refusal = answer(500, "internal", "the service failed", AGAIN)
                await deny(scope, receive, send, refusal)


def harden(api: FastAPI, counting: Counting, *, tls: bool) -> None:
    """Put them before the routes, the shield and the headers outermost."""
    api.add_middleware(RateLimit, counting=counting)
    api.add_middleware(Shield)
    api.add_middleware(Headers, tls=tls)
