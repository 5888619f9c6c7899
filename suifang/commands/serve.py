"""``suifang serve``: the service."""

from __future__ import annotations

import argparse
import gc
import socket
import ssl
import sys

import uvicorn
from fastapi import FastAPI

from agent.errors import InputError
from connectors.access.people import StaffStatus
from connectors.api.schemas import BODY_BYTES
from connectors.signing.ports import SigningBackend
from suifang.accounts import iso_of
from suifang.app import App, open_app
from suifang.chat_voice import shared_engines
from suifang.demonstration import check_local, prepare, shown
from suifang.egress import is_local
from suifang.gate import Entry, demo_signer, open_gate, signer_of, wall_ms
from suifang.logs import open_log
from suifang.room_links import may_print, open_letters
from suifang.settings import Settings, read_settings
from suifang.signing import delivering, open_backend, served
from suifang.talking import open_talk
from suifang.warming import warming
from suifang.web import build_service, listening

EXAMPLE = "suifang serve --demo"
LATER = ("connectors.media.webrtc", "speech.call_recording")
"""What the first call needs is loaded once the service answers."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", help="address to listen on (default: SUIFANG_HOST or 127.0.0.1)")
    parser.add_argument(
        "--demo", action="store_true", help="made-up residents, staff with printed passwords, this machine only"
    )
    parser.add_argument("--port", type=int, help="port to listen on (default: SUIFANG_PORT or 8321)")


async def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    settings = read_settings()
    changed = {name: value for name in ("host", "port") if (value := getattr(args, name)) is not None}
    settings = settings.model_copy(update=changed)
    if args.demo:
        check_local(settings.host)
        printed = {"messages": "console"} if settings.messages == "none" and may_print(settings) else {}
        settings = settings.model_copy(update={"walk_in": True, **printed})
    signer = demo_signer(settings) if args.demo else signer_of(settings)
    check_tls(settings)
    open_log()
    with _listener(settings.host, settings.port) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        async with (
            open_app(settings) as app,
            open_backend(settings) as backend,
            open_letters(settings, app.store, lambda: signer) as letters,
            delivering(app.store.outbox, backend, letters),
            shared_engines(settings) as engines,
            open_talk(app, engines) as (chats, talk),
        ):
            entry = open_gate(app, backend, chats, signer)
            api = build_service(app, chats, entry.gate, talk, backend)
            if (signing := served(settings, backend)) is not None:
                api.mount("/signing", signing)
            await _staff(args, entry, backend, app)
            server = uvicorn.Server(server_config(api, settings))
            sys.stderr.write(_listening(settings))
            gc.freeze()  # what a start makes stays: no look for garbage goes through it while voices wait
            async with listening(chats), warming(app.library, LATER):
                await server.serve(sockets=[listener])
    return 0


async def _staff(args: argparse.Namespace, entry: Entry, backend: SigningBackend, app: App) -> None:
    """Demonstration accounts work in demonstrations only."""
    if args.demo:
        sys.stderr.write(shown(await prepare(entry, backend, app.settings)))
        return
    await app.store.staff.end_demo(iso_of(wall_ms()))
    if not any(row.status is StaffStatus.ACTIVE for row in await entry.accounts.all()):
        sys.stderr.write(
            "suifang: nobody can log in yet - suifang users add NAME --role admin --team T1 --shown 姓名\n"
        )


def _listening(settings: Settings) -> str:
    """Where it listens; and a word to who would let passwords travel in clear."""
    scheme = "https" if settings.tls_certificate else "http"
    lines = [f"suifang: listening on {scheme}://{settings.host}:{settings.port} - Ctrl-C stops"]
    if not is_local(settings.host) and not settings.address.startswith("https"):
        lines.append(
            "suifang: passwords and words of residents travel in clear - set SUIFANG_TLS_CERTIFICATE and"
            " SUIFANG_TLS_KEY, or put a TLS proxy in front and set SUIFANG_PUBLIC_URL"
        )
    return "\n".join([*lines, ""])


def check_tls(settings: Settings) -> None:
    """Raises ``InputError`` for a certificate that cannot be used."""
    if settings.tls_certificate is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as error:  # also what OpenSSL says of them
        raise InputError(
            "tls-unusable", f"the certificate or its key cannot be used ({error.strerror or error})",
            "give two PEM files: SUIFANG_TLS_CERTIFICATE, SUIFANG_TLS_KEY",
        ) from None  # fmt: skip


def server_config(api: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the service is run: sockets carry messages as small as requests are."""
    return uvicorn.Config(
        api, log_config=None, access_log=False, lifespan="off", ws="websockets-sansio", ws_max_size=BODY_BYTES,
        forwarded_allow_ips=settings.proxies,
        ssl_certfile=settings.tls_certificate, ssl_keyfile=settings.tls_key,
    )  # fmt: skip


def _listener(host: str, port: int) -> socket.socket:
    """The open door. Raises ``InputError`` when somebody else has it."""
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        raise InputError(
            "address-taken", f"{host}:{port} cannot be listened on ({error})", "choose another: suifang serve --port N"
        ) from None
