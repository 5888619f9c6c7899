"""The service as users start it, in a process of its own, its log in a file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEY = {"SUIFANG_SECRET_KEY": "k" * 43}


def command(*words: str, data: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SUIFANG_DATA_DIR": str(data), **more}
    return subprocess.run(
        [sys.executable, "-m", "suifang", *words], capture_output=True, text=True, env=env, timeout=120, check=False
    )


@contextmanager
def service(log: Path, data: Path, *words: str, **more: str) -> Iterator[str]:
    """The address of a running service; ended by Ctrl-C."""
    env = {**os.environ, "SUIFANG_DATA_DIR": str(data), **more}
    with log.open("w") as file:
        started = subprocess.Popen(
            [sys.executable, "-m", "suifang", "serve", "--port", "0", *words], stderr=file, stdout=file, env=env
        )
        try:
            until = time.monotonic() + 120
            while not (found := re.search(r"listening on (\S+)", log.read_text("utf-8"))):
                assert started.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < until, log.read_text("utf-8")
                time.sleep(0.1)
            yield found.group(1)
        finally:
            started.send_signal(signal.SIGINT)
            assert started.wait(60) in (0, 130)
