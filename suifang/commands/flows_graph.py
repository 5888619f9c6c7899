"""``suifang flows graph FLOW``: the steps of a flow as a picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agent.errors import InputError
from agent.flows.drawing import svg
from agent.flows.graph import dot, graph_of, mermaid
from agent.library import load_library

FORMATS = {"mermaid": mermaid, "svg": svg, "dot": dot}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("flow", help="the flow to draw, such as hypertension_followup")
    parser.add_argument("--format", choices=list(FORMATS), help="default: by the name of --out, else mermaid")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of to the terminal")


def run(args: argparse.Namespace, root: Path) -> int:
    """Draw it."""
    script = load_library(root).script
    if args.flow not in script.flows:
        known = ", ".join(sorted(script.flows))
        raise InputError("flow-unknown", f"there is no flow {args.flow!r}", f"use one of: {known}")
    kind = args.format or (args.out.suffix.removeprefix(".") if args.out else "")
    text = FORMATS.get(kind, mermaid)(graph_of(script.flows[args.flow], script.responses))
    if args.out is None:
        sys.stdout.write(text)
        return 0
    try:
        args.out.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{args.out} cannot be written ({error.strerror})", "name another file"
        ) from None
    sys.stdout.write(f"{args.out}\n")
    return 0
