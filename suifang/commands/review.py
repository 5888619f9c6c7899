"""``suifang review list|show|correct|sign|miss|fhir``: a doctor's review of what the agent collected."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from agent.errors import InputError
from agent.report.plain import clean, render_text
from agent.report.revision import Correction
from connectors.fhir.bundle import bundle
from suifang.app import App, open_app
from suifang.case_files import add_case, missed_flag
from suifang.interop import signed_visit
from suifang.reviewing import Reviewing, Sheet, Signer, answer_case
from suifang.settings import read_settings

EXAMPLE = "suifang review correct VISIT sbp 145 --doctor 李医生 --why 听录音是145 --misheard --case mine.yaml"
ACTIONS = ("list", "show", "correct", "sign", "miss", "fhir")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=ACTIONS, help="what the doctor does")
    parser.add_argument("visit", nargs="?", default="", help="the visit's id, or its first characters")
    parser.add_argument("what", nargs="?", default="", help="correct: the field; miss: the number of the turn")
    parser.add_argument("value", nargs="?", default="", help="correct: the new value; - for none")
    parser.add_argument("--doctor", default="", metavar="NAME", help="correct, sign: who does it")
    parser.add_argument("--why", default="", help="correct: the reason")
    parser.add_argument("--misheard", action="store_true", help="correct: the resident said something else")
    parser.add_argument("--words", default="", help="correct: what the recording says, for the case file")
    parser.add_argument("--accept", action="store_true", help="sign: take over the suggested class and next visit")
    parser.add_argument("--flag", default="", help="miss: the red flag that should have been raised")
    parser.add_argument("--case", "--out", type=Path, metavar="FILE", help="correct, miss: append the case there")
    parser.add_argument("--json", action="store_true", help="list, show: machine output")


async def run(args: argparse.Namespace) -> int:
    """Do it."""
    async with open_app(read_settings()) as app:
        if args.action == "list":
            return await _list(app, args)
        args.visit = await _whole_id(app, args.visit)
        await {"show": _show, "correct": _correct, "sign": _sign, "miss": _miss, "fhir": _fhir}[args.action](app, args)
    return 0


async def _list(app: App, args: argparse.Namespace) -> int:
    found = await app.store.reviews.waiting()
    if args.json:
        sys.stdout.write(json.dumps([asdict(item) for item in found], ensure_ascii=False) + "\n")
        return 0
    for item in found:
        flags = f"!! {item.alerts} 红旗" if item.alerts else ""
        sys.stdout.write(
            f"{item.visit_id[:12]}  {item.started[:16]}  {clean(item.name)}  {item.form}  {item.outcome}  "
            f"v{item.version} {item.status}  {flags}\n"
        )
    sys.stdout.write(f"{len(found)} records wait for a doctor; suifang review show VISIT\n")
    return 0


async def _show(app: App, args: argparse.Namespace) -> None:
    sheet = await Reviewing(app.library, app.store).sheet(args.visit)
    if args.json:
        told = {
            "versions": [{**asdict(v), "body": None} for v in sheet.versions], "report": asdict(sheet.report),
            "corrections": [asdict(change) for change in sheet.corrections],
        }  # fmt: skip
        sys.stdout.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
        return
    sys.stdout.write(render_text(sheet.report) + "\n")
    for line in sheet.report.transcript:
        sys.stdout.write(f"{line.turn:>4} {line.speaker_words}：{clean(line.text)}\n")
    for version in sheet.versions:
        sys.stdout.write(f"v{version.version} {version.status} {version.author or '语音助手'} {version.at}\n")
    for change in sheet.corrections:
        sys.stdout.write(_told(change) + "\n")


async def _correct(app: App, args: argparse.Namespace) -> None:
    reviewing = Reviewing(app.library, app.store)
    if args.case and not args.misheard:
        raise InputError("case-of-what", "only what was heard wrong makes a case", "add --misheard")
    sheet, change = await reviewing.correct(args.visit, args.what, args.value, _signer(args), (args.why, args.misheard))
    await app.papers.draw_up(args.visit)
    sys.stdout.write(_told(change) + "\n")
    if args.case:
        add_case(args.case, answer_case(sheet, change, args.words))
        sys.stdout.write(f"case added to {args.case}; suifang eval answers {args.case}\n")


async def _sign(app: App, args: argparse.Namespace) -> None:
    version = await Reviewing(app.library, app.store).sign(args.visit, _signer(args), accept=args.accept)
    await app.papers.draw_up(args.visit)
    sys.stdout.write(f"version {version} is signed and in the outbox; suifang outbox send delivers it now\n")


async def _miss(app: App, args: argparse.Namespace) -> None:
    if not args.what.isdigit() or not args.flag or not args.case:
        raise InputError(
            "miss-of-what", "a miss needs a turn, a flag and a file",
            "suifang review miss VISIT TURN --flag chest_pain --out FILE",
        )  # fmt: skip
    sheet: Sheet = await Reviewing(app.library, app.store).sheet(args.visit)
    add_case(args.case, missed_flag(sheet, int(args.what), args.flag))
    sys.stdout.write(f"case added to {args.case}; suifang eval redflags {args.case}\n")


async def _fhir(app: App, args: argparse.Namespace) -> None:
    """The signed record as a FHIR R4 transaction Bundle, on standard output."""
    sheet = await Reviewing(app.library, app.store).sheet(args.visit)
    consents = await app.store.ledger.consents(sheet.visit.resident_id)
    told = bundle(signed_visit(app.library, sheet, consents, await app.store.proposals.of_visit(sheet.visit.id)))
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


async def _whole_id(app: App, given: str) -> str:
    """The id that begins so; the given one when none does."""
    if not given:
        raise InputError("visit-missing", "no visit is named", "see suifang review list")
    fitting = await app.store.reviews.ids(given)
    if len(fitting) > 1:
        raise InputError("visit-ambiguous", f"{len(fitting)} visits begin with {given!r}", "give more of its id")
    return fitting[0] if fitting else given


def _signer(args: argparse.Namespace) -> Signer:
    name = args.doctor.strip()
    if not name or len(name) > 64:
        raise InputError("doctor-missing", "who does it is not said", "add --doctor NAME")
    return Signer(name, datetime.now().isoformat(timespec="seconds"))


def _told(change: Correction) -> str:
    mark = "（听错）" if change.misheard else ""
    old, new = (json.dumps(value, ensure_ascii=False) for value in (change.old, change.new))
    return f"{change.at} {change.who}: {change.slot} {old} → {new} {mark}{clean(change.why)}"
