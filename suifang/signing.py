"""The contract-management backend that the settings ask for, and ours as it is served to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from agent.clinical.trends import load_watch
from agent.errors import BackendError, InputError
from connectors.signing.ports import SigningBackend
from connectors.signing.reference import open_reference
from connectors.signing.serve import Client, signing_api
from connectors.storage.parcels import Outbox
from suifang.delivery import Courier, Letters
from suifang.egress import check_egress
from suifang.keys import keys_of
from suifang.settings import Settings

SECRET_CHARS = 16
"""Shortest secret that the backend is served under."""


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[SigningBackend]:
    """The backend. Raises ``InputError`` for settings that name none."""
    if settings.signing_backend == "embedded":
        watch = load_watch(settings.root / "dialogues" / "clinical")
        async with open_reference(settings.signing_database, keys=keys_of(settings), watch=watch) as reference:
            yield reference
        return
    secret = settings.signing_client_secret.get_secret_value()
    for name, value in (("URL", settings.signing_url), ("CLIENT_ID", settings.signing_client_id),
                        ("CLIENT_SECRET", secret)):  # fmt: skip
        if not value:
            raise InputError("setting-missing", f"SUIFANG_SIGNING_{name} is empty", "a backend over HTTP needs it")
    check_egress(settings, "SUIFANG_SIGNING_URL", settings.signing_url)
    try:
        from connectors.signing.http import Access, open_http  # noqa: PLC0415 - httpx is an extra
    except ImportError:
        raise BackendError(
            "httpx-missing", "a backend over HTTP needs httpx", "pip install 'suifang[signing]'"
        ) from None
    async with open_http(Access(settings.signing_url, settings.signing_client_id, secret)) as backend:
        yield backend


def served(settings: Settings, backend: SigningBackend) -> FastAPI | None:
    """The application to mount under /signing; None unless it is asked for. Refuses short secrets."""
    if not settings.signing_serve:
        return None
    if settings.signing_backend != "embedded":
        raise InputError(
            "setting-contradiction", "only the embedded backend can be served",
            "unset SUIFANG_SIGNING_SERVE or SUIFANG_SIGNING_BACKEND",
        )  # fmt: skip
    secret = settings.signing_client_secret.get_secret_value()
    if not settings.signing_client_id or len(secret) < SECRET_CHARS:
        raise InputError(
            "secret-short", f"no client is named, or its secret has fewer than {SECRET_CHARS} characters",
            "set SUIFANG_SIGNING_CLIENT_ID and a long random SUIFANG_SIGNING_CLIENT_SECRET",
        )  # fmt: skip
    return signing_api(backend, Client(settings.signing_client_id, secret))


@asynccontextmanager
async def delivering(outbox: Outbox, backend: SigningBackend, letters: Letters | None = None) -> AsyncIterator[None]:
    """A courier that works as long as the block runs."""
    working = asyncio.create_task(Courier(outbox, backend, letters=letters).run(), name="courier")
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
