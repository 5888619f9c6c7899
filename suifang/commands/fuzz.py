"""``suifang fuzz``: random conversations; none may loop, raise or come to a dead end."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from agent.conversation import Conversation
from agent.domain.answers import Resident
from agent.domain.effects import Effect
from agent.errors import InputError
from agent.library import Library, load_library
from evaluation.case_yaml import load_cases
from evaluation.cases import case_files
from evaluation.dialogues import Talk
from evaluation.fuzz import FuzzResult, OpenFlow, Sayings, fuzz
from suifang.settings import read_settings

EXAMPLE = "suifang fuzz evaluation/cases --conversations 10000 --seed 1"
SOMEBODY = Resident("王桂花", sex="2", birth_date=date(1948, 5, 3))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="case files or folders: their texts are said"
    )
    parser.add_argument("--conversations", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


async def run(args: argparse.Namespace) -> int:
    """Hold the conversations; 1 when any has a fault."""
    library = load_library(read_settings().root)
    utterances = _utterances(args.paths)
    if not utterances.calm:
        raise InputError(
            "fuzz-without-texts", "the paths hold no utterances", "give case files of formats answers or redflags"
        )
    flows = [name for name, flow in library.script.flows.items() if flow.form]
    result = fuzz(_opener(library), flows, utterances, args.conversations, args.seed)
    sys.stdout.write(json.dumps(asdict(result), ensure_ascii=False) + "\n" if args.json else _report(result))
    return 1 if result.faults else 0


def _utterances(paths: Sequence[Path]) -> Sayings:
    """Everything that residents say in the case files, each once; what raises an alert apart."""
    calm: set[str] = set()
    alarming: set[str] = set()
    for path in case_files(paths):
        for case in load_cases(path):
            answers = case.get("answers") or {}
            raises = bool((case.get("expect") or {}).get("flags"))
            (alarming if raises else calm).add(str(case.get("text", "")))
            for value in answers.values():
                calm.update(str(words) for words in (value if isinstance(value, list) else [value]))
    return Sayings(tuple(sorted(calm - {""})), tuple(sorted(alarming - {""})))


def _opener(library: Library) -> OpenFlow:
    def open_flow(flow: str, now: datetime) -> tuple[Talk, Sequence[Effect]]:
        return Conversation.open(library, flow, SOMEBODY, now)

    return open_flow


def _report(result: FuzzResult) -> str:
    lines = [*result.faults[:20], ""] if result.faults else []
    outcomes = ", ".join(f"{name} {count}" for name, count in sorted(result.outcomes.items()))
    lines.append(
        f"fuzz: {result.conversations} conversations, {result.turns} turns, longest {result.longest}, "
        f"faults {len(result.faults)} ({outcomes})"
    )
    return "\n".join(lines) + "\n"
