"""``suifang flows ACTION``: check the flows, draw one, begin a new one, write what editors and Rasa read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from suifang.commands import flows_check, flows_domain, flows_graph, flows_new, flows_schema
from suifang.settings import read_settings

EXAMPLE = "suifang flows check"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions, each with its arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, (what, module_arguments, _) in ACTIONS.items():
        action = actions.add_parser(name, help=what, description=what)
        action.add_argument("--root", type=Path, help="folder with dialogues/ and nlu_data/ (default: this checkout)")
        module_arguments(action)


async def run(args: argparse.Namespace) -> int:
    """Do it; the exit code."""
    root: Path = args.root or read_settings().root
    return ACTIONS[args.action][2](args, root)


Arguments = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace, Path], int]

ACTIONS: dict[str, tuple[str, Arguments, Run]] = {
    "check": ("read and check all flows, wording, lexicons and rules", flows_check.add_arguments, flows_check.run),
    "graph": ("draw the steps of a flow", flows_graph.add_arguments, flows_graph.run),
    "new": ("write a working skeleton of a new programme", flows_new.add_arguments, flows_new.run),
    "schema": ("write JSON Schemas of the data files for editors", flows_schema.add_arguments, flows_schema.run),
    "domain": ("write dialogues/domain.yml for Rasa's reader", flows_domain.add_arguments, flows_domain.run),
}
