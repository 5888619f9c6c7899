"""``bench calls``: many calls side by side in real time, everything local: gaps, underruns, processor, memory."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.conversation import Conversation, Past
from agent.errors import InputError
from agent.library import Library, load_library
from agent.warming import rehearsal
from evaluation.calls import Staging, hold_call
from evaluation.cases import DialogueCase
from evaluation.intervals import percentile
from speech.call import CallParts
from speech.channel import RealTime
from speech.notices import AgentSpeaks, Fault, Notice, PartialHeard, ResidentHeard
from speech.ports import FRAME_MS, AudioChannel, Pcm
from suifang.judging import Judge
from suifang.settings import Settings
from suifang.voice import Engines, open_engines

STAGGER_S = 0.15
"""Between two calls that begin."""
SETTLING_S = 8.0
"""Calls run so long before the first measure of memory."""


@dataclass(frozen=True, slots=True)
class CallsLoad:
    """How many calls, and for how long all of them are on the line."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class CallsSpeed:
    """What was measured, at the agent's end of every line."""

    calls: int
    seconds: float
    gaps_ms: Sequence[float]
    underruns: int
    """Holes in the agent's voice: a frame came when the far end had played all that came before it."""
    missing_ms: float
    """Length of all these holes."""
    faults: int
    cpu_ms_per_second: float
    """Processor time for a second of line, simulated residents included."""
    first_mb: float
    """Memory of one worker with one call."""
    all_mb: float
    """Memory of all workers with all calls."""
    workers: int = 1

    @property
    def megabytes_per_call(self) -> float:
        """For every call beyond the first, the other workers included."""
        return (self.all_mb - self.first_mb) / max(1, self.calls - 1)

    def __str__(self) -> str:
        p50_ms, p95_ms = (_whole(percentile(self.gaps_ms, share)) for share in (50, 95))
        return (
            f"calls: {self.calls} at once on {self.workers} workers for {self.seconds:.0f} s, "
            f"{len(self.gaps_ms)} turns, "
            f"gap p50 {p50_ms} ms p95 {p95_ms} ms, {self.underruns} underruns ({self.missing_ms:.0f} ms), "
            f"{self.faults} faults, "
            f"{self.cpu_ms_per_second:.1f} ms of processor time for a second of line, "
            f"{self.megabytes_per_call:.1f} MB for every further call"
        )


@dataclass(slots=True)
class Watch:
    """One line: takes the notices of its calls. Gaps are on the wall clock: a line that lags is seen to lag."""

    gaps_ms: list[float] = field(default_factory=list)
    faults: int = 0
    underruns: int = 0
    missing_ms: float = 0.0
    _ahead_ms: float = float("inf")
    """Least distance of the wall clock from the audio clock in this call: that of a line which does not lag."""

    def call_begins(self) -> None:
        """The audio clock starts anew."""
        self._ahead_ms = float("inf")

    def observe(self, notice: Notice) -> None:
        """Take one notice."""
        if isinstance(notice, Fault):
            self.faults += 1
        if isinstance(notice, PartialHeard | ResidentHeard | AgentSpeaks):
            distance_ms = time.monotonic() * 1000 - notice.at_ms
            self._ahead_ms = min(self._ahead_ms, distance_ms)
            if isinstance(notice, AgentSpeaks) and notice.gap_ms is not None:
                self.gaps_ms.append(notice.gap_ms + distance_ms - self._ahead_ms)


class WatchedLine:
    """The agent's end of a line, with the far end's playout beside it: when the voice had a hole in it."""

    def __init__(self, end: AudioChannel, watch: Watch) -> None:
        self._end = end
        self._watch = watch
        self._beats = 0
        self._spoke = -2
        """The beat of the last frame that was sent."""
        self._lasts_until_s = 0.0
        """The far end has sound until then."""

    async def receive(self) -> Pcm | None:
        """The resident's next frame."""
        self._beats += 1
        return await self._end.receive()

    async def send(self, frame: Pcm) -> None:
        """A frame in the middle of the voice is late when the far end has played all that came before it."""
        now = time.monotonic()
        late_ms = (now - self._lasts_until_s) * 1000
        if self._beats - self._spoke <= 1 and late_ms > 0:
            self._watch.underruns += 1
            self._watch.missing_ms += late_ms
        self._spoke, self._lasts_until_s = self._beats, max(now, self._lasts_until_s) + FRAME_MS / 1000
        await self._end.send(frame)

    async def clear(self) -> float:
        """What the far end drops is not missing."""
        self._spoke, self._lasts_until_s = -2, 0.0
        return await self._end.clear()

    async def aclose(self) -> None:
        """Hang up."""
        await self._end.aclose()


async def measure_calls(load: CallsLoad, cases: Sequence[DialogueCase], settings: Settings) -> CallsSpeed:
    """Hold the calls for the time given, then hang up. Raises InputError without cases."""
    if not cases:
        raise InputError("bench-calls", "there is no case to call with", "name dialogue cases")
    library = load_library(settings.root)
    await asyncio.to_thread(deque, rehearsal(library), 0)  # as a service that has been up for some seconds
    watches = [Watch() for _ in range(load.calls)]
    async with open_engines(settings, apart=True) as engines, asyncio.TaskGroup() as group:

        async def one(number: int) -> None:
            case = cases[number % len(cases)]
            await _line(replace(case, id=f"{case.id}-{number}"), library, engines, watches[number])

        tasks = [group.create_task(one(0), name="call 0")]
        await asyncio.sleep(SETTLING_S)
        first_mb = _resident_mb()
        for number in range(1, load.calls):
            tasks.append(group.create_task(one(number), name=f"call {number}"))
            await asyncio.sleep(STAGGER_S)
        began_s, spent_s = time.monotonic(), time.process_time()
        await asyncio.sleep(load.seconds)
        lasted_s, spent_s = time.monotonic() - began_s, time.process_time() - spent_s
        all_mb = _resident_mb()
        for task in tasks:
            task.cancel()
    return CallsSpeed(
        load.calls, lasted_s, [round(gap) for watch in watches for gap in watch.gaps_ms],
        sum(watch.underruns for watch in watches), sum(watch.missing_ms for watch in watches),
        sum(watch.faults for watch in watches),
        spent_s / lasted_s / load.calls * 1000, first_mb, all_mb,
    )  # fmt: skip


async def measure_workers(load: CallsLoad, workers: int, paths: Sequence[Path]) -> CallsSpeed:
    """The calls spread over processes, as a house with several workers holds them; one process uses one core."""
    shares = [load.calls // workers + (number < load.calls % workers) for number in range(workers)]
    parts = await asyncio.gather(*(_worker(CallsLoad(share, load.seconds), paths) for share in shares))
    return CallsSpeed(
        load.calls, min(part.seconds for part in parts), [gap for part in parts for gap in part.gaps_ms],
        sum(part.underruns for part in parts), sum(part.missing_ms for part in parts),
        sum(part.faults for part in parts),
        sum(part.cpu_ms_per_second * part.calls for part in parts) / load.calls,
        parts[0].first_mb, sum(part.all_mb for part in parts), workers,
    )  # fmt: skip


async def _worker(load: CallsLoad, paths: Sequence[Path]) -> CallsSpeed:
    command = [
        sys.executable, "-m", "suifang", "bench", "calls", *map(str, paths), "--json", "--workers", "1",
        "--calls", str(load.calls), "--seconds", str(load.seconds),
    ]  # fmt: skip
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        told, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise InputError("bench-calls", "a worker ended before its time", f"run: {' '.join(command[1:])}")
    return CallsSpeed(**json.loads(told))


async def _line(case: DialogueCase, library: Library, engines: Engines, watch: Watch) -> None:
    """One call behind the other, until cancelled."""
    reads = Judge(library).reads(case.now)
    parts = CallParts(engines.recognizer, engines.agent, engines.bench, case.now, style=engines.style)
    staging = Staging(parts, engines.resident, reads, RealTime, watch, watched=lambda end: WatchedLine(end, watch))
    with suppress(asyncio.CancelledError):
        while True:
            watch.call_begins()
            conversation, opening = Conversation.open(library, case.flow, case.resident, case.now, Past(case.history))
            await hold_call(case, conversation, opening, staging)


def _resident_mb() -> float:
    """Memory of this process that is in RAM."""
    line = next(row for row in Path("/proc/self/status").read_text("ascii").splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
