"""``suifang models list``: the bundled models, checked against their checksums."""

from __future__ import annotations

import argparse
import json
import sys

from models.registry import check

EXAMPLE = "suifang models list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["list"], help="name the models and check their files")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Check and list; a missing or damaged file is an error."""
    found = [{"model": e.model, "role": e.role, "path": str(e.path), "bytes": e.size} for e in check()]
    if args.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        for entry in found:
            sys.stdout.write(f"{entry['model']:<14}{entry['role']:<8}{entry['bytes']:>10} bytes  ok  {entry['path']}\n")
    return 0
