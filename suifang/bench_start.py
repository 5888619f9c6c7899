"""How long a newcomer waits: for the first healthy answer, for the first words of the demonstration, for a first sound.

Processor seconds stand beside wall seconds: on a busy machine only the former can be compared.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from agent.conversation import Conversation
from agent.errors import InputError
from agent.library import Library, load_library
from evaluation.calls import Deaf
from evaluation.cases import DEFAULT_NOW
from speech.audio import level_dbfs
from speech.call import CallParts, run_call
from speech.channel import LineConditions, RealTime, audio_pair
from suifang.judging import SOMEBODY
from suifang.settings import Settings
from suifang.voice import Engines, open_engines

READY_S, AUDIBLE_MS = 3.0, 300.0
"""What is promised."""
_LONGEST_S = 60.0
_AUDIBLE_DBFS = -50.0
_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"
"""A shell's wish to keep no byte code would have every start compile the program anew."""
_FLOW = "hypertension_followup"
_LISTENING = re.compile(r"http://127\.0\.0\.1:(\d+)")
_FIRST_WORDS = "随访:"


@dataclass(frozen=True, slots=True)
class Start:
    """One start."""

    what: str
    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        """One line."""
        return f"{self.what}: {self.wall_s:.2f} s, {self.cpu_s:.2f} s of processor time"


@dataclass(frozen=True, slots=True)
class Starts:
    """All that was measured."""

    starts: Sequence[Start]
    audible_ms: Sequence[float]
    """From the answer of a call to the first sound: with nothing in the cache, then with the opening spoken before."""

    @property
    def held(self) -> bool:
        """The promises, by processor time: what an idle machine needs."""
        return all(one.cpu_s <= READY_S for one in self.starts) and all(ms <= AUDIBLE_MS for ms in self.audible_ms)


async def measure(settings: Settings, rounds: int) -> Starts:
    """Start each program ``rounds`` times, each time in an empty data folder; the quickest start counts."""
    found = []
    for command in (["serve", "--port", "0"], ["demo"]):
        with TemporaryDirectory(prefix="suifang-start-") as folder:
            some = [await asyncio.to_thread(_start, command, Path(folder) / str(turn)) for turn in range(rounds)]
        found.append(min(some, key=lambda one: one.cpu_s))
    with TemporaryDirectory(prefix="suifang-start-") as folder:
        audible = await first_sounds(settings.model_copy(update={"data_dir": Path(folder)}))
    return Starts(found, audible)


def _start(command: Sequence[str], data_dir: Path) -> Start:
    began = time.monotonic()
    read, write = os.pipe()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "suifang", *command],
        {
            **{name: value for name, value in os.environ.items() if name != _NO_BYTE_CODE},
            "SUIFANG_DATA_DIR": str(data_dir),
            "SUIFANG_SECRET_KEY": token_urlsafe(32),
            "PYTHONUNBUFFERED": "1",
        },
        file_actions=[(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_DUP2, write, 2), (os.POSIX_SPAWN_CLOSE, read)],
    )
    os.close(write)
    try:
        with os.fdopen(read, encoding="utf-8", errors="replace") as told:
            ready = next((line for line in told if _is_ready(line)), None)
            if ready is None:
                raise InputError("bench-start", f"suifang {command[0]} does not start", f"run: suifang {command[0]}")
            wall_s, cpu_s = time.monotonic() - began, _cpu_s(pid)
    finally:
        os.kill(pid, 15)
        os.waitpid(pid, 0)
    return Start(f"suifang {command[0]}", wall_s, cpu_s)


def _is_ready(line: str) -> bool:
    """The first words of the demonstration, or a service that says it listens and then answers."""
    match = _LISTENING.search(line)
    return _FIRST_WORDS in line or (match is not None and _healthy(int(match[1])))


def _healthy(port: int) -> bool:
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    return False


def _cpu_s(pid: int) -> float:
    """User and system time of a process and the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


async def first_sounds(settings: Settings) -> list[float]:
    """Milliseconds from answer to first sound of two calls; the second finds the opening in the cache."""
    library = load_library(settings.root)
    async with open_engines(settings, library.knowledge.lexicons) as engines:
        return [await _first_sound(library, engines) for _ in range(2)]


async def _first_sound(library: Library, engines: Engines) -> float:
    conversation, opening = Conversation.open(library, _FLOW, SOMEBODY, DEFAULT_NOW)
    agent_end, resident_end = audio_pair(RealTime(), LineConditions())
    parts = CallParts(engines.recognizer, engines.agent, engines.bench, DEFAULT_NOW, style=engines.style)
    answered = time.monotonic()
    call = asyncio.create_task(run_call(agent_end, conversation, opening, parts, Deaf()), name="call")
    try:
        async with asyncio.timeout(_LONGEST_S):
            while (frame := await resident_end.receive()) is not None:
                if level_dbfs(frame) > _AUDIBLE_DBFS:
                    break
        return (time.monotonic() - answered) * 1000
    finally:
        await resident_end.aclose()
        await call
