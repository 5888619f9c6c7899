"""``suifang eval KIND PATH...``: score case files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from agent.errors import InputError
from agent.library import load_library
from evaluation.answers import evaluate_answers
from evaluation.cases import DEFAULT_NOW, answer_case, dialogue_case, read_cases, red_flag_case
from evaluation.dialogues import evaluate_dialogues
from evaluation.judgement import Evaluation, failures, totals_line
from evaluation.noise import Noise, sound_table
from evaluation.redflags import evaluate_red_flags
from speech.recognition.lexicon import read_readings
from suifang.judging import Judge
from suifang.settings import read_settings

READINGS = "models/bundled/language/readings.tsv"
"""Characters that the bundled recogniser writes; noise is made of them."""

EXAMPLE = "suifang eval answers evaluation/cases/answers --json out.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("kind", choices=list(KINDS), help="what the files hold")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders of them")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write cases and totals there")
    parser.add_argument("--noise", type=float, default=0.0, metavar="SHARE", help="share of syllables misheard (0.1)")
    parser.add_argument("--seed", type=int, default=1, help="of the noise")
    parser.add_argument("--min-score", type=float, metavar="X", help="exit 1 when the score is below X")


async def run(args: argparse.Namespace) -> int:
    """Evaluate, show the failures and the totals."""
    evaluation = await KINDS[args.kind](args.paths, args)
    for line in failures(evaluation):
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{args.kind}: {totals_line(evaluation)}\n")
    if args.json:
        _write(args.json, evaluation)
    score = evaluation.totals.get("score")
    return 1 if args.min_score is not None and (score is None or score < args.min_score) else 0


def _judge(args: argparse.Namespace) -> Judge:
    settings = read_settings()
    noise = Noise(args.noise, args.seed, sound_table(read_readings(settings.root / READINGS))) if args.noise else None
    return Judge(load_library(settings.root), noise)


async def _answers(paths: list[Path], args: argparse.Namespace) -> Evaluation:
    return evaluate_answers(read_cases(paths, answer_case), _judge(args).read)


async def _red_flags(paths: list[Path], args: argparse.Namespace) -> Evaluation:
    return evaluate_red_flags(read_cases(paths, red_flag_case), _judge(args).raised)


async def _dialogues(paths: list[Path], args: argparse.Namespace) -> Evaluation:
    cases, judge = read_cases(paths, dialogue_case), _judge(args)
    return evaluate_dialogues(cases, judge.open, judge.reads(DEFAULT_NOW))


async def _calls(paths: list[Path], args: argparse.Namespace) -> Evaluation:
    from suifang.calls import evaluate_spoken  # noqa: PLC0415 - brings the whole voice along

    return await evaluate_spoken(read_cases(paths, dialogue_case), read_settings())


async def _asr(paths: list[Path], args: argparse.Namespace) -> Evaluation:
    from suifang.listening import evaluate_recognition  # noqa: PLC0415 - brings the recogniser along

    return await evaluate_recognition(paths, read_settings())


async def _turns(paths: list[Path], args: argparse.Namespace) -> Evaluation:
    from evaluation.turn_cases import turn_case  # noqa: PLC0415 - brings the audio libraries along
    from suifang.turn_taking import evaluate_turns  # noqa: PLC0415 - brings the whole voice along

    return await evaluate_turns(read_cases(paths, turn_case), read_settings())


KINDS: dict[str, Callable[[list[Path], argparse.Namespace], Awaitable[Evaluation]]] = {
    "answers": _answers,
    "redflags": _red_flags,
    "dialogues": _dialogues,
    "calls": _calls,
    "asr": _asr,
    "turns": _turns,
}


def _write(path: Path, evaluation: Evaluation) -> None:
    try:
        path.write_text(json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{path} cannot be written ({error.strerror})", "name another file"
        ) from None
