"""``eval turns``: recorded turns and overlaps through the whole voice pipeline on virtual time.

Everything is measured at the resident's end of the line: what the resident would hear, and when.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from agent.domain.effects import Effect, Say
from evaluation.calls import first_of
from evaluation.instant import InstantRecognizer, Stretch
from evaluation.intervals import percentile, share
from evaluation.judgement import CaseResult, Evaluation
from evaluation.resident import HEARS_DBFS
from evaluation.turn_cases import Kind, OverlapCase, TurnCase
from speech.audio import frames, length_ms, level_dbfs, silence
from speech.call import CallParts, run_call
from speech.channel import VirtualTime, audio_pair
from speech.notices import AgentStopped, Notice, Overlapped, ResidentHeard
from speech.ports import FRAME_MS, AudioChannel, Dialogue, Pcm

Case = TurnCase | OverlapCase
Opener = Callable[[str | None], Dialogue]
"""A conversation in which this ask is open."""

UNANSWERED_MS = 8_000.0
"""A turn not answered by then is counted with this gap."""
SETTLED_MS = 1_500.0
"""An agent silent for so long after an overlap has said all."""
TAIL_MS = 1_500.0
"""Behind the sound of an overlap."""
WORDLESS = ("", "cough", "door")
HALT_MS = 400.0
"""A longer hole is no pause between clauses."""
STOP_LAG_MS = 100.0
"""What is on its way when the agent gives way."""


@dataclass(slots=True)
class Noted:
    """What was heard of the agent, whoever made it."""

    loud_ms: list[float] = field(default_factory=list)
    """Places in the audio at which the agent was heard."""
    stopped_ms: float | None = None
    """Where the agent gave way."""
    heard: list[ResidentHeard] = field(default_factory=list)
    judged: list[Overlapped] = field(default_factory=list)
    answered_ms: float = math.inf
    """Where a first turn of the resident was over: what is said behind it is an answer, not the halted words."""


@dataclass(slots=True, kw_only=True)
class Tape(Noted):
    """The resident's end of the line: plays the audio, notes what is heard of the agent."""

    line: AudioChannel
    pcm: Pcm
    with_agent: bool
    """The audio begins with the agent's first sound, not with the call."""
    enough: Callable[[Tape], bool]
    played_ms: float = 0.0
    """Place in the audio, going on behind its end."""

    async def run(self) -> None:
        """Play until enough was heard."""
        waiting = iter(frames(self.pcm))
        running = not self.with_agent
        while (frame := await self.line.receive()) is not None:
            loud = level_dbfs(frame) > HEARS_DBFS
            running = running or loud
            if not running:
                continue
            if loud:
                self.loud_ms.append(self.played_ms)
            await self.line.send(next(waiting, silence(FRAME_MS)))
            self.played_ms += FRAME_MS
            if self.enough(self):
                await self.line.aclose()

    def observe(self, notice: Notice) -> None:
        """Take one notice of the call."""
        if isinstance(notice, AgentStopped) and self.stopped_ms is None:
            self.stopped_ms = self.played_ms
        elif isinstance(notice, ResidentHeard):
            self.heard.append(notice)
            self.answered_ms = min(self.answered_ms, self.played_ms)
        elif isinstance(notice, Overlapped):
            self.judged.append(notice)


def stretches(case: Case) -> list[Stretch]:
    """The words of a case in their places; none where the case does not tell them."""
    if isinstance(case, TurnCase):
        return [Stretch(a * 1000, b * 1000, text) for (a, b), text in zip(case.speech, case.words, strict=False)]
    if case.words in WORDLESS:
        return []
    end_ms = max(case.onset_s * 1000 + 100, length_ms(case.pcm) - TAIL_MS)
    return [Stretch(case.onset_s * 1000, end_ms, case.words)]


async def hold(case: Case, opener: Opener, parts: CallParts, *, told: bool = False) -> CaseResult:
    """One case as a call of its own; ``told``: with a recogniser that knows the words, in place of the real one."""
    dialogue = opener(case.ask)
    near, far = audio_pair(VirtualTime())
    if isinstance(case, TurnCase):
        opening: list[Effect] = []
        tape = Tape(line=far, pcm=case.pcm, with_agent=False, enough=_answered(case))
    else:
        opening = [Say(case.agent, "utter_case", ask=case.ask)]
        tape = Tape(line=far, pcm=case.pcm, with_agent=True, enough=_settled(case))
    if told:
        parts = replace(parts, recognizer=InstantRecognizer(stretches(case), lambda: tape.played_ms))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(tape.run(), name="tape")
            await run_call(near, dialogue, opening, parts, tape)
    except ExceptionGroup as several:
        raise first_of(several) from None
    return result_of(case, tape)


def _answered(case: TurnCase) -> Callable[[Tape], bool]:
    latest_ms = case.end_s * 1000 + UNANSWERED_MS
    return lambda tape: bool(tape.loud_ms) or tape.played_ms >= latest_ms


def _settled(case: OverlapCase) -> Callable[[Tape], bool]:
    latest_ms = max(len(case.pcm) / 16, case.onset_s * 1000 + SETTLED_MS)

    def enough(tape: Tape) -> bool:
        last_ms = tape.loud_ms[-1] if tape.loud_ms else 0.0
        return tape.played_ms >= latest_ms and tape.played_ms - last_ms >= SETTLED_MS

    return enough


def result_of(case: Case, tape: Noted) -> CaseResult:
    """The row of a case."""
    return turn_result(case, tape) if isinstance(case, TurnCase) else overlap_result(case, tape)


def turn_result(case: TurnCase, tape: Noted) -> CaseResult:
    """Whether the answer came behind the turn's end, and how soon."""
    end_ms = case.end_s * 1000
    first_ms = tape.loud_ms[0] if tape.loud_ms else None
    cut_in = first_ms is not None and first_ms < end_ms
    gap_ms = UNANSWERED_MS if first_ms is None else first_ms - end_ms
    said = tape.heard[0] if tape.heard else None
    got: dict[str, Any] = {
        "gap_ms": None if cut_in else round(gap_ms),
        "cut_in": cut_in,
        "text": said.text if said else "",
        "wait_ms": round(said.wait_ms) if said else None,
        "reason": said.reason if said else "",
    }
    why = f"cut in {-gap_ms / 1000:.2f} s before the end" if cut_in else "never answered" if first_ms is None else ""
    return CaseResult(case.id, {"end": case.end_s}, got, not why, why)


def overlap_result(case: OverlapCase, tape: Noted) -> CaseResult:
    """Whether the agent gave way, and what of it was heard meanwhile."""
    onset_ms = case.onset_s * 1000
    stopped = tape.stopped_ms is not None
    speaking = stopped or any(at_ms >= onset_ms for at_ms in tape.loud_ms)
    before = [at_ms for at_ms in tape.loud_ms if at_ms <= (tape.stopped_ms or 0.0) + STOP_LAG_MS]
    got: dict[str, Any] = {
        "kind": case.kind.value,
        "speaking": speaking,
        "stopped": stopped,
        "stop_ms": round(max(0.0, before[-1] + FRAME_MS - onset_ms)) if stopped and before else None,
        "verdicts": [f"{judged.verdict} {judged.text}".strip() for judged in tape.judged],
    }
    over = [at_ms for at_ms in tape.loud_ms if onset_ms <= at_ms < tape.answered_ms]
    got["halt_ms"] = None if stopped else round(_longest_hole_ms(over))
    got["resume_ms"] = None if stopped else _resumed_ms(over, length_ms(case.pcm) - TAIL_MS)
    wanted = case.kind is Kind.INTERRUPTION
    why = "" if stopped == wanted or not speaking else "talked on" if wanted else "gave way"
    return CaseResult(case.id, {"stopped": wanted}, got, not why, why)


def _longest_hole_ms(loud_ms: Sequence[float]) -> float:
    """The longest silence between two sounds."""
    return max((b - a - FRAME_MS for a, b in pairwise(loud_ms)), default=0.0)


def _resumed_ms(loud_ms: Sequence[float], ended_ms: float) -> int | None:
    """From the end of the sound to the halted agent's next; None where it was not halted then."""
    hole = next(((a, b) for a, b in pairwise(loud_ms) if a < ended_ms <= b), None)
    return round(hole[1] - ended_ms) if hole and hole[1] - hole[0] > HALT_MS else None


def evaluate(results: Sequence[CaseResult]) -> Evaluation:
    """Totals of turns and overlaps; an overlap that found the agent silent counts for nothing."""
    turns = [r.got for r in results if "cut_in" in r.got]
    overlaps = [r.got for r in results if "kind" in r.got and r.got["speaking"]]
    wanted = [got for got in overlaps if got["kind"] == Kind.INTERRUPTION]
    others = [got for got in overlaps if got["kind"] != Kind.INTERRUPTION]
    gaps = [got["gap_ms"] for got in turns if not got["cut_in"]]
    totals: dict[str, Any] = {"n": len(results), "turns": len(turns), "overlaps": len(overlaps)}
    totals |= {"gap_p50_ms": _whole(percentile(gaps, 50)), "gap_p95_ms": _whole(percentile(gaps, 95))}
    totals |= share("cut_in_rate", sum(got["cut_in"] for got in turns), len(turns))
    totals["unanswered"] = sum(gap >= UNANSWERED_MS for gap in gaps)
    totals["stop_p95_ms"] = _whole(percentile([g["stop_ms"] for g in wanted if g["stop_ms"] is not None], 95))
    totals |= share("interruption_recall", sum(got["stopped"] for got in wanted), len(wanted))
    totals |= share("false_stop_rate", sum(got["stopped"] for got in others), len(others))
    totals["halt_p95_ms"] = _whole(percentile([g["halt_ms"] for g in others if g["halt_ms"] is not None], 95))
    totals["resume_p95_ms"] = _whole(percentile([g["resume_ms"] for g in others if g.get("resume_ms") is not None], 95))
    totals["score"] = round(sum(r.ok for r in results) / len(results), 4) if results else None
    return Evaluation(results, totals)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
