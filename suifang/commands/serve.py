"""``suifang serve``: the service."""

from __future__ import annotations

import argparse
import logging
import sys

import uvicorn

from agent.errors import InputError
from connectors.api import build_api
from suifang.app import open_app
from suifang.settings import read_settings
from suifang.shelf import StoredShelf
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
    async with open_app(settings) as app:
        api = build_api(web_chats(app), StoredShelf(app))
        server = uvicorn.Server(uvicorn.Config(api, host=host, port=port, log_config=None, lifespan="off"))
        sys.stderr.write(f"suifang: listening on http://{host}:{port} - Ctrl-C stops\n")
        try:
            await server.serve()
        except SystemExit:
            raise InputError(
                "address-taken", f"{host}:{port} cannot be listened on", "choose another port: suifang serve --port N"
            ) from None
    return 0
