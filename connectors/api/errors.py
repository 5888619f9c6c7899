"""The one place where errors become answers: {code, message, remedy} and a status."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from agent.errors import InputError, StorageError, SuifangError
from connectors.api.refusals import page_for

log = logging.getLogger(__name__)

_CODES = {
    401: "login-needed login-failed code-needed link-unknown",
    403: "csrf role-wrong mind-kept change-password enrol walk-in-closed",
    404: "visit-unknown clip-unknown flow-unknown report-unknown resident-unknown staff-unknown letter-unknown"
    " link-gone message-unknown alert-unknown shift-unknown call-unknown proposal-unknown trend-unknown",
    409: "visit-ended name-taken enrolled turn-taken record-changed signed-already visit-open alert-taken alert-open"
    " visit-running visit-in-call call-taken no-call room-full"
    " talk-taken talk-loose proposal-decided",
    422: "nothing-heard",
    429: "login-locked too-many line-busy",
}
STATUS = {code: status for status, codes in _CODES.items() for code in codes.split()}
"""Codes with a status of their own; other InputErrors are 400, StorageErrors 503, the rest 500."""

AGAIN = "try again; the operator finds the cause in the log"


def register(api: FastAPI) -> None:
    """Translate every error of the service."""
    api.add_exception_handler(SuifangError, _ours)  # type: ignore[arg-type]  # it serves both kinds of connection
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)


def answer(status: int, code: str, message: str, remedy: str) -> JSONResponse:
    """An error in its form."""
    return JSONResponse({"code": code, "message": message, "remedy": remedy}, status)


async def _ours(connection: HTTPConnection, error: Exception) -> Response | None:
    if not isinstance(error, SuifangError):
        raise error
    known = STATUS.get(error.code)
    status = known or (400 if isinstance(error, InputError) else 503 if isinstance(error, StorageError) else 500)
    refusal = answer(status, error.code, error.message, error.remedy)
    if status >= 500:  # its message may name files, or hold a row
        log.error("api.error %s at %s", error.code, where(error))
        refusal = answer(status, error.code, "the service cannot do this now", AGAIN)
    if (page := page_for(connection, error.code, status)) is not None:
        return page
    if isinstance(connection, WebSocket):
        await deny(connection.scope, connection.receive, connection.send, refusal)
        return None
    return refusal


async def deny(scope: Scope, receive: Receive, send: Send, refusal: JSONResponse) -> None:
    """Refuse a request, or a socket before it is open: with the answer itself where the server can tell it."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 4000 + refusal.status_code})
    else:
        await refusal(scope, receive, send)


def where(error: BaseException) -> str:
    """File, line and function of the innermost frames, for the log: no values, no message, no source."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-6:]))


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


class BodyLimit:
    """Refuses requests larger than ``most`` bytes, announced or not; ``voice`` bytes for spoken messages."""

    def __init__(self, app: ASGIApp, most: int, voice: int) -> None:
        self._app = app
        self._most = most
        self._voice = voice

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._voice if scope["path"].endswith("/voice") else self._most
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        body = await _whole(receive, most) if announced.isdigit() and int(announced) <= most else None
        if body is None:
            await _refuse(most, scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)


async def _whole(receive: Receive, most: int) -> bytes | None:
    """The body; None when it is larger than ``most``."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return body


async def _refuse(most: int, scope: Scope, receive: Receive, send: Send) -> None:
    refusal = answer(413, "request-too-large", f"a request has at most {most} bytes", "send less")
    await refusal(scope, receive, send)


def _once(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body that was read already, then whatever comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give
