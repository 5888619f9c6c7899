"""The service's log: what happened and where, never who or what was said. Lines go to stderr."""

from __future__ import annotations

import logging

TALKATIVE = ("alembic", "httpx", "httpcore", "uvicorn.error", "aiosqlite", "sqlalchemy", "aiortc", "aioice", "asyncio")
"""Libraries whose lower lines tell addresses (of residents, of sockets), statements, or nothing of use."""


def open_log() -> None:
    """Set the levels, once in a process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
