"""What every peer of the voice bench shares: audio in frames, the case's clock, and the run over all cases.

Runs in the peers' environment, beside the module that imports it; nothing of Suifang is importable there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
import wave
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

RATE_HZ = 16_000
FRAME_MS = 20
FRAME_BYTES = RATE_HZ * FRAME_MS // 1000 * 2
AFTER_END_MS = 8_000
SETTLED_MS = 3_500
REPLY = "好的，我记下了。"
CASE_TIMEOUT_S = 60


def read(path: str) -> bytes:
    """16-bit samples of a WAV file."""
    with wave.open(path, "rb") as source:
        return source.readframes(source.getnframes())


def framed(pcm: bytes) -> list[bytes]:
    """In frames, the last one filled with silence."""
    pcm += bytes(-len(pcm) % FRAME_BYTES)
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]


class Clock:
    """Place in the case's audio, in ms of real time; not running before ``start``."""

    def __init__(self) -> None:
        self.zero: float | None = None

    def start(self) -> None:
        """The first sample is played now."""
        self.zero = self.zero or time.perf_counter()

    @property
    def ms(self) -> float:
        """-1 before the start."""
        return -1.0 if self.zero is None else (time.perf_counter() - self.zero) * 1000


class Heard:
    """When the agent was heard, as stretches in ms of the case's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.stretches: list[tuple[float, float]] = []

    def add(self, seconds: float) -> None:
        """So much is played from now on."""
        at_ms = self._clock.ms
        if self.stretches and at_ms - self.stretches[-1][1] < 60:
            self.stretches[-1] = (self.stretches[-1][0], at_ms + seconds * 1000)
        else:
            self.stretches.append((at_ms, at_ms + seconds * 1000))


def words_due(stretches: Sequence[Sequence[Any]]) -> list[tuple[float, bool, str]]:
    """When an instant recogniser gives which words: half of a stretch in its middle, all of it as it ends."""
    due: list[tuple[float, bool, str]] = []
    for start_ms, end_ms, text in stretches:
        due.append(((start_ms + end_ms) / 2, False, text[: max(1, len(text) // 2)]))
        due.append((end_ms, True, text))
    return due


async def until_settled(case: dict[str, Any], clock: Clock, heard: Heard) -> None:
    """A turn is over when it was answered, an overlap when its audio and a little more has passed."""
    if "end_ms" in case:
        while not heard.stretches and clock.ms < case["end_ms"] + AFTER_END_MS:
            await asyncio.sleep(0.02)
    else:
        while clock.ms < case["length_ms"] + SETTLED_MS:
            await asyncio.sleep(0.05)


Hold = Callable[[dict[str, Any], str, bytes], Awaitable[dict[str, Any]]]


async def run(hold: Hold, modes: Sequence[str]) -> int:
    """Hold every case of CASES.json in the mode asked for and write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--at-once", type=int, default=4)
    args = parser.parse_args()
    given = json.loads(args.cases.read_text("utf-8"))
    reply, gate, results = read(given["reply"]), asyncio.Semaphore(args.at_once), []

    async def one(case: dict[str, Any]) -> None:
        async with gate:
            try:
                results.append(await asyncio.wait_for(hold(case, args.mode, reply), CASE_TIMEOUT_S))
            except Exception as error:
                results.append({"id": case["id"], "error": f"{type(error).__name__}: {error}"})

    await asyncio.gather(*(one(case) for case in given["cases"]))
    args.out.write_text(json.dumps(results), "utf-8")
    return 0
