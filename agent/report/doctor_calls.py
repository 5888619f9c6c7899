"""What came of calling a doctor in, in words."""

from __future__ import annotations

from collections.abc import Sequence

from agent.domain.events import DoctorCall

OUTCOMES = {
    "handled": "已处理",
    "emergency": "已叫 120",
    "visit": "约到门诊",
    "home_visit": "上门",
    "unreachable": "没有联系上",
    "handed_back": "交还语音助手",
    "left": "断线后语音助手接着问",
    "over": "通话结束",
}


def call_lines(calls: Sequence[DoctorCall]) -> tuple[str, ...]:
    """One line for every call that ended, and for every one that nobody took."""
    return tuple(_line(call) for call in calls if call.step in ("ended", "nobody"))


def _line(call: DoctorCall) -> str:
    if call.step == "nobody":
        return "没有医生接听，已记为急事"
    minutes, seconds = divmod(round(call.seconds), 60)
    notes = f"：{call.notes}" if call.notes else ""
    what = "接管通话" if call.reason == "taken_over" else "视频通话"
    return f"{call.doctor} {what} {minutes} 分 {seconds} 秒，{OUTCOMES.get(call.outcome, call.outcome)}{notes}"
