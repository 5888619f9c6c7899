"""``suifang person find|show|export|erase|withdraw|opt-out|lift ID``: one resident's data and wishes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.errors import InputError
from connectors.storage.persons import Act
from suifang.app import App, open_app
from suifang.settings import read_settings

EXAMPLE = "suifang person export R00012 --out R00012.json --by 信息科陈 --reason 本人申请"
MARK = {"aigc": {"Label": "1", "ContentProducer": "suifang"}}
"""What the agent said and suggested is in it: the implicit mark of GB 45438-2025, as in reports and recordings."""
ACTIONS = ("find", "show", "export", "erase", "withdraw", "opt-out", "lift")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=ACTIONS, help="look for somebody; see wishes; give out or delete all data; note a wish"
    )
    parser.add_argument("id", nargs="?", default="", help="the resident's id")
    parser.add_argument("--phone", default="", help="find: a telephone number")
    parser.add_argument("--id-number", default="", help="find: an identity number")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it; needed for all but show")
    parser.add_argument("--reason", default="", help="why; needed to erase")
    parser.add_argument("--words", default="", help="opt-out: what the resident said")
    parser.add_argument("--out", type=Path, metavar="FILE", help="export: where to write")
    parser.add_argument("--signed-too", action="store_true", help="erase: signed records as well")


async def run(args: argparse.Namespace) -> int:
    """Do it."""
    async with open_app(read_settings()) as app:
        if args.action == "find":
            return await _find(app, args)
        if not args.id:
            raise InputError("id-missing", "whose data is not said", "give the id, or look for it: suifang person find")
        if args.action == "show":
            _write(await _wishes(app, args.id))
            return 0
        if not args.by.strip():
            raise InputError("by-missing", "who does it is not said", "add --by NAME")
        await _act(app, args, Act(args.by.strip()[:64], datetime.now().isoformat(timespec="seconds"), args.reason))
    return 0


async def _find(app: App, args: argparse.Namespace) -> int:
    if not (args.phone or args.id_number):
        raise InputError("find-what", "what to look for is not said", "add --phone or --id-number")
    found = await app.store.persons.find(phone=args.phone, id_number=args.id_number)
    sys.stdout.write("".join(f"{who}\n" for who in found) or "nobody\n")
    return 0 if found else 1


async def _act(app: App, args: argparse.Namespace, act: Act) -> None:
    store = app.store
    match args.action:
        case "export":
            await export(app, args, act)
        case "erase":
            if not act.reason.strip():
                raise InputError("reason-missing", "a deletion needs its reason", "add --reason")
            folder = app.settings.visits_dir
            _write(dict(await store.persons.erase(args.id, act, folder, signed_too=args.signed_too)))
        case "withdraw":
            await store.ledger.withdraw(args.id, act.by, act.at)
        case "opt-out":
            await store.ledger.opt_out(args.id, args.words, act.by, act.at)
        case _:
            await store.ledger.lift(args.id, act.by, act.at)


async def export(app: App, args: argparse.Namespace, act: Act) -> None:
    """Write all that is stored of one person, and the recordings beside it. Raises ``InputError``."""
    if args.out is None:
        raise InputError("out-missing", "where to write is not said", "add --out FILE")
    if args.out.exists():
        raise InputError("out-there", f"{args.out} exists", "name another file")
    found = await app.store.persons.export(args.id, act)
    voices = {row["id"]: await app.store.clips.voices(row["id"]) for row in found["visits"]}
    try:
        args.out.touch(mode=0o600)
        args.out.write_text(json.dumps({**MARK, **found}, ensure_ascii=False, indent=1) + "\n", "utf-8")
        heard = _write_voices(args.out.with_name(f"{args.out.stem}-voices"), voices)
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{args.out} cannot be written ({error.strerror})", "name another file"
        ) from None
    told = ", ".join(f"{len(rows)} {name}" for name, rows in found.items())
    sys.stdout.write(f"{args.out}: {told}, {heard} recordings beside it\n")


def _write_voices(folder: Path, voices: Mapping[str, Mapping[str, bytes]]) -> int:
    """Recordings and clips in clear, a folder for each visit; how many."""
    for visit, clips in voices.items():
        for name, sound in clips.items():
            (folder / visit).mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / visit / name).touch(mode=0o600)
            (folder / visit / name).write_bytes(sound)
    return sum(map(len, voices.values()))


async def _wishes(app: App, resident_id: str) -> dict[str, Any]:
    ledger = app.store.ledger
    return {
        "consents": [asdict(item) for item in await ledger.consents(resident_id)],
        "opt_outs": [asdict(item) for item in await ledger.opt_outs(resident_id)],
    }


def _write(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
