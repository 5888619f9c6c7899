"""``suifang train``: learn the guesser of intents (``nlu``), red flags, answers or pauses, in seconds."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from agent.errors import InputError
from agent.library import BUNDLED_INTENTS
from agent.understanding.intent_model import CERTAIN, NONE, Example, hash_of, held_out, load, read_examples, save, train
from suifang.commands.train_answers import SAID_BEFORE, learn_answers
from suifang.commands.train_pauses import PAUSES, learn_from_cases
from suifang.commands.train_redflags import BUNDLED_REDFLAGS, learn_redflags
from suifang.settings import read_settings

EXAMPLE = "suifang train nlu --evaluate"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=["nlu", "redflags", "answers", "pauses"], help="the guesser of these")
    parser.add_argument("--root", type=Path, help="folder with nlu_data/ (default: this checkout)")
    parser.add_argument("--out", type=Path, help="model file (default: the bundled one)")
    parser.add_argument("--evaluate", action="store_true", help="nlu: also measure on examples held out, in five folds")
    parser.add_argument(
        "--cross-validate",
        action="store_true",
        help="redflags, answers, pauses: also measure on every author of cases in turn, learned from all the others",
    )
    parser.add_argument("--force", action="store_true", help="learn even when the data have not changed")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Learn, write, say how well."""
    root: Path = args.root or read_settings().root
    if args.what == "answers":
        found = learn_answers(root, args.out or root / SAID_BEFORE, cross_validate=args.cross_validate)
    elif args.what == "pauses":
        found = learn_from_cases(root, args.out or root / PAUSES, cross_validate=args.cross_validate)
    elif args.what == "redflags":
        found = learn_redflags(root, args.out or root / BUNDLED_REDFLAGS, cross_validate=args.cross_validate)
    else:
        found = _learn_intents(root / "nlu_data", args.out or BUNDLED_INTENTS, args)
    if args.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(" · ".join(f"{name} {value}" for name, value in found.items()) + "\n")
    return 0


def _learn_intents(nlu_data: Path, out: Path, args: argparse.Namespace) -> dict[str, object]:
    examples, data_hash = read_examples(nlu_data), hash_of(nlu_data)
    if not examples:
        raise InputError("intents-missing", f"{nlu_data} has no intents*.yml", "set --root to a folder with nlu_data/")
    begun, stored = time.perf_counter(), load(out)
    fresh = stored is not None and stored.data_hash == data_hash and not args.force
    if not fresh:
        _write(out, examples, data_hash)
    return {
        "examples": len(examples),
        "intents": len({example.intent for example in examples}),
        "learned": not fresh,
        "seconds": round(time.perf_counter() - begun, 2),
        "model": str(out),
        **(_measured(examples) if args.evaluate else {}),
    }


def _write(path: Path, examples: list[Example], data_hash: str) -> None:
    try:
        save(train(examples, data_hash), path)
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{path} cannot be written ({error.strerror})", "name another file"
        ) from None


def _measured(examples: list[Example]) -> dict[str, float]:
    """On held-out examples: how many are guessed right, and how many guesses are wrong."""
    guesses = held_out(examples)
    asked = [e for e in examples if e.intent != NONE]
    made = [(e, guesses[e.text][0]) for e in examples if guesses[e.text][0] != NONE and guesses[e.text][1] >= CERTAIN]
    right = sum(e.intent == intent for e, intent in made)
    return {
        "held_out_guessed": round(right / max(1, len(asked)), 3),
        "held_out_wrong": round((len(made) - right) / max(1, len(made)), 3),
    }
