"""A real PostgreSQL server for one test run, when its programs are installed; otherwise tests are skipped by name."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from connectors.database.ciphers import Cipher
from connectors.database.keyring import new_ring
from connectors.database.keys import Keys

KEYS = Keys(None, new_ring(Cipher.AES).dump())
"""A server has no folder for a key file."""
PLACES = "/usr/lib/postgresql/*/bin"
_numbers = count()


def programs() -> Path | None:
    """Where pg_ctl and initdb lie."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    return next((path for path in sorted(Path("/").glob(PLACES.lstrip("/")), reverse=True)), None)


@contextmanager
def server() -> Iterator[str]:
    """The address of a fresh server, without a database; skips the test that asks when there is none to start."""
    pytest.importorskip("asyncpg", reason="PostgreSQL: asyncpg is not installed")
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL: no pg_ctl here (Debian: apt install postgresql)")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    home = Path(tempfile.mkdtemp(prefix="suifang-pg-"))
    if user:
        shutil.chown(home, user)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run([str(folder / command[0]), *command[1:]], check=True, user=user, cwd=home, capture_output=True)

    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        run("initdb", "-D", str(home / "data"), "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8")
        run("pg_ctl", "-D", str(home / "data"), "-o", options, "-l", str(home / "log"), "-w", "start")
        try:
            yield f"postgresql://tester@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-D", str(home / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def database(address: str) -> str:
    """The address of a new, empty database of the server."""
    import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    name = f"t{next(_numbers)}"

    async def make() -> None:
        connection = await asyncpg.connect(f"{address}/postgres")
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(make())
    return f"{address}/{name}"
