"""Runs coroutines as a process would, failing on tasks left behind; holds whole calls on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from agent.domain.effects import Effect, Say
from speech.bench import Workbench
from speech.call import CallParts, CallResult, run_call
from speech.channel import LineConditions, VirtualTime, audio_pair
from speech.notices import AgentSpeaks, AgentStopped, Notice, ResidentHeard
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.resident import FakeResident, Step
from tests.fakes.voice import FakeRecognizer, FakeSynthesizer, FakeVad

T = TypeVar("T")
STARTED = datetime(2026, 11, 23, 9, 0)
QUESTION = Say("您最近一次血压是多少？", "utter_ask_blood_pressure", ask="blood_pressure")


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result; leaked tasks are an error."""

    async def main() -> T:
        result = await work
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"
        return result

    return asyncio.run(main())


@dataclass
class Notices:
    """An observer that keeps everything."""

    parts: CallParts
    all: list[Notice] = field(default_factory=list)

    def observe(self, notice: Notice) -> None:
        """Keep it."""
        self.all.append(notice)

    def of(self, kind: type[T]) -> list[T]:
        """The notices of one kind."""
        return [n for n in self.all if isinstance(n, kind)]

    @property
    def transcript(self) -> list[str]:
        """Who said what, in order."""
        lines = []
        for n in self.all:
            if isinstance(n, AgentSpeaks):
                lines.append(f"A {n.text}")
            elif isinstance(n, AgentStopped):
                lines.append(f"A stopped after {n.heard_chars}")
            elif isinstance(n, ResidentHeard):
                lines.append(f"R {n.text}")
        return lines


@dataclass
class Held:
    """A call that was held."""

    result: CallResult
    dialogue: FakeDialogue
    resident: FakeResident
    notices: Notices


def parts(**changes: Any) -> CallParts:
    """Fake engines, virtual time."""
    fakes = CallParts(FakeRecognizer(), FakeSynthesizer(), Workbench(1), STARTED, vad=FakeVad, lockstep=True)
    return replace(fakes, **changes)


def hold(
    dialogue: FakeDialogue,
    steps: Sequence[Step],
    opening: Sequence[Effect] = (QUESTION,),
    *,
    conditions: LineConditions | None = None,
    hang_up_at_ms: float = 120_000.0,
    **changes: Any,
) -> Held:
    """A whole call between the conductor and a scripted resident, on virtual time."""

    async def call() -> Held:
        near, far = audio_pair(VirtualTime(), conditions)
        resident = FakeResident(far, list(steps), hang_up_at_ms)
        made = parts(**changes)
        notices = Notices(made)
        async with asyncio.TaskGroup() as group:
            group.create_task(resident.run())
            result = await run_call(near, dialogue, opening, made, notices)
        made.bench.close()
        return Held(result, dialogue, resident, notices)

    return run(call())
