"""Any backend behind the port, served over the contract of docs/api/signing.yaml."""

from __future__ import annotations

import secrets
import time
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2
from fastapi.security.utils import get_authorization_scheme_param

from agent.errors import BackendError
from connectors.signing import wire
from connectors.signing.ports import Parcel, SigningBackend

TOKEN_SECONDS = 3600
MOST_TOKENS = 1000
STATUS = {"resident-unknown": 404, "key-reused": 409, "unauthorised": 401, "slot-full": 409, "contract-running": 409}
"""Codes with a status of their own; other refusals are 422, what may be tried again 503."""
FAULTS: dict[int | str, dict[str, Any]] = {status: {"model": wire.ErrorOut} for status in (401, 404, 409, 422, 503)}
TOKEN_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object", "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_id": {"type": "string"}, "client_secret": {"type": "string"},
                    },
                }
            }
        },
    }
}  # fmt: skip

SCHEME = OAuth2(flows={"clientCredentials": {"tokenUrl": "oauth/token", "scopes": {}}}, auto_error=False)


@dataclass(frozen=True, slots=True)
class Client:
    """Who may ask: one client, by id and secret."""

    id: str
    secret: str


class Tokens:
    """Access tokens given out, in memory: after a restart clients ask again."""

    def __init__(self, client: Client, now: Callable[[], float] = time.monotonic) -> None:
        self._client, self._now = client, now
        self._until: dict[str, float] = {}

    def give(self, client_id: str, secret: str) -> str:
        """A token for the right client."""
        right = secrets.compare_digest(client_id.encode(), self._client.id.encode())
        right &= secrets.compare_digest(secret.encode(), self._client.secret.encode())
        if not right:
            raise _unauthorised("client id or secret is wrong")
        now = self._now()
        self._until = {token: until for token, until in self._until.items() if until > now}
        while len(self._until) >= MOST_TOKENS:
            self._until.pop(next(iter(self._until)))
        token = secrets.token_urlsafe(32)
        self._until[token] = now + TOKEN_SECONDS
        return token

    def check(self, token: str) -> None:
        """Raises unless the token was given and has not run out."""
        if self._until.get(token, 0.0) <= self._now():
            raise _unauthorised("the access token is missing, unknown or has run out")


def signing_api(backend: SigningBackend, client: Client, now: Callable[[], float] = time.monotonic) -> FastAPI:
    """An application of its own, to be mounted or served alone."""
    api = FastAPI(title="Suifang signing management", version=wire.CONTRACT, responses=FAULTS)
    api.add_exception_handler(BackendError, _refusal)
    api.add_exception_handler(RequestValidationError, _invalid)
    tokens = Tokens(client, now)
    api.include_router(_token_router(tokens))
    api.include_router(_router(backend, tokens))
    return api


def _token_router(tokens: Tokens) -> APIRouter:
    router = APIRouter()

    @router.post("/oauth/token", operation_id="token", openapi_extra=TOKEN_BODY)
    async def token(request: Request, response: Response) -> wire.TokenOut:
        """OAuth 2 client credentials, by Basic authentication or in the form."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            raise BackendError("grant-unknown", "grant_type is not client_credentials", "ask for client_credentials")
        client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        response.headers["Cache-Control"] = "no-store"
        response.headers[wire.CONTRACT_HEADER] = wire.CONTRACT
        return wire.TokenOut(access_token=tokens.give(client_id, secret), token_type="bearer", expires_in=TOKEN_SECONDS)

    return router


def _router(backend: SigningBackend, tokens: Tokens) -> APIRouter:
    def known(response: Response, header: Annotated[str | None, Depends(SCHEME)]) -> None:
        kind, token = get_authorization_scheme_param(header)
        tokens.check(token if kind.lower() == "bearer" else "")
        response.headers[wire.CONTRACT_HEADER] = wire.CONTRACT
        response.headers["Cache-Control"] = "no-store"

    router = APIRouter(prefix="/v1", dependencies=[Depends(known)])

    @router.put("/parcels/{key}", operation_id="deliver", status_code=201, responses={200: {"model": wire.ReceiptOut}})
    async def deliver(
        key: Annotated[str, Path(pattern=r"^[\w:.-]{1,128}$")], parcel: wire.ParcelIn, response: Response
    ) -> wire.ReceiptOut:
        """Take a fact once: 201 when it is new, 200 when it came before."""
        taken = await backend.deliver(Parcel(key, parcel.resident_id, parcel.kind, parcel.body))
        response.status_code = 200 if taken.duplicate else 201
        return wire.ReceiptOut(key=taken.key, number=taken.number, duplicate=taken.duplicate)

    @router.get("/follow-ups/due", operation_id="due")
    async def due(on: date, most: Annotated[int, Query(ge=1, le=1000)] = 100) -> wire.DueList:
        """Follow-ups due on or before a day, the longest overdue first."""
        found = await backend.due(on, most)
        return wire.DueList(due=[wire.DueOut(**asdict(item)) for item in found])

    @router.get("/trend-alerts", operation_id="trendAlerts")
    async def trend_alerts(most: Annotated[int, Query(ge=1, le=1000)] = 100) -> wire.TrendAlertList:
        """Chronic indicators whose course has turned bad, as long as no doctor has seen it; the newest first."""
        found = await backend.trend_alerts(most)
        return wire.TrendAlertList(alerts=[wire.TrendAlertOut(**asdict(item)) for item in found])

    @router.get("/residents/{resident_id}", operation_id="resident")
    async def resident(resident_id: Annotated[str, Path(max_length=64)], on: date) -> wire.ResidentOut:
        """A resident's file: contract, indicators, last values, appointments."""
        found = await backend.resident(resident_id, on)
        if found is None:
            raise BackendError("resident-unknown", f"there is no resident {resident_id}", "check the id")
        return wire.ResidentOut.model_validate(asdict(found))

    @router.get("/figures", operation_id="figures")
    async def figures(on: date) -> wire.FigureList:
        """The figures for managers, for the year up to a day."""
        found = await backend.figures(on)
        return wire.FigureList(figures=[wire.FigureOut(**asdict(item), share=item.share) for item in found])

    return router


def _basic(request: Request) -> tuple[str, str] | None:
    kind, value = get_authorization_scheme_param(request.headers.get("Authorization"))
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = b64decode(value, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        raise _unauthorised("the Basic authentication cannot be read") from None
    return client_id, secret


def _unauthorised(why: str) -> BackendError:
    return BackendError("unauthorised", why, "ask for a token with the right client id and secret", retryable=True)


async def _refusal(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, BackendError):
        raise error
    status = STATUS.get(error.code) or (503 if error.retryable else 422)
    return _answer(status, error.code, error.message, error.remedy)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return _answer(422, "request-invalid", f"{where}: {first['msg']}", "see the contract, docs/api/signing.yaml")


def _answer(status: int, code: str, message: str, remedy: str) -> JSONResponse:
    headers = {wire.CONTRACT_HEADER: wire.CONTRACT}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"code": code, "message": message, "remedy": remedy}, status, headers)
