"""A real Redis server for one test run, when its program is installed; otherwise tests are skipped by name."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a fresh server and its process; skips the test that asks when there is none to start."""
    pytest.importorskip("redis", reason="Redis: its client is not installed")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis: no redis-server here (Debian: apt install redis-server)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="suifang-redis-") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                _wait(port)
                yield f"redis://127.0.0.1:{port}/0", running
            finally:
                running.kill()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("Redis did not start")
