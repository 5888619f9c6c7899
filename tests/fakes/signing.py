"""The contract-management backend in process, and over real HTTP, for tests of its contract."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from agent.clinical.trends import load_watch
from connectors.signing.http import Access, HttpBackend
from connectors.signing.ports import Parcel, ParcelKind, SigningBackend
from connectors.signing.reference import ReferenceBackend, open_reference
from connectors.signing.seed import seed
from connectors.signing.serve import Client, signing_api

ON = date(2026, 11, 23)
WATCH = load_watch(Path(__file__).parents[2] / "dialogues" / "clinical")
SECRET = "a-long-secret-of-the-test"
Check = Callable[[SigningBackend, ReferenceBackend], Awaitable[None]]


@asynccontextmanager
async def embedded(path: Path) -> AsyncIterator[tuple[SigningBackend, ReferenceBackend]]:
    async with open_reference(path / "signing.db", lambda: ON, watch=WATCH) as backend:
        yield backend, backend


@asynccontextmanager
async def over_http(path: Path) -> AsyncIterator[tuple[SigningBackend, ReferenceBackend]]:
    async with (
        open_reference(path / "signing.db", lambda: ON, watch=WATCH) as backend,
        listening(signing_api(backend, Client("us", SECRET))) as url,
        httpx.AsyncClient() as client,
    ):
        yield HttpBackend(client, Access(url, "us", SECRET)), backend


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    """The application on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


Opening = Callable[[Path], AbstractAsyncContextManager[tuple[SigningBackend, ReferenceBackend]]]


def held_by(opening: Opening, folder: Path, check: Check) -> None:
    """Run a check against a seeded backend."""

    async def inside() -> None:
        async with opening(folder) as (backend, reference):
            await seed(reference.database, 120, 1, ON)
            await check(backend, reference)

    asyncio.run(inside())


async def someone(backend: SigningBackend, flow: str = "hypertension_followup") -> str:
    """A resident with a contract and something due."""
    return next(d.resident_id for d in await backend.due(date(2027, 6, 1), 500) if d.flow == flow)


def visit(who: str, key: str = "v1:1", **changes: Any) -> Parcel:
    body = {
        "visit": key.partition(":")[0], "version": int(key.partition(":")[2]), "flow": "hypertension_followup",
        "form": "gw3-htn", "held_on": "2026-11-23", "mode": "3", "visit_class": "2", "signed_by": "李医生",
        "next_visit_date": "2026-12-07", "values": {"sbp": 152, "dbp": 94, "htn_symptoms": ["2"]}, **changes,
    }  # fmt: skip
    return Parcel(key, who, ParcelKind.FOLLOW_UP, body)
