"""``suifang demo``: one whole follow-up, spoken by a simulated resident; the agent hears only audio."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from agent.domain.effects import Outcome
from agent.errors import InputError
from connectors.storage.ports import Channel
from evaluation.calls import SpokenCall, Staging, hold_call
from evaluation.cases import DialogueCase, Voice
from evaluation.intervals import percentile
from evaluation.persona import persona
from evaluation.scoring import same
from speech.call import CallParts
from speech.channel import RealTime, VirtualTime
from suifang.app import App, open_app
from suifang.finishing import finished
from suifang.following import Following
from suifang.judging import Judge
from suifang.papers import Paper
from suifang.people import moment_from
from suifang.settings import read_settings
from suifang.terminal import BOLD, DIM, RED, Screen
from suifang.visits import Caller, Visit
from suifang.voice import Engines, open_engines
from suifang.warming import warming

EXAMPLE = "suifang demo --voice m3 --rate 130 --band 8k --noise-db 20 --seed 7"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--flow", default="hypertension_followup", help="the flow to run")
    parser.add_argument("--voice", default="f5", help="the resident's espeak-ng voice: f1..f5, m1..m8, grandma, ...")
    parser.add_argument("--rate", type=int, default=145, help="the resident's words a minute, 80-300")
    parser.add_argument("--pitch", type=int, default=50, help="the resident's pitch, 0-99")
    parser.add_argument("--band", choices=["8k", "16k"], default="16k", help="8k: over a telephone line")
    parser.add_argument("--noise-db", type=float, metavar="N", help="noise, N dB below the speech")
    parser.add_argument("--loss", type=float, default=0.0, help="share of packets lost, such as 0.03")
    parser.add_argument("--seed", type=int, default=6, help="another seed is another resident")
    parser.add_argument("--now", metavar="TIME", help="time of the call, such as 2026-11-23T09:30")
    parser.add_argument("--fast", action="store_true", help="virtual time: as fast as the machine allows")
    parser.add_argument("--json", action="store_true", help="print one JSON object; the transcript goes to stderr")


async def run(args: argparse.Namespace) -> int:
    """Hold the call, show what came of it."""
    settings, case = read_settings(), _case(args)
    screen = Screen(sys.stderr if args.json else sys.stdout)
    async with (
        open_app(settings) as app,
        open_engines(settings, app.library.knowledge.lexicons, early=not args.fast) as engines,
        warming(app.library),
    ):
        app.library.flow(case.flow)
        screen.line(f"居民 {case.resident.name}，声音 {case.voice.name}，种子 {case.voice.seed}", DIM)
        visit, call, paper = await _call(case, app, engines, _Show(screen, args.fast))
    if args.json:
        sys.stdout.write(json.dumps(_result(case, call, paper), ensure_ascii=False) + "\n")
    else:
        _show(case, call, paper, screen)
    return 0 if visit.conversation.outcome is Outcome.COMPLETED else 1


class _Show:
    """How the call is shown, and how fast it runs."""

    def __init__(self, screen: Screen, fast: bool) -> None:
        self.screen = screen
        self.fast = fast


def _case(args: argparse.Namespace) -> DialogueCase:
    checks = {"rate": (80, 300), "pitch": (0, 99), "loss": (0, 0.5)}
    for name, (low, high) in checks.items():
        if not low <= getattr(args, name) <= high:
            raise InputError(f"demo-{name}", f"--{name} {getattr(args, name)} is impossible", f"give {low} to {high}")
    voice = Voice(
        noise_db=args.noise_db, band=args.band, loss=args.loss, name=args.voice, rate=args.rate, pitch=args.pitch,
        seed=args.seed,
    )  # fmt: skip
    return persona(args.seed, args.flow, moment_from(args.now), voice)


async def _call(case: DialogueCase, app: App, engines: Engines, show: _Show) -> tuple[Visit, SpokenCall, Paper]:
    """The call, with its events written as they happen; a call that is broken off is put away all the same."""
    visit, opening = await app.visits.open(case.flow, Caller(case.resident, case.history), Channel.VOICE, case.now)
    clips = app.papers.folder_of(visit.id) / "clips"
    following = Following(visit, app.store, clips, show.screen)
    parts = CallParts(
        engines.recognizer, engines.agent, engines.bench, case.now, style=engines.style, clips=clips,
        seal_clip=app.store.media.seal, lockstep=show.fast,
    )  # fmt: skip
    pace = VirtualTime if show.fast else RealTime
    staging = Staging(parts, engines.resident, Judge(app.library).reads(case.now), pace, following, following.speaks)
    writing = asyncio.create_task(following.write(), name="event log")
    try:
        call = await hold_call(case, visit.conversation, opening, staging)
    except asyncio.CancelledError:
        show.screen.line(f"broken off; the events so far are kept as visit {visit.id}, incomplete", RED)
        raise
    finally:
        paper = await finished(_put_away(app, visit, following, writing))
    return visit, call, paper


async def _put_away(app: App, visit: Visit, following: Following, writing: asyncio.Task[None]) -> Paper:
    following.stop()
    await writing
    await visit.close("broken off", moment_from(visit.conversation.events[-1].at))
    return await app.papers.print_out(visit.id)


def _result(case: DialogueCase, call: SpokenCall, paper: Paper) -> dict[str, Any]:
    voice = case.voice
    return {
        "outcome": paper.outcome,
        "slots": dict(paper.slots),
        "truth": dict(case.expect.slots),
        "gaps_ms": [round(gap) for gap in call.gaps_ms],
        "set": {
            "voice": voice.name, "rate": voice.rate, "pitch": voice.pitch, "band": voice.band,
            "noise_db": voice.noise_db, "loss": voice.loss, "seed": voice.seed,
        },
        "cut_ins": sum(exchange.cut_in for exchange in call.exchanges),
        "alerts": [alert.flag for alert in paper.report.alerts],
        "report": str(paper.html),
    }  # fmt: skip


def _show(case: DialogueCase, call: SpokenCall, paper: Paper, screen: Screen) -> None:
    screen.line()
    screen.line(paper.text)
    wrong = 0
    screen.line("slot                     meant → recorded", BOLD)
    for slot, want in case.expect.slots.items():
        got = paper.slots.get(slot)
        right = got is not None and same(want, got)
        wrong += not right
        line = f"  {slot:<22} {_short(want)} → {_short(got)}"
        screen.line(line if right else f"{line}   ✗", "" if right else RED)
    median = percentile(call.gaps_ms, 50)
    total = len(case.expect.slots)
    screen.line()
    screen.line(f"outcome {paper.outcome} · {total - wrong} of {total} slots as meant", BOLD)
    cut_ins = sum(exchange.cut_in for exchange in call.exchanges)
    gap = "-" if median is None else f"{median:.0f} ms"
    screen.line(f"median response gap {gap} over {len(call.gaps_ms)} turns · cut-ins {cut_ins}")
    screen.line(f"report: {paper.html}")


def _short(value: Any) -> str:
    return "—" if value is None else json.dumps(value, ensure_ascii=False)
