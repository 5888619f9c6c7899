"""``suifang bench dialogue|outbox|start|voice|calls|webrtc|chat``: speed of talk, records, starts, turns, calls."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.errors import InputError
from agent.library import load_library
from evaluation.bench_dialogue import measure
from evaluation.cases import DEFAULT_NOW, dialogue_case, read_cases
from suifang.bench_outbox import LEAST, Load
from suifang.bench_outbox import measure as measure_outbox
from suifang.bench_report import command_line, outbox_report, put_section
from suifang.judging import Judge
from suifang.settings import read_settings

CALL_CASES = Path("evaluation/cases/dialogues/hypertension.yaml")
CALLS_A_WORKER = 10
"""Fewer calls are held by one process."""
VOICE = Path("evaluation/results/voice.md")
EXAMPLE = "suifang bench dialogue evaluation/cases/dialogues --rounds 20"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    kinds = ["dialogue", "outbox", "start", "voice", "calls", "webrtc", "chat"]
    parser.add_argument("kind", choices=kinds, help="what is measured")
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="dialogue, voice, calls, webrtc: case files or folders"
    )
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="dialogue: how often each case is held")
    parser.add_argument("--starts", type=int, default=3, metavar="N", help="start: how often each program is started")
    parser.add_argument("--visits", type=int, default=10_000, metavar="N", help="outbox: how many visits")
    parser.add_argument("--kills", type=int, default=5, metavar="N", help="outbox: how many couriers are killed")
    parser.add_argument("--at-once", type=int, default=32, metavar="N", help="outbox: visits written side by side")
    parser.add_argument("--database", metavar="URL", help="outbox: an empty PostgreSQL database in place of SQLite")
    parser.add_argument("--calls", type=int, metavar="N", help="calls (40), webrtc (20): how many side by side")
    parser.add_argument("--workers", type=int, metavar="N", help="calls: processes that share them (one a core)")
    parser.add_argument("--sessions", type=int, default=200, metavar="N", help="chat: how many side by side")
    parser.add_argument(
        "--seconds", type=float, default=90.0, metavar="S", help="calls, webrtc, chat: how long all are held"
    )
    parser.add_argument("--seed", type=int, default=1, help="outbox: of faults and kills")
    parser.add_argument("--peers", type=Path, default=Path(".venv-peers/bin/python"), help="voice: their interpreter")
    parser.add_argument("--modes", nargs="*", metavar="MODE", help="voice: of default, vad, mini; all when left out")
    parser.add_argument("--out", type=Path, help="voice, outbox: the report")
    parser.add_argument("--reuse", action="store_true", help="voice: take results of peers that lie there already")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


async def run(args: argparse.Namespace) -> int:
    """Measure and print; 1 when the outbox lost, doubled or mixed up anything."""
    if args.kind == "outbox":
        return await _outbox(args)
    if args.kind == "voice":
        return await _voice(args)
    if args.kind == "calls":
        return await _calls(args)
    if args.kind == "webrtc":
        return await _webrtc(args)
    if args.kind == "start":
        return await _start(args)
    if args.kind == "chat":
        return await _chat(args)
    if not args.paths:
        raise InputError("bench-what", "no case files are named", EXAMPLE)
    cases = read_cases(args.paths, dialogue_case)
    judge = Judge(load_library(read_settings().root))
    speed = measure(cases, judge.open, judge.reads(DEFAULT_NOW), args.rounds)
    if args.json:
        sys.stdout.write(json.dumps(asdict(speed)) + "\n")
        return 0
    sys.stdout.write(
        f"dialogue: {speed.conversations} conversations, {speed.turns} turns, one turn p50 {speed.p50_ms} ms "
        f"p99 {speed.p99_ms} ms, {speed.per_hour} conversations an hour on one core\n"
    )
    return 0


async def _chat(args: argparse.Namespace) -> int:
    from suifang.bench_chat import measure as measure_chat  # noqa: PLC0415 - brings a client along

    if not 1 <= args.sessions <= 200 or not 5 <= args.seconds <= 600:
        raise InputError("bench-chat", "that many chats, or so long, are not held", "give --sessions 200 --seconds 60")
    with TemporaryDirectory(prefix="suifang-bench-") as folder:
        speed = await measure_chat(read_settings().root, Path(folder), args.sessions, args.seconds)
    if args.json:
        sys.stdout.write(json.dumps(asdict(speed)) + "\n")
    else:
        sys.stdout.write(
            f"chat: {speed.sessions} sessions at once, {speed.replies} replies, p50 {speed.p50_ms} ms "
            f"p95 {speed.p95_ms} ms p99 {speed.p99_ms} ms, refused {speed.refused}, {speed.ended} conversations ended\n"
        )
    return 0 if not speed.refused else 1


async def _voice(args: argparse.Namespace) -> int:
    from suifang.bench_voice import VoiceBench, measure  # noqa: PLC0415 - brings the whole voice along

    paths = args.paths or [Path("var/turns")]
    bench = VoiceBench(paths, args.peers, args.modes, args.out or VOICE, args.reuse, command_line())
    sys.stdout.write(await measure(bench, read_settings()))
    return 0


async def _calls(args: argparse.Namespace) -> int:
    from suifang.bench_calls import CallsLoad, measure_calls, measure_workers  # noqa: PLC0415 - the whole voice

    load = CallsLoad(_how_many(args, 40), args.seconds)
    paths = args.paths or [CALL_CASES]
    cases = read_cases(paths, dialogue_case)
    workers = args.workers or max(1, min(len(os.sched_getaffinity(0)), load.calls // CALLS_A_WORKER))
    if workers > 1:
        speed = await measure_workers(load, min(workers, load.calls), paths)
    else:
        speed = await measure_calls(load, cases, read_settings())
    sys.stdout.write((json.dumps(asdict(speed)) if args.json else str(speed)) + "\n")
    return 0


async def _webrtc(args: argparse.Namespace) -> int:
    from suifang.bench_webrtc import RtcLoad, measure_webrtc  # noqa: PLC0415 - brings the whole voice along

    load = RtcLoad(_how_many(args, 20), args.seconds)
    cases = read_cases(args.paths or [CALL_CASES], dialogue_case)
    with TemporaryDirectory(prefix="suifang-bench-") as folder:
        speed = await measure_webrtc(load, cases, read_settings().root, Path(folder))
    sys.stdout.write((json.dumps(asdict(speed)) if args.json else str(speed)) + "\n")
    return 0 if speed.answers and not speed.failed and not speed.unanswered else 1


def _how_many(args: argparse.Namespace, usual: int) -> int:
    calls: int = usual if args.calls is None else args.calls
    if calls < 1 or args.seconds <= 0:
        raise InputError("bench-calls", "there must be a call and some time", f"give --calls {usual} --seconds 90")
    return calls


async def _start(args: argparse.Namespace) -> int:
    from suifang.bench_start import measure as measure_start  # noqa: PLC0415 - brings the whole voice along

    found = await measure_start(read_settings(), args.starts)
    if args.json:
        sys.stdout.write(json.dumps({**asdict(found), "held": found.held}) + "\n")
    else:
        sounds = ", ".join(f"{ms:.0f} ms" for ms in found.audible_ms) + " (new, cached)"
        sys.stdout.write("\n".join([*map(str, found.starts), f"first sound after the answer: {sounds}\n"]))
    return 0 if found.held else 1


async def _outbox(args: argparse.Namespace) -> int:
    if args.visits < LEAST or args.kills < 0 or args.at_once < 1:
        raise InputError("bench-visits", f"there must be at least {LEAST} visits", "give --visits 10000 --kills 5")
    load = Load(args.visits, args.kills, args.seed, args.at_once, args.database)
    with TemporaryDirectory(prefix="suifang-bench-") as folder:
        speed = await measure_outbox(Path(folder), load)
    report = outbox_report(speed, "PostgreSQL" if args.database else "SQLite", command_line())
    if args.out is not None:
        put_section(args.out, report)
    sys.stdout.write(json.dumps(asdict(speed)) + "\n" if args.json else report)
    return 0 if speed.held else 1
