"""Peers' results are scored by the rules of our own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agent.errors import InputError
from evaluation.bench_voice import points, read_peer, table
from evaluation.turn_cases import Kind, OverlapCase, TurnCase

PCM = np.zeros(64_000, np.int16)
CASES = [
    TurnCase("t1", PCM, "blood_pressure", ((0.4, 2.0),), 2.0),
    TurnCase("t2", PCM, "blood_pressure", ((0.4, 1.0), (2.0, 3.0)), 3.0),
    TurnCase("t3", PCM, "blood_pressure", ((0.4, 2.0),), 2.0),
    OverlapCase("b1", PCM, "您好", 1.0, Kind.INTERRUPTION),
    OverlapCase("b2", PCM, "您好", 1.0, Kind.BACKCHANNEL),
]
NAME = "LiveKit Agents, defaults"


def test_answers_cut_ins_and_stops_are_told_apart(tmp_path: Path) -> None:
    rows = [
        {"id": "t1", "heard": [[2_500, 2_600]], "stopped": False},
        {"id": "t2", "heard": [[1_700, 1_800]], "stopped": False},
        {"id": "t3", "error": "it broke"},
        {"id": "b1", "heard": [[0, 600], [700, 1_300], [3_000, 3_500]], "stopped": True},
        {"id": "b2", "heard": [[0, 1_100], [1_300, 2_500]], "stopped": False},
    ]
    path = tmp_path / "out.json"
    path.write_text(json.dumps(rows), "utf-8")
    entry = read_peer(NAME, CASES, path)
    totals = entry.evaluation.totals
    assert entry.failed == 1
    assert (totals["turns"], totals["gap_p50_ms"], totals["cut_in_rate"]) == (2, 500, 0.5)
    assert (totals["interruption_recall"], totals["false_stop_rate"]) == (1.0, 0.0)
    assert totals["stop_p95_ms"] == pytest.approx(300, abs=25)
    assert "50.0 %" in table([entry])
    assert points([entry])[0]["name"] == NAME


@pytest.mark.parametrize("text", ["", "{}x", "[1]"])
def test_a_broken_result_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match="no peer's result"):
        read_peer(NAME, CASES, path)
