"""Messages by a gateway for SMS or WeChat over HTTP. Needs httpx: ``pip install 'suifang[messages]'``.

POST {"phone": …, "text": …} with Authorization: Bearer KEY and Idempotency-Key: KEY-OF-THE-MESSAGE; it answers
2xx with {"id": …}, and takes the same Idempotency-Key once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from agent.errors import ConnectorError
from connectors.notify.ports import Message

PATIENCE = httpx.Timeout(10.0, connect=5.0)
FINAL = (400, 410, 422)
"""What is said of a number: one that is none stays none. All else (a key, an address, a redirect, 5xx) is mended by a
person or by time."""
HINT = "check SUIFANG_MESSAGE_URL, SUIFANG_MESSAGE_KEY and the gateway"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where it is, and how we say who we are."""

    url: str
    key: str = field(repr=False)


class HttpMessages:
    """The ``Messages`` port over HTTP."""

    def __init__(self, client: httpx.AsyncClient, gateway: Gateway) -> None:
        self._client, self._gateway = client, gateway

    async def send(self, message: Message) -> str:
        """Hand it to the gateway. What is told of a failure holds neither number nor text."""
        headers = {"Authorization": f"Bearer {self._gateway.key}", "Idempotency-Key": message.key}
        try:
            answer = await self._client.post(
                self._gateway.url, json={"phone": message.phone, "text": message.text}, headers=headers
            )
        except httpx.HTTPError as error:
            raise ConnectorError(
                "message-unreachable", f"the gateway cannot be reached ({type(error).__name__})", HINT, retryable=True
            ) from None
        return _receipt(answer)


def _receipt(answer: httpx.Response) -> str:
    if not answer.is_success:
        again = answer.status_code not in FINAL
        code = "message-unreachable" if again else "message-refused"
        raise ConnectorError(code, f"the gateway answered {answer.status_code}", HINT, retryable=again)
    try:
        number = str(answer.json()["id"])
    except (ValueError, KeyError, TypeError):
        number = ""
    if not 0 < len(number) <= 100:
        raise ConnectorError("message-garbage", "the gateway's answer has no id", HINT, retryable=True)
    return number


@asynccontextmanager
async def open_http_messages(gateway: Gateway) -> AsyncIterator[HttpMessages]:
    """A gateway at an address."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, follow_redirects=False) as client:
        yield HttpMessages(client, gateway)
