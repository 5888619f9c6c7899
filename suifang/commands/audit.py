"""``suifang audit verify|list``: the audit log."""

from __future__ import annotations

import argparse
import json
import sys

from suifang.app import open_app
from suifang.settings import read_settings

EXAMPLE = "suifang audit verify --noted 3f2a..."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["verify", "list"], help="check the chain, or show the entries")
    parser.add_argument("--noted", default="", metavar="HASH", help="verify: a head written down earlier must be in it")
    parser.add_argument("--about", metavar="ID", help="list: entries about one visit or resident")


async def run(args: argparse.Namespace) -> int:
    """Verify gives 1 when the log was edited."""
    async with open_app(read_settings()) as app:
        if args.action == "list":
            for entry in await app.store.audit.entries(args.about):
                detail = json.dumps(dict(entry.detail), ensure_ascii=False)
                sys.stdout.write(f"{entry.at} {entry.who} {entry.act} {entry.subject} {detail}\n")
            return 0
        state = await app.store.audit.verify(args.noted)
    if state.broken_at is not None:
        sys.stdout.write(f"audit: entry {state.broken_at} does not fit; restore the log from its last good backup\n")
    elif state.missing_head:
        sys.stdout.write("audit: the noted head is not in the chain: entries were cut off its end, or all replaced\n")
    else:
        sys.stdout.write(f"audit: {state.entries} entries, whole; note the head elsewhere: {state.head}\n")
    return 0 if state.whole else 1
