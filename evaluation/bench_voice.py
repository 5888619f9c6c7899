"""Turn taking beside other frameworks: what they need is written to files, what they did is read from files.

A peer runs in an environment of its own, in real time, with the same audio, the same voice and a recogniser that
knows the words. Its result is scored by the rules of ``eval turns``.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import InputError
from evaluation.judgement import CaseResult, Evaluation
from evaluation.turn_cases import TurnCase
from evaluation.turns import Case, Noted, evaluate, result_of, stretches
from speech.audio import length_ms, write_wav
from speech.ports import FRAME_MS, Synthesizer, VoiceStyle

PEERS = {
    "LiveKit Agents, defaults": ("livekit_peer.py", "default"),
    "LiveKit Agents, VAD": ("livekit_peer.py", "vad"),
    "LiveKit Agents, v1-mini": ("livekit_peer.py", "mini"),
    "Pipecat, defaults (Smart Turn v3)": ("pipecat_peer.py", "default"),
    "Pipecat, VAD": ("pipecat_peer.py", "vad"),
}
"""Name, module under ``evaluation/peers/``, its mode."""
AT_ONCE = 6
SILENT_MS = 100.0
"""An agent that was interrupted is silent for so long at least."""
MODULES = Path(__file__).parent / "peers"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table."""

    name: str
    evaluation: Evaluation
    failed: int = 0
    """Cases that gave no result."""


async def prepare(cases: Sequence[Case], folder: Path, voice: Synthesizer, reply: str, style: VoiceStyle) -> Path:
    """Audio and ``cases.json`` for the peers."""
    write_wav(_made(folder) / "reply.wav", await voice.synthesize(reply, style))
    rows = []
    for case in cases:
        path = folder / f"{case.id}.wav"
        write_wav(path, case.pcm)
        row: dict[str, Any] = {"id": case.id, "audio": str(path), "length_ms": length_ms(case.pcm)}
        row["stretches"] = [[s.start_ms, s.end_ms, s.text] for s in stretches(case)]
        if isinstance(case, TurnCase):
            row["end_ms"] = case.end_s * 1000
        else:
            spoken = folder / f"agent_{zlib.crc32(case.agent.encode())}.wav"
            write_wav(spoken, await voice.synthesize(case.agent, style))
            row |= {"agent": case.agent, "agent_audio": str(spoken)}
        rows.append(row)
    written = folder / "cases.json"
    written.write_text(json.dumps({"reply": str(folder / "reply.wav"), "cases": rows}, ensure_ascii=False), "utf-8")
    return written


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def run_peer(name: str, python: Path, cases: Path) -> Path:
    """Run one peer to its end; its result file. Raises InputError when it gives none."""
    module, mode = PEERS[name]
    out = result_file(cases.parent, name)
    out.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        str(python), str(MODULES / module), str(cases), str(out), "--mode", mode, "--at-once", str(AT_ONCE),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    if process.returncode or not out.exists():
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no message"]
        raise InputError("peer-failed", f"{name}: {last[0]}", "install the extra peers in the environment named")
    return out


def result_file(folder: Path, name: str) -> Path:
    """Where a peer's result lies."""
    module, mode = PEERS[name]
    return folder / f"{Path(module).stem}_{mode}.json"


def read_peer(name: str, cases: Sequence[Case], path: Path) -> Entry:
    """Score what a peer did."""
    try:
        rows = {row["id"]: row for row in json.loads(path.read_text("utf-8"))}
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("peer-result", f"{path} is no peer's result", "run the bench without --reuse") from None
    results = [_result(case, rows[case.id]) for case in cases if "heard" in rows.get(case.id, {})]
    return Entry(name, evaluate(results), len(cases) - len(results))


def _result(case: Case, row: Mapping[str, Any]) -> CaseResult:
    noted = Noted(loud_ms=_steps(row["heard"]))
    if row["stopped"] and not isinstance(case, TurnCase):
        noted.stopped_ms = _stop_ms(row["heard"], case.onset_s * 1000)
    return result_of(case, noted)


def _steps(heard: Sequence[Sequence[float]]) -> list[float]:
    """Places in frames, as the tape notes them."""
    return [start + k * FRAME_MS for start, end in heard for k in range(max(1, int((end - start) / FRAME_MS)))]


def _stop_ms(heard: Sequence[Sequence[float]], onset_ms: float) -> float:
    """The end of the first sound behind the onset that silence follows."""
    ends = [end for _, end in heard]
    starts = [*(start for start, _ in heard[1:]), float("inf")]
    found = [end for end, start in zip(ends, starts, strict=True) if end >= onset_ms and start - end >= SILENT_MS]
    return found[0] if found else onset_ms


COLUMNS = (
    ("gap p50 ms", "gap_p50_ms"), ("gap p95 ms", "gap_p95_ms"), ("cut-ins", "cut_in_rate"),
    ("unanswered", "unanswered"), ("stop p95 ms", "stop_p95_ms"), ("interruptions that stop it", "interruption_recall"),
    ("backchannels and noises that stop it", "false_stop_rate"),
)  # fmt: skip


def table(entries: Sequence[Entry]) -> str:
    """Markdown; shares in percent with their 95 % interval."""
    lines = ["| | " + " | ".join(title for title, _ in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for entry in entries:
        totals = entry.evaluation.totals
        lines.append("| " + " | ".join([entry.name, *(_cell(totals, key) for _, key in COLUMNS)]) + " |")
    return "\n".join(lines)


def _cell(totals: Mapping[str, Any], key: str) -> str:
    value, low, high = totals.get(key), totals.get(f"{key}_low"), totals.get(f"{key}_high")
    if value is None:
        return "–"
    if low is None or high is None:
        return str(value)
    return f"{value * 100:.1f} % ({low * 100:.1f}–{high * 100:.1f})"


def points(entries: Sequence[Entry], curve: Sequence[Entry] = ()) -> list[dict[str, Any]]:
    """What the plot shows; those of the curve are joined by a line."""
    wanted = ("gap_p50_ms", "gap_p95_ms", "cut_in_rate")
    rows = [{"name": e.name, **{key: e.evaluation.totals[key] for key in wanted}} for e in (*entries, *curve)]
    return [{**row, "curve": number >= len(entries)} for number, row in enumerate(rows)]
