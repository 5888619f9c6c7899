"""``suifang``: finds the command, runs it, turns errors into one line. Commands are imported only when called."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import importlib
import os
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, cast

from agent.errors import SuifangError
from models.errors import ModelError
from suifang.loading import unswept

COMMANDS = {
    "demo": "one whole follow-up, spoken by a simulated resident, in real time",
    "serve": "the service: health, text chat, reports",
    "chat": "the same conversation, typed in this terminal",
    "flows": "check, draw and begin flows; what editors and Rasa read",
    "train": "learn the guesser of intents from nlu_data",
    "models": "list the models and their state",
    "eval": "score answers, red flags, dialogues, calls, turns, recognition",
    "fuzz": "hold random conversations and look for loops and faults",
    "bench": "measure the speed of the conversation on this machine",
    "review": "a doctor's review: list, show, correct, sign; misses become case files",
    "backend": "the contract-management backend: seed, due follow-ups, files, figures",
    "outbox": "what the contract-management backend has still to be told",
    "users": "accounts of staff: add, list, disable, reset, totp; secret makes a key for the settings",
    "link": "residents' links: create, revoke",
    "person": "what is stored of one resident: find, show, export, erase, withdraw, opt out",
    "audit": "check the chain of the audit log",
    "retention": "how long what is kept; delete what is over its time",
    "keys": "the keys that personal data are sealed with: init, rotate, status",
    "db": "bring the database up to date",
}

GARBAGE_EVERY = 50_000
"""New objects between two looks for garbage: what a program loads stays, and is looked through in vain."""

TURN_S = 0.0005
"""A thread that computes hands the interpreter on so soon: a line that waits for it sends every 40 ms."""

DONE, FAILED, CANNOT_RUN, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143


class Command(Protocol):
    """What a module of ``suifang.commands`` offers."""

    EXAMPLE: str
    """A command line that works."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    async def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """The program: 0 done, 1 did not hold, 2 cannot run."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(overview())
        return DONE
    if words[0] not in COMMANDS:
        return fail(f"there is no command {words[0]!r} [command-unknown] -> use one of {', '.join(COMMANDS)}")
    gc.set_threshold(GARBAGE_EVERY)
    sys.setswitchinterval(TURN_S)
    with unswept():
        command = cast(Command, importlib.import_module(f"suifang.commands.{words[0]}"))
    parser = parser_of(words[0], command)
    try:
        return _run(command.run(parser.parse_args(words[1:])))
    except (SuifangError, ModelError) as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def overview() -> str:
    """The text of ``suifang --help``."""
    lines = ["usage: suifang COMMAND ...", "", "A Mandarin voice agent for family doctors' follow-ups.", ""]
    lines += [f"  {name:<8}{what}" for name, what in COMMANDS.items()]
    lines += ["", "example: suifang chat hypertension_followup", "'suifang COMMAND --help' says more.", ""]
    return "\n".join(lines)


def parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    """The parser of one command, with its example."""
    parser = argparse.ArgumentParser(
        prog=f"suifang {name}", description=COMMANDS[name], epilog=f"example: {command.EXAMPLE}"
    )
    command.add_arguments(parser)
    return parser


def fail(message: str) -> int:
    """One line on stderr."""
    sys.stderr.write("suifang: " + " ".join(message.splitlines()) + "\n")
    return CANNOT_RUN


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Run to the end; SIGTERM cancels, so that what was begun is put away, and gives its own exit code."""
    stopped: list[int] = []

    async def guarded() -> int:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("runs inside a task")

        def stop() -> None:
            stopped.append(TERMINATED)
            task.cancel()

        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        return await work

    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        return stopped[0] if stopped else INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
