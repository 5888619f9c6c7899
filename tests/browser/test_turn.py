"""Where nothing but a TURN server is let through: video and calls go by coturn alone, with short-lived passwords."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Service, served
from tests.browser.steps import tap
from tests.browser.test_call import MICROPHONE, call_page, silent
from tests.browser.test_video import MEET_MS, doctor_page, in_danger, moves

COTURN = shutil.which("turnserver")
pytestmark = pytest.mark.skipif(COTURN is None, reason="turn: no coturn here (Debian: apt install coturn)")
Open = Callable[..., Any]
SECRET = "only-the-server-and-the-service-know"
PATHS = """async (pc) => { const stats = await pc.getStats(); const found = [];
  stats.forEach((pair) => { if (pair.type === 'candidate-pair' && pair.state === 'succeeded' && pair.bytesReceived > 0)
    found.push([stats.get(pair.localCandidateId).candidateType, stats.get(pair.remoteCandidateId).candidateType]); });
  return found; }"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a TURN server that knows the secret and no passwords."""
    folder, port = tmp_path_factory.mktemp("coturn"), free_port()
    command = [
        str(COTURN), "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}",
        "--allow-loopback-peers", "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=suifang", "--no-cli",
        "--no-tls", "--no-dtls", "--no-tcp-relay", f"--log-file={folder / 'log.txt'}", "--simple-log",
        f"--pidfile={folder / 'pid'}", f"--userdb={folder / 'turn.db'}",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder) as process:
        try:
            listens("127.0.0.1", port)
            yield f"turn:127.0.0.1:{port}?transport=udp"
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()


def listens(host: str, port: int) -> None:
    """Until it takes connections."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((host, port), 0.2):
            return
        time.sleep(0.1)
    raise AssertionError("coturn does not listen")


@pytest.fixture(scope="module")
def service(root: Path, turn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A house whose calls go by that server alone."""
    settings = {
        "SUIFANG_ICE_SERVERS": json.dumps([{"urls": turn}]),
        "SUIFANG_TURN_SECRET": SECRET,
        "SUIFANG_RELAY_ONLY": "true",
    }
    yield from served(root, tmp_path_factory.mktemp("served"), settings)


def test_a_doctors_picture_goes_by_the_turn_server_alone(service: Service, visit_page: Open) -> None:
    doctor = doctor_page(service, visit_page)
    resident, visit = in_danger(service, visit_page)
    doctor.locator(f"article[data-visit='{visit}']").get_by_role("button", name="接听").click()
    moves(resident, MEET_MS)
    moves(doctor, MEET_MS)
    ways = resident.evaluate(f"() => Promise.all([...room.peers.values()].map(({{ pc }}) => ({PATHS})(pc)))")
    assert ways
    assert all(way == ["relay", "relay"] for pairs in ways for way in pairs), ways
    assert all(pairs for pairs in ways)


def test_a_call_goes_by_the_turn_server_alone(service: Service, visit_page: Open) -> None:
    page, _link = call_page(service, visit_page)
    page.evaluate(MICROPHONE)
    tap(page, "开始通话")
    page.get_by_text("通话中").wait_for(timeout=30_000)
    page.locator(".caption.agent", has_text="吗").first.wait_for(timeout=40_000)
    silent(page)
    ways = page.evaluate(f"() => ({PATHS})(document.querySelector('suifang-call').pc)")
    assert ways
    assert {local for local, _ in ways} == {"relay"}
