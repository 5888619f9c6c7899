"""Calls side by side in real time, with the bundled engines."""

from __future__ import annotations

import re

import pytest

from speech.notices import AgentSpeaks, Fault
from suifang import bench_calls, cli
from suifang.bench_calls import Watch

pytestmark = pytest.mark.integration


def test_two_calls_talk_and_are_measured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_calls, "SETTLING_S", 0.5)
    assert cli.main(["bench", "calls", "--calls", "2", "--seconds", "3"]) == 0
    out = capsys.readouterr().out
    found = re.search(r"calls: 2 at once on 1 workers for 3 s, .* 0 faults, ([\d.]+) ms of processor time", out)
    assert found is not None, out
    assert 0 < float(found.group(1)) < 1_000


def test_workers_share_the_calls_and_a_failing_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "calls", "--calls", "2", "--seconds", "2", "--workers", "2"]) == 0
    out = capsys.readouterr().out
    assert "calls: 2 at once on 2 workers for 2 s" in out
    assert " 0 faults" in out
    assert cli.main(["bench", "calls", "no-such-file.yaml", "--calls", "2", "--workers", "2"]) == 2


def test_a_bench_without_calls_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "calls", "--calls", "0"]) == 2
    assert "give --calls 40" in capsys.readouterr().err


def test_a_lagging_line_has_a_longer_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 11.5])
    monkeypatch.setattr(bench_calls.time, "monotonic", lambda: next(clock))
    watch = Watch()
    watch.observe(AgentSpeaks(1_000, "您好", "utter_hello", None, None))
    watch.observe(AgentSpeaks(2_000, "好的", "utter_noted", None, 300))
    watch.observe(Fault(2_000, "recognition", "engine-hangs", "", ""))
    assert watch.gaps_ms == [800]
    assert watch.faults == 1
