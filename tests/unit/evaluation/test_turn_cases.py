"""Turn-taking cases: what is read, and every fault with its remedy before anything runs or is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import DefinitionError, InputError
from evaluation.cases import read_cases
from evaluation.judgement import CaseResult
from evaluation.turn_cases import Kind, OverlapCase, TurnCase, turn_case
from evaluation.turns import evaluate
from tests.fakes.turn_files import OVERLAP, TURN, written


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_turns_and_overlaps_are_read_at_both_rates(tmp_path: Path, rate_hz: int) -> None:
    turn, overlap = read_cases([written(tmp_path, TURN + OVERLAP, rate_hz=rate_hz)], turn_case)
    assert isinstance(turn, TurnCase)
    assert (turn.ask, turn.speech, turn.end_s) == ("blood_pressure", ((0.2, 0.6), (0.9, 1.5)), 1.5)
    assert len(turn.pcm) == 32_000
    assert isinstance(overlap, OverlapCase)
    assert (overlap.kind, overlap.onset_s) == (Kind.BACKCHANNEL, 1.2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (TURN.replace("end: 1.5", "end: 9"), "outside the audio"),
        (TURN.replace(", end: 1.5", ""), "end: is missing"),
        (TURN.replace("[0.9, 1.5]", "[0.9]"), "is no stretch"),
        (TURN.replace("[0.9, 1.5]", "[0.5, 1.5]"), "not in order"),
        (TURN.replace("[[0.2, 0.6], [0.9, 1.5]]", "[]"), "names no speech"),
        (OVERLAP.replace("backchannel", "cough"), "there is no kind"),
    ],
)
def test_a_wrong_case_names_its_line(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(DefinitionError, match=words) as caught:
        read_cases([written(tmp_path, OVERLAP + line)], turn_case)
    assert caught.value.line == 2
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("audio", "code"),
    [
        ({"rate_hz": 44_100}, "turns-audio-rate"),
        ({"rate_hz": 48_000, "channels": 1}, "turns-audio-rate"),
        ({"channels": 2}, "turns-audio-rate"),
        ({"seconds": 0.0}, "turns-audio-empty"),
    ],
)
def test_audio_of_another_kind_is_refused(tmp_path: Path, audio: dict[str, float], code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_cases([written(tmp_path, TURN, **audio)], turn_case)
    assert caught.value.code == code
    assert "a.wav" in caught.value.message


def test_totals() -> None:
    def turn(gap_ms: float | None) -> CaseResult:
        return CaseResult("t", {}, {"gap_ms": gap_ms, "cut_in": gap_ms is None}, gap_ms is not None)

    def overlap(kind: str, stop_ms: float | None, halt_ms: float | None = None, speaking: bool = True) -> CaseResult:
        got = {
            "kind": kind, "speaking": speaking, "stopped": stop_ms is not None, "stop_ms": stop_ms, "halt_ms": halt_ms,
        }  # fmt: skip
        return CaseResult("b", {}, got, True)

    totals = evaluate(
        [
            turn(300), turn(400), turn(8_000), turn(None), overlap("interruption", 200), overlap("interruption", None),
            overlap("backchannel", None, 180), overlap("noise", 100), overlap("noise", None, speaking=False),
        ]
    ).totals  # fmt: skip
    assert (totals["n"], totals["turns"], totals["overlaps"]) == (9, 4, 4)
    assert (totals["gap_p50_ms"], totals["cut_in_rate"], totals["unanswered"]) == (400, 0.25, 1)
    assert (totals["interruption_recall"], totals["false_stop_rate"]) == (0.5, 0.5)
    assert (totals["stop_p95_ms"], totals["halt_p95_ms"]) == (200, 180)
    assert totals["cut_in_rate_low"] < 0.25 < totals["cut_in_rate_high"]
