"""The one place where errors become answers: {code, message, remedy} and a status."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from agent.errors import InputError, StorageError, SuifangError

log = logging.getLogger(__name__)

_CODES = {
    401: "login-needed login-failed code-needed link-unknown",
    403: "csrf role-wrong change-password enrol walk-in-closed",
    404: "visit-unknown clip-unknown flow-unknown report-unknown resident-unknown staff-unknown letter-unknown"
    " link-gone",
    409: "visit-ended name-taken enrolled",
    429: "login-locked",
}
STATUS = {code: status for status, codes in _CODES.items() for code in codes.split()}
"""Codes with a status of their own; other InputErrors are 400, StorageErrors 503, the rest 500."""


def register(api: FastAPI) -> None:
    """Translate every error of the service."""
    api.add_exception_handler(SuifangError, _ours)  # type: ignore[arg-type]  # it serves both kinds of connection
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _unknown)


def answer(status: int, code: str, message: str, remedy: str) -> JSONResponse:
    """An error in its form."""
    return JSONResponse({"code": code, "message": message, "remedy": remedy}, status)


async def _ours(connection: HTTPConnection, error: Exception) -> JSONResponse | None:
    if not isinstance(error, SuifangError):
        raise error
    known = STATUS.get(error.code)
    status = known or (400 if isinstance(error, InputError) else 503 if isinstance(error, StorageError) else 500)
    if status >= 500:
        log.error("api.error", extra={"code": error.code})
    refusal = answer(status, error.code, error.message, error.remedy)
    if isinstance(connection, WebSocket):
        await _deny(connection, refusal)
        return None
    return refusal


async def _deny(socket: WebSocket, refusal: JSONResponse) -> None:
    """Refuse a socket before it is open, with the answer itself where the server can tell it."""
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(refusal)
    else:
        await socket.close(4000 + refusal.status_code)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    return answer(
        422, "request-invalid", f"{where or 'body'}: {first['msg']}", "see the form of the request at /openapi.json"
    )


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else "error"
    return answer(status, f"http-{status}", detail, "see the paths and methods at /openapi.json")


async def _unknown(_request: Request, _error: Exception) -> JSONResponse:
    return answer(500, "internal", "the service failed", "see the service's log; try again")


class BodyLimit:
    """Refuses requests larger than ``most`` bytes, announced or not."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._most:
            await self._refuse(scope, receive, send)
            return
        body = await self._whole(receive)
        if body is None:
            await self._refuse(scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)

    async def _whole(self, receive: Receive) -> bytes | None:
        body = b""
        while True:
            message = await receive()
            body += bytes(message.get("body", b""))
            if len(body) > self._most:
                return None
            if not message.get("more_body", False):
                return body

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = answer(413, "request-too-large", f"a request has at most {self._most} bytes", "send less")
        await refusal(scope, receive, send)


def _once(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that was read already, then whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give
