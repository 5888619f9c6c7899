"""Calls for a doctor in the report: who came, how long, with what outcome; and those that nobody took."""

from __future__ import annotations

from agent.domain.events import DoctorCall
from agent.report.doctor_calls import call_lines


def test_what_came_of_a_call_is_one_line() -> None:
    steps = [
        DoctorCall("ringing", "chest_pain", "王医生"),
        DoctorCall("accepted", "chest_pain", "王医生"),
        DoctorCall("ended", "chest_pain", "王医生", 200.4, "emergency", "家属在场"),
    ]
    assert call_lines(steps) == ("王医生 视频通话 3 分 20 秒，已叫 120：家属在场",)


def test_a_call_that_nobody_took_is_told() -> None:
    assert call_lines([DoctorCall("nobody", "stroke")]) == ("没有医生接听，已记为急事",)
