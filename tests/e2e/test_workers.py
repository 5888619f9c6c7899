"""Two workers of one house: a conversation begun on one goes on at the other after a kill -9 of the first."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.redis_server import server as redis_server

pytestmark = pytest.mark.e2e


@contextmanager
def worker(folder: Path, redis: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """A running service, and a client of it."""
    settings = {
        "SUIFANG_DATA_DIR": str(folder), "SUIFANG_REDIS_URL": redis, "SUIFANG_WALK_IN": "true",
        "SUIFANG_SECRET_KEY": "k" * 43, "SUIFANG_PORT": "0",
    }  # fmt: skip
    command = [sys.executable, "-m", "suifang", "serve"]
    with subprocess.Popen(command, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            said = ""
            while not (found := re.search(r"listening on (http://\S+)", said)):
                line = running.stderr.readline()
                assert line, said
                said += line
            with httpx.Client(base_url=found.group(1), timeout=60, trust_env=False) as client:
                yield client, running
        finally:
            running.kill()


def test_a_conversation_outlives_its_worker(tmp_path: Path) -> None:
    with redis_server() as (redis, _), worker(tmp_path, redis) as (one, running), worker(tmp_path, redis) as (two, _):
        begun = one.post("/api/link", json={"flow": "hypertension_followup", "name": "王桂花"})
        assert begun.status_code == 201, begun.text
        visit, link = begun.json()["visit_id"], {"Authorization": f"Bearer {begun.json()['token']}"}

        def say(client: httpx.Client, text: str) -> dict[str, Any]:
            answer = client.post(f"/api/chat/{visit}", json={"text": text}, headers=link)
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        say(one, "我就是")
        assert say(two, "行，你说吧")["ask"] == "blood_pressure"
        after = say(one, "高压一百五，低压九十五")  # what the first remembered was two turns old
        assert after["ask"] != "blood_pressure"
        os.kill(running.pid, signal.SIGKILL)
        assert say(two, "一般是在家量的")["ask"] not in (None, "identity", "consent", "blood_pressure")
        health = two.get("/health").json()
        assert health["required"]["live"] == "ok"
