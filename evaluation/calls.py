"""A conversation spoken: the agent at one end of a line, a simulated resident at the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.domain.effects import Effect
from evaluation.cases import DialogueCase
from evaluation.ending import Verdict, totals_of
from evaluation.intervals import percentile, share
from evaluation.judgement import Evaluation
from evaluation.resident import Exchange, SpokenResident, manner_of
from evaluation.text_resident import Reads, TextResident
from speech.call import CallParts, CallResult, run_call
from speech.channel import LineConditions, Pace, audio_pair
from speech.notices import AgentSpeaks, CallObserver, Notice
from speech.ports import AudioChannel, Dialogue, Synthesizer


class Deaf:
    """An observer that is not interested."""

    def observe(self, notice: Notice) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class _Between:
    """Passes notices on; tells the resident when a question begins."""

    resident: SpokenResident
    observer: CallObserver

    def observe(self, notice: Notice) -> None:
        """Take one notice."""
        if isinstance(notice, AgentSpeaks) and notice.ask:
            self.resident.question_begins(notice.text)
        self.observer.observe(notice)


@dataclass(frozen=True, slots=True)
class Staging:
    """How a call is put on."""

    parts: CallParts
    resident_voice: Synthesizer
    reads: Reads
    pace: Callable[[], Pace]
    observer: CallObserver
    on_speak: Callable[[Exchange], None] = lambda _: None
    watched: Callable[[AudioChannel], AudioChannel] = lambda end: end
    """Puts a gauge on the agent's end of the line."""


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """What came of it, on both ends."""

    result: CallResult
    exchanges: tuple[Exchange, ...]

    @property
    def gaps_ms(self) -> list[float]:
        """Heard by the resident: end of the answer to the agent's first sound."""
        return [e.gap_ms for e in self.exchanges if e.gap_ms is not None and not e.cut_in]


async def hold_call(case: DialogueCase, dialogue: Dialogue, opening: Sequence[Effect], staging: Staging) -> SpokenCall:
    """Put on one call and hold it to its end."""
    voice = case.voice
    line = LineConditions(voice.band, voice.noise_db, voice.loss, voice.seed)
    agent_end, resident_end = audio_pair(staging.pace(), line)
    mind = TextResident(case, staging.reads)
    resident = SpokenResident(
        resident_end, staging.resident_voice, mind, lambda: dialogue.events, manner_of(voice, case.id)
    )
    resident.on_speak = staging.on_speak
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(resident.run(), name="resident")
            call = group.create_task(
                run_call(
                    staging.watched(agent_end), dialogue, opening, staging.parts, _Between(resident, staging.observer)
                ),
                name="call",
            )
    except ExceptionGroup as several:
        raise first_of(several) from None
    return SpokenCall(call.result(), tuple(resident.exchanges))


def first_of(several: ExceptionGroup[Exception]) -> Exception:
    """The error behind a failed group of tasks."""
    first = several.exceptions[0]
    return first_of(first) if isinstance(first, ExceptionGroup) else first


def evaluate_calls(judged: Sequence[tuple[Verdict, SpokenCall]]) -> Evaluation:
    """Results and totals of calls; each row tells its gap and cut-ins too."""
    gaps = [gap for _, call in judged for gap in call.gaps_ms]
    exchanges = [exchange for _, call in judged for exchange in call.exchanges]
    totals: dict[str, Any] = totals_of([verdict for verdict, _ in judged])
    totals |= {"gap_p50_ms": _whole(percentile(gaps, 50)), "gap_p95_ms": _whole(percentile(gaps, 95))}
    totals |= share("cut_in_rate", sum(e.cut_in for e in exchanges), len(exchanges))
    rows = [
        replace(
            verdict.result,
            got={
                **verdict.result.got,
                "gap_p50_ms": _whole(percentile(call.gaps_ms, 50)),
                "cut_ins": sum(e.cut_in for e in call.exchanges),
                "hang_up": call.result.hang_up.value,
                "faults": [fault.code for fault in call.result.faults],
            },
        )
        for verdict, call in judged
    ]
    return Evaluation(rows, totals)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
