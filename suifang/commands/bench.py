"""``suifang bench dialogue``: speed of the conversation on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from agent.library import load_library
from evaluation.bench_dialogue import measure
from evaluation.cases import DEFAULT_NOW, dialogue_case, read_cases
from suifang.judging import Judge
from suifang.settings import read_settings

EXAMPLE = "suifang bench dialogue evaluation/cases/dialogues --rounds 20"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", choices=["dialogue"], help="what is measured")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="dialogue case files or folders")
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="how often each case is held")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


async def run(args: argparse.Namespace) -> int:
    """Measure and print."""
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
