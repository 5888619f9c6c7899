"""A backend over HTTP, by the contract of docs/api/signing.yaml. Needs httpx: ``pip install 'suifang[signing]'``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx

from agent.errors import BackendError
from connectors.signing import wire
from connectors.signing.ports import Due, Figure, Parcel, Receipt, ResidentFile, TrendAlert

PATIENCE = httpx.Timeout(15.0, connect=5.0)
TRY_AGAIN = (408, 425, 429)
"""Refusals that pass; so do all of 5xx."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the backend is, and how we say who we are."""

    url: str
    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Access({self.url!r}, {self.client_id!r})"


class HttpBackend:
    """The ``SigningBackend`` port over HTTP; one token for all requests, asked for anew when it has run out."""

    def __init__(self, client: httpx.AsyncClient, access: Access) -> None:
        self._client, self._access = client, access
        self._token = ""
        self._asking = asyncio.Lock()

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Send a parcel."""
        body = {"resident_id": parcel.resident_id, "kind": parcel.kind.value, "body": dict(parcel.body)}
        data = await self._ask("PUT", f"/v1/parcels/{quote(parcel.key, safe=':')}", json=body)
        return wire.receipt(wire.parsed(wire.ReceiptOut, data))

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """Follow-ups due."""
        data = await self._ask("GET", "/v1/follow-ups/due", params={"on": on.isoformat(), "most": most})
        return wire.due(wire.parsed(wire.DueList, data))

    async def trend_alerts(self, most: int = 100) -> tuple[TrendAlert, ...]:
        """What has turned bad."""
        data = await self._ask("GET", "/v1/trend-alerts", params={"most": most})
        return wire.trend_alerts(wire.parsed(wire.TrendAlertList, data))

    async def resident(self, resident_id: str, on: date) -> ResidentFile | None:
        """A resident's file, or None."""
        path = f"/v1/residents/{quote(resident_id, safe='')}"
        try:
            data = await self._ask("GET", path, params={"on": on.isoformat()})
        except BackendError as error:
            if error.code == "resident-unknown":
                return None
            raise
        return wire.resident(wire.parsed(wire.ResidentOut, data))

    async def figures(self, on: date) -> tuple[Figure, ...]:
        """The figures for managers."""
        data = await self._ask("GET", "/v1/figures", params={"on": on.isoformat()})
        return wire.figures(wire.parsed(wire.FigureList, data))

    async def _ask(self, method: str, path: str, **more: Any) -> bytes:
        """One request; a token that has run out is replaced once."""
        token = self._token or await self._new_token("")
        answer = await self._send(method, path, headers={"Authorization": f"Bearer {token}"}, **more)
        if answer.status_code == 401:
            token = await self._new_token(token)
            answer = await self._send(method, path, headers={"Authorization": f"Bearer {token}"}, **more)
        return _content(answer)

    async def _new_token(self, old: str) -> str:
        async with self._asking:
            if self._token == old:
                form = {"grant_type": "client_credentials"}
                auth = httpx.BasicAuth(self._access.client_id, self._access.secret)
                answer = await self._send("POST", "/oauth/token", data=form, auth=auth)
                self._token = wire.parsed(wire.TokenOut, _content(answer)).access_token
            return self._token

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return await self._client.request(method, self._access.url.rstrip("/") + path, **more)
        except httpx.TimeoutException:
            raise BackendError(
                "backend-timeout", "the backend did not answer in time", "the parcel is sent again", retryable=True
            ) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise BackendError(
                "backend-unreachable", f"{self._access.url} cannot be reached ({type(error).__name__})",
                "check SUIFANG_SIGNING_URL and the line to it", retryable=True,
            ) from None  # fmt: skip
        except httpx.InvalidURL:
            raise BackendError(
                "backend-address", f"{self._access.url!r} is no address", "correct SUIFANG_SIGNING_URL"
            ) from None


@asynccontextmanager
async def open_http(access: Access) -> AsyncIterator[HttpBackend]:
    """A backend at an address."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        yield HttpBackend(client, access)


def _content(answer: httpx.Response) -> bytes:
    """What a good answer holds; anything else as one ``BackendError``."""
    spoken = answer.headers.get(wire.CONTRACT_HEADER, "")
    if answer.is_success and spoken != wire.CONTRACT:
        raise BackendError(
            "backend-contract", f"the backend speaks contract {spoken or 'unknown'}, this program {wire.CONTRACT}",
            "update the backend or this program; nothing is lost meanwhile", retryable=True,
        )  # fmt: skip
    if answer.is_success:
        return answer.content
    passing = answer.status_code in TRY_AGAIN or answer.status_code >= 500 or answer.status_code == 401
    try:
        told = wire.parsed(wire.ErrorOut, answer.content)
    except BackendError:  # a proxy's page, not the backend's word
        gateway = passing or answer.status_code in (403, 404)
        raise BackendError(
            "backend-failed", f"the backend answered {answer.status_code}", "look at the backend's log",
            retryable=gateway,
        ) from None  # fmt: skip
    raise BackendError(told.code, told.message, told.remedy, retryable=passing)
