"""Calls of real WebRTC peers to a real service, as the bench holds them."""

from __future__ import annotations

import json
import os
import time

import pytest

from suifang import cli
from suifang.bench_webrtc import cpu_s

pytestmark = pytest.mark.integration


def test_a_resident_calls_and_is_answered(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUIFANG_DATA_DIR", raising=False)
    assert cli.main(["bench", "webrtc", "--calls", "1", "--seconds", "22", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["calls"], found["failed"], found["unanswered"]) == (1, 0, 0)
    assert found["answers"] >= 1
    assert found["gap_p95_ms"] > 0
    assert 0 < found["service_cpu_ms_per_second"] < 1000


def test_processor_time_counts_what_a_process_started() -> None:
    before, until = cpu_s(os.getpid()), time.process_time() + 0.1
    while time.process_time() < until:
        pass
    assert cpu_s(os.getpid()) - before >= 0.08
    assert cpu_s(1 << 30) == 0
