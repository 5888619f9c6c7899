"""Messages to telephones: printed or by a gateway over real HTTP, the port's promises hold."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from agent.errors import ConnectorError
from connectors.notify.console import PrintedMessages
from connectors.notify.http import Gateway, open_http_messages
from connectors.notify.ports import Message, Messages

MOBILE, LANDLINE, KEY = "13900001111", "01062345678", "a-key-of-the-gateway"


@dataclass
class Far:
    """What reached telephones."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    """What the gateway answers next, in place of doing its work."""


def gateway(far: Far) -> FastAPI:
    """A gateway: takes an Idempotency-Key once, refuses what is no mobile and who has no key."""
    api, taken = FastAPI(), dict[str, str]()

    @api.post("/sms")
    async def sms(request: Request) -> Response:
        if far.answers:
            answer: Response = far.answers.pop(0)
            return answer
        if request.headers["authorization"] != f"Bearer {KEY}":
            return Response(status_code=401)
        told, key = await request.json(), request.headers["idempotency-key"]
        if not told["phone"].startswith("1"):
            return Response(status_code=422)
        if key not in taken:
            taken[key] = f"sms-{len(taken) + 1}"
            far.texts.append((told["phone"], told["text"]))
        return JSONResponse({"id": taken[key]})

    return api


@asynccontextmanager
async def by_http(far: Far, key: str = KEY) -> AsyncIterator[Messages]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(gateway(far), log_config=None, lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve([listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/sms"
        async with open_http_messages(Gateway(url, key)) as messages:
            yield messages
        server.should_exit = True
        await serving


@asynccontextmanager
async def printed(far: Far) -> AsyncIterator[Messages]:
    yield PrintedMessages(lambda line: far.texts.append((MOBILE, line)))


def held(kind: Callable[[Far], Any], check: Callable[[Far, Messages], Awaitable[None]]) -> None:
    async def work() -> None:
        far = Far()
        async with kind(far) as messages:
            await check(far, messages)

    asyncio.run(work())


@pytest.mark.parametrize("kind", [printed, by_http])
def test_the_same_key_is_one_message(kind: Callable[[Far], Any]) -> None:
    async def check(far: Far, messages: Messages) -> None:
        first = await messages.send(Message("v1:room_link", MOBILE, "请点开"))
        again = await messages.send(Message("v1:room_link", MOBILE, "请点开"))
        other = await messages.send(Message("v2:room_link", MOBILE, "请再点开"))
        assert first == again
        assert other not in ("", first)
        assert len(far.texts) == 2
        assert all("点开" in text for _, text in far.texts)

    held(kind, check)


@pytest.mark.parametrize("kind", [printed, by_http])
def test_a_number_that_takes_none_is_refused_for_good(kind: Callable[[Far], Any]) -> None:
    async def check(far: Far, messages: Messages) -> None:
        with pytest.raises(ConnectorError) as refused:
            await messages.send(Message("v1:room_link", LANDLINE, "请点开"))
        assert (refused.value.code, refused.value.retryable) == ("message-refused", False)
        assert far.texts == []
        assert LANDLINE not in str(refused.value)

    held(kind, check)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(status_code=503), "message-unreachable"),
        (Response(status_code=429), "message-unreachable"),
        (Response("<html>a proxy's page</html>"), "message-garbage"),
        (JSONResponse({"id": ""}), "message-garbage"),
        (Response(status_code=302, headers={"location": "http://elsewhere.example/"}), "message-unreachable"),
        (Response(status_code=404), "message-unreachable"),
        (Response(status_code=405), "message-unreachable"),
        (Response(status_code=410), "message-refused"),
    ],
)
def test_a_gateway_that_fails_is_a_typed_error_without_the_message(answer: Response, code: str) -> None:
    async def check(far: Far, messages: Messages) -> None:
        far.answers.append(answer)
        with pytest.raises(ConnectorError) as failed:
            await messages.send(Message("v1:room_link", MOBILE, "请点开"))
        assert (failed.value.code, failed.value.retryable) == (code, code != "message-refused")
        assert MOBILE not in str(failed.value)
        assert "点开" not in str(failed.value)
        assert await messages.send(Message("v1:room_link", MOBILE, "请点开"))  # the next try arrives

    held(by_http, check)


def test_a_wrong_key_and_nobody_there_can_be_mended() -> None:
    async def work() -> None:
        far = Far()
        async with by_http(far, "another") as messages:
            with pytest.raises(ConnectorError, match="401") as refused:
                await messages.send(Message("v1", MOBILE, "请点开"))
            assert refused.value.retryable
        async with open_http_messages(Gateway("http://127.0.0.1:9/sms", KEY)) as messages:
            with pytest.raises(ConnectorError) as missing:
                await messages.send(Message("v1", MOBILE, "请点开"))
        assert (missing.value.code, missing.value.retryable) == ("message-unreachable", True)
        assert KEY not in repr(Gateway("http://x", KEY))
        assert MOBILE not in repr(Message("v1", MOBILE, "请点开"))

    asyncio.run(work())
