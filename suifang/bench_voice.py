"""``suifang bench voice``: our turn taking and that of other frameworks on the same audio, written as a report."""

from __future__ import annotations

import asyncio
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.errors import InputError
from agent.library import Library, load_library
from evaluation import turns
from evaluation.bench_voice import PEERS, Entry, points, prepare, read_peer, result_file, run_peer, table
from evaluation.cases import read_cases
from evaluation.turn_cases import TurnCase, turn_case
from speech.ports import RATE_HZ
from speech.turns.endpointing import WaitTable
from suifang.bench_report import machine, write_page
from suifang.settings import Settings
from suifang.turn_taking import REPLY, hold_all
from suifang.voice import Engines, open_engines

CURVE = (0.5, 0.75, 1.0, 1.35, 1.8)
"""Factors on all waits, for the curve of gap against cut-ins."""
PLOT = Path(__file__).resolve().parent.parent / "evaluation/peers/plot.py"


@dataclass(frozen=True, slots=True)
class VoiceBench:
    """What is run, and where things lie."""

    paths: Sequence[Path]
    python: Path
    """The interpreter of the peers' environment."""
    modes: Sequence[str] | None
    """Of the peers; None for all."""
    out: Path
    reuse: bool
    """Results of peers that lie there already are taken as they are."""
    command: str


async def measure(bench: VoiceBench, settings: Settings) -> str:
    """Run everything, write the report and its plot; the report."""
    cases = read_cases(bench.paths, turn_case)
    folder = settings.data_dir / "bench_voice"
    library = load_library(settings.root)
    async with open_engines(settings, library.knowledge.lexicons) as engines:
        prepared = await prepare(cases, folder, engines.agent, REPLY.text, engines.style)
        began_s = time.process_time()
        ours = Entry("Suifang, bundled recogniser", turns.evaluate(await hold_all(cases, library, engines)))
        spent = (time.process_time() - began_s) / sum(len(case.pcm) / RATE_HZ for case in cases)
        entries = [
            ours,
            Entry("Suifang", turns.evaluate(await hold_all(cases, library, engines, told=True))),
        ]
        curve = [await _bent(factor, cases, library, engines) for factor in CURVE]
    missing = [
        f"- Cost: {spent * 1000:.0f} ms of processor time for a second of line with the bundled recogniser, most of it "
        f"speech: two cores carry {int(2 / spent)} such lines at the most."
    ]
    for name, (_, mode) in PEERS.items():
        if bench.modes is not None and mode not in bench.modes:
            missing.append(f"- {name}: not run; left out of --modes.")
            continue
        try:
            result = result_file(folder, name)
            if not (bench.reuse and result.exists()):
                result = await run_peer(name, _interpreter(bench.python), prepared)
            entries.append(read_peer(name, cases, result))
        except InputError as error:
            missing.append(f"- {name}: not run. {error.message}")
    plot = await _plot(bench, folder, points(entries, curve))
    report = _report(bench, entries, missing, plot)
    write_page(bench.out, report)
    return report


async def _bent(factor: float, cases: Sequence[turns.Case], library: Library, engines: Engines) -> Entry:
    """The turns alone, with every wait longer or shorter."""
    alone = [case for case in cases if isinstance(case, TurnCase)]
    held = await hold_all(alone, library, engines, told=True, waits=WaitTable().scaled(factor))
    return Entry(f"waits × {factor:g}", turns.evaluate(held))


def _interpreter(python: Path) -> Path:
    if not python.exists():
        raise InputError(
            "peers-missing", f"there is no {python}", "python3 -m venv .venv-peers, install .[peers] there"
        )
    return python


async def _plot(bench: VoiceBench, folder: Path, shown: Sequence[dict[str, Any]]) -> Path | None:
    """The picture beside the report; None without the peers' environment."""
    if not bench.python.exists():
        return None
    given, drawn = folder / "points.json", bench.out.with_suffix(".svg")
    given.write_text(json.dumps(shown), "utf-8")
    process = await asyncio.create_subprocess_exec(str(bench.python), str(PLOT), str(given), str(drawn))
    return drawn if await process.wait() == 0 else None


def _report(bench: VoiceBench, entries: Sequence[Entry], missing: Sequence[str], plot: Path | None) -> str:
    totals = entries[0].evaluation.totals
    failed = [f"- {e.name}: {e.failed} cases gave no result and are left out." for e in entries if e.failed]
    lines = [
        "# Turn taking",
        "",
        f"{datetime.now():%Y-%m-%d %H:%M} · {machine()} · Python {platform.python_version()}",
        "",
        f"    {bench.command}",
        "",
        f"{totals['turns']} turns and {totals['overlaps']} overlaps of `python -m evaluation.turn_corpus`: espeak-ng",
        "voices kept from training, pauses of 0.4–2.0 s, 16 kHz and 8 kHz A-law, clean and with noise 15 dB below.",
        "Every line but the first has a recogniser behind it that knows the words and gives them at once. Suifang runs",
        "on virtual time, the peers in real time on the same machine, with replies and voices that answer at once.",
        "In brackets: 95 % Wilson intervals. Overlaps: interruptions, backchannels (嗯, 好), cough, door, television.",
        "",
        table(entries),
        "",
        *([f"![response gap against cut-ins]({plot.name})", ""] if plot else []),
        *missing,
        *failed,
    ]
    return "\n".join(lines) + "\n"
