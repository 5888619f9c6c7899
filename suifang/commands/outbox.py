"""``suifang outbox list|retry|send``: what backend and gateway of messages have still to be told."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial

from connectors.storage.outbox import SqlOutbox
from connectors.storage.parcels import MOST_TRIES, OutboxRow, OutboxStatus
from suifang.app import open_app
from suifang.delivery import Courier, wall_ms
from suifang.gate import command_signer
from suifang.letters import meaning
from suifang.room_links import open_letters
from suifang.settings import read_settings
from suifang.signing import open_backend

EXAMPLE = "suifang outbox list --dead"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["list", "retry", "send"], help="look, put dead letters back, deliver now")
    parser.add_argument("ids", nargs="*", type=int, metavar="N", help="retry: these letters (default: all)")
    parser.add_argument("--dead", action="store_true", help="list: dead letters only")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Do it; ``send`` gives 1 when something could not be delivered."""
    settings = read_settings()
    async with open_app(settings) as app:
        outbox = app.store.outbox
        if args.action == "list":
            return await _list(outbox, args)
        if args.action == "retry":
            count = await outbox.retry(args.ids, wall_ms())
            sys.stdout.write(f"{count} letters are in the queue again; they leave with the next round\n")
            return 0
        signer = partial(command_signer, settings)
        async with open_backend(settings) as backend, open_letters(settings, app.store, signer) as letters:
            await Courier(outbox, backend, letters=letters).empty()
        counts = await outbox.counts()
    sys.stdout.write((json.dumps(counts) if args.json else _summary(counts)) + "\n")
    return 1 if counts[OutboxStatus.WAITING] or counts[OutboxStatus.DEAD] else 0


async def _list(outbox: SqlOutbox, args: argparse.Namespace) -> int:
    rows = [row for row in await outbox.rows(OutboxStatus.DEAD if args.dead else None, 1000) if _open(row) or args.dead]
    counts = await outbox.counts()
    held = {row.id: await outbox.held_behind(row) for row in rows if row.status is OutboxStatus.DEAD}
    if args.json:
        sys.stdout.write(
            json.dumps({"counts": counts, "rows": [asdict(row) for row in rows]}, ensure_ascii=False) + "\n"
        )
        return 0
    for row in rows:
        sys.stdout.write(_line(row, held.get(row.id, 0)) + "\n")
    sys.stdout.write(_summary(counts) + "\n")
    return 0


def _open(row: OutboxRow) -> bool:
    return row.status in (OutboxStatus.WAITING, OutboxStatus.LEASED, OutboxStatus.DEAD)


def _line(row: OutboxRow, held: int) -> str:
    text = f"{row.id:>6} {row.status:<10} {row.kind:<10} {row.key}  tries {row.tries}/{MOST_TRIES}"
    if row.code:
        text += f"\n         {row.code}: {row.problem}"
    if row.status is OutboxStatus.DEAD:
        text += f"\n         {meaning(row)}; then: suifang outbox retry {row.id}"
    return text + (f"\n         {held} later letters of this resident wait behind it" if held else "")


def _summary(counts: dict[str, int]) -> str:
    return "outbox: " + ", ".join(f"{status} {count}" for status, count in counts.items())
