"""``suifang serve``: the service."""

from __future__ import annotations

import argparse
import logging
import socket
import sys

import uvicorn

from agent.errors import InputError
from connectors.api import build_api
from suifang.app import open_app
from suifang.settings import read_settings
from suifang.shelf import StoredShelf
from suifang.signing import delivering, open_backend, served
from suifang.web import web_chats

EXAMPLE = "suifang serve --port 8321"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", help="address to listen on (default: SUIFANG_HOST or 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: SUIFANG_PORT or 8321)")


async def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    settings = read_settings()
    host, port = args.host or settings.host, settings.port if args.port is None else args.port
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with _listener(host, port) as listener:
        async with (
            open_app(settings) as app,
            open_backend(settings) as backend,
            delivering(app.store.outbox, backend),
        ):
            api = build_api(web_chats(app), StoredShelf(app))
            if (signing := served(settings, backend)) is not None:
                api.mount("/signing", signing)
            server = uvicorn.Server(uvicorn.Config(api, log_config=None, access_log=False, lifespan="off"))
            sys.stderr.write(f"suifang: listening on http://{host}:{listener.getsockname()[1]} - Ctrl-C stops\n")
            await server.serve(sockets=[listener])
    return 0


def _listener(host: str, port: int) -> socket.socket:
    """The open door. Raises ``InputError`` when somebody else has it."""
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        raise InputError(
            "address-taken", f"{host}:{port} cannot be listened on ({error})", "choose another: suifang serve --port N"
        ) from None
