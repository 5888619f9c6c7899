"""``eval answers``: one question, one answer, the slots filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agent.domain.answers import Reading
from evaluation.cases import AnswerCase
from evaluation.intervals import share
from evaluation.judgement import CaseResult, Evaluation
from evaluation.scoring import asks_back, mismatches, slots_of

Reader = Callable[[AnswerCase], Reading]


def evaluate_answers(cases: Sequence[AnswerCase], read: Reader) -> Evaluation:
    """Read every case and score it."""
    judged = [judge(case, read(case)) for case in cases]
    results = [result for result, _ in judged]
    right = sum(result.ok for result in results)
    accepted = sum(wrong for _, wrong in judged)
    totals: dict[str, Any] = {"n": len(cases), "ok": right}
    totals |= share("score", right, len(cases)) | share("wrong_accepted_rate", accepted, len(cases))
    return Evaluation(results, totals)


def judge(case: AnswerCase, reading: Reading) -> tuple[CaseResult, bool]:
    """The result of one case, and whether a wrong value was taken without being read back."""
    slots = slots_of(reading)
    wanted = {slot: value for slot, value in case.expect.items() if slot != "_answer"}
    wrong = mismatches(wanted, slots, others_empty=True)
    got: dict[str, Any] = dict(slots)
    if reading.answer is not None:
        got["_answer"] = reading.answer.value
    if "_answer" in case.expect and got.get("_answer") != case.expect["_answer"]:
        wrong.append("_answer")
    confirm = asks_back(reading)
    if confirm:
        got["_confirm"] = True
    if case.confirm is not None and case.confirm != confirm:
        wrong.append("confirm")
    wrong_value = any(slot in slots for slot in wrong) and not confirm
    expect = dict(case.expect) if case.confirm is None else {**case.expect, "_confirm": case.confirm}
    return CaseResult(
        case.id, expect, got, not wrong, f"{', '.join(wrong)} · {case.text}" if wrong else ""
    ), wrong_value
