"""``suifang flows check``: load every data file of the conversation; faults name file, line and remedy."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from agent.library import load_library
from suifang.settings import read_settings

EXAMPLE = "suifang flows check"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["check"], help="read and check all flows, wording, lexicons and rules")
    parser.add_argument("--root", type=Path, help="folder with dialogues/ and nlu_data/ (default: this checkout)")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Load and count."""
    library = load_library(args.root or read_settings().root)
    forms = {flow.id: flow.form for flow in library.script.flows.values() if flow.form}
    found = {"flows": len(library.script.flows), "programmes": forms}
    if args.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        names = ", ".join(f"{flow} ({form})" for flow, form in sorted(forms.items()))
        sys.stdout.write(f"{found['flows']} flows hold; programmes: {names}\n")
    return 0
