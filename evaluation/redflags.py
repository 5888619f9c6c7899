"""``eval redflags``: one utterance, the flags that it raises now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agent.domain.alerts import Alert
from evaluation.cases import RedFlagCase
from evaluation.intervals import share
from evaluation.judgement import CaseResult, Evaluation

Net = Callable[[RedFlagCase], Sequence[Alert]]


def evaluate_red_flags(cases: Sequence[RedFlagCase], net: Net) -> Evaluation:
    """Cast the net over every case and score it."""
    results = [judge(case, net(case)) for case in cases]
    dangerous = [(case, result) for case, result in zip(cases, results, strict=True) if case.flags]
    harmless = [(case, result) for case, result in zip(cases, results, strict=True) if not case.flags]
    found = sum(_missing(case, result) == [] for case, result in dangerous)
    alarms = sum(bool(result.got["flags"]) for _, result in harmless)
    right = sum(result.ok for result in results)
    totals: dict[str, Any] = {"n": len(cases), "ok": right} | share("score", right, len(cases))
    totals |= share("recall", found, len(dangerous)) | share("false_alarm_rate", alarms, len(harmless))
    totals["per_flag"] = _per_flag(dangerous)
    return Evaluation(results, totals)


def judge(case: RedFlagCase, alerts: Sequence[Alert]) -> CaseResult:
    """The result of one case."""
    got: dict[str, Any] = {"flags": sorted({alert.flag for alert in alerts})}
    expect: dict[str, Any] = {"flags": list(case.flags)}
    wrong = [f"missed {flag}" for flag in case.flags if flag not in got["flags"]]
    wrong += [] if case.flags else [f"false {flag}" for flag in got["flags"]]
    if case.subject is not None:
        expect["subject"] = case.subject
        got["subjects"] = sorted({str(alert.subject) for alert in alerts})
        if not wrong and got["subjects"] != [case.subject]:
            wrong.append("subject")
    return CaseResult(case.id, expect, got, not wrong, f"{', '.join(wrong)} · {case.text}" if wrong else "")


def _missing(case: RedFlagCase, result: CaseResult) -> list[str]:
    return [flag for flag in case.flags if flag not in result.got["flags"]]


def _per_flag(dangerous: Sequence[tuple[RedFlagCase, CaseResult]]) -> dict[str, Any]:
    named: dict[str, list[bool]] = {}
    for case, result in dangerous:
        for flag in case.flags:
            named.setdefault(flag, []).append(flag in result.got["flags"])
    return {flag: {"n": len(hits)} | share("recall", sum(hits), len(hits)) for flag, hits in sorted(named.items())}
