"""``suifang retention list|run|grades``: how long what is kept, deleting what is over, how what is stored is graded."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from agent.errors import InputError
from connectors.storage.migrate import METADATA
from connectors.storage.persons import Act
from suifang.app import open_app
from suifang.grading import Graded, load_grades
from suifang.people import birth_from
from suifang.retaining import count, load_periods, retire
from suifang.settings import read_settings

EXAMPLE = "suifang retention run --by 信息科陈"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action",
        choices=["list", "run", "grades"],
        help="the periods and what is over; delete that for good; every column with its grade",
    )
    parser.add_argument("--by", default="", metavar="NAME", help="run: who does it, for the audit log")
    parser.add_argument("--on", default="", metavar="DAY", help="list: as of another day, such as 2041-01-01")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """List, or delete; 1 when something busy was left for the next run."""
    settings = read_settings()
    if args.action == "grades":
        return _grades(load_grades(settings.root, METADATA), as_json=args.json)
    periods, on = load_periods(settings.root), birth_from(args.on) or date.today()
    if args.action == "run" and (not args.by.strip() or args.on):
        raise InputError("by-missing", "who does it is not said, or a day is given", "add --by NAME, without --on")
    async with open_app(settings) as app:
        retention, folder = app.store.retention, settings.visits_dir
        if args.action == "list":
            found = await count(retention, periods, on, folder)
            told = [{"kind": p.kind, "title": p.title, "days": p.days, "over": found[p.kind], "source": p.source,
                     "mark": p.mark} for p in periods]  # fmt: skip
            busy = 0
        else:
            act = Act(args.by.strip()[:64], datetime.now().isoformat(timespec="seconds"))
            done = await retire(retention, periods, on, act, folder)
            await app.store.database.checkpoint()
            told = [{"kind": one.kind, "deleted": one.gone, "busy": one.busy} for one in done]
            busy = sum(one.busy for one in done)
    _tell(told, as_json=args.json)
    return 1 if busy else 0


def _grades(found: Sequence[Graded], *, as_json: bool) -> int:
    order = sorted(found, key=lambda one: (-one.grade, one.where))
    rows = [{"grade": one.grade, "where": one.where, "class": one.kind,
             "lies": "sealed" if one.sealed else f"clear {one.why_clear}".strip()} for one in order]  # fmt: skip
    _tell(rows, as_json=as_json)
    return 0


def _tell(told: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines("  ".join(f"{key} {value}" for key, value in row.items()) + "\n" for row in told)
