"""``suifang chat FLOW``: the conversation typed in a terminal, or piped in."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.domain.effects import Effect, Outcome, Say
from connectors.storage.ports import Channel
from suifang.app import App, open_app
from suifang.finishing import finished
from suifang.papers import Paper
from suifang.people import SOMEBODY, moment_from, resident_from
from suifang.settings import read_settings
from suifang.terminal import AGENT, BOLD, DIM, RED, Screen, TypedLines
from suifang.visits import Caller, Visit

EXAMPLE = "suifang chat hypertension_followup --resident 王桂花/2/1948-05-03"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("flow", help="the flow to run, such as hypertension_followup")
    parser.add_argument("--resident", default=SOMEBODY, metavar="NAME/SEX/BIRTH", help=f"default {SOMEBODY}")
    parser.add_argument("--now", metavar="TIME", help="time of the conversation, such as 2026-11-23T09:30")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end instead of the talk")


async def run(args: argparse.Namespace) -> int:
    """Talk until the conversation, or the input, ends."""
    caller, begun = Caller(resident_from(args.resident), {}), moment_from(args.now)
    async with open_app(read_settings()) as app:
        screen = Screen(sys.stderr if args.json else sys.stdout)
        visit, effects = await app.visits.open(args.flow, caller, Channel.TERMINAL, begun)
        clock = Clock(begun)
        try:
            await _talk(visit, effects, screen, clock)
        finally:
            paper = await finished(_put_away(app, visit, clock))
    _show(paper, visit, args.json)
    return 0 if visit.conversation.outcome is not Outcome.INCOMPLETE else 1


class Clock:
    """The time of the conversation: begins where it is told to and runs as time does."""

    def __init__(self, begun: datetime) -> None:
        self._begun, self._zero = begun, time.monotonic()

    def now(self) -> datetime:
        """The present, in the conversation."""
        return self._begun + timedelta(seconds=round(time.monotonic() - self._zero))


async def _talk(visit: Visit, effects: Sequence[Effect], screen: Screen, clock: Clock) -> None:
    lines = TypedLines()
    screen.line("(type what the resident says; an empty line is silence; Ctrl-D ends)", DIM)
    _speak(effects, screen)
    while visit.conversation.outcome is None:
        line = await lines.next()
        if line is None:
            return
        if line.strip():
            effects = await visit.hear(line, clock.now())
        else:
            effects = await visit.silence(clock.now())
        _speak(effects, screen)


def _speak(effects: Sequence[Effect], screen: Screen) -> None:
    for effect in effects:
        if isinstance(effect, Say):
            screen.line(f"随访: {effect.text}", RED if effect.response.startswith("utter_emergency") else AGENT)


async def _put_away(app: App, visit: Visit, clock: Clock) -> Paper:
    await visit.close("broken off", clock.now())
    return await app.papers.draw_up(visit.id)


def _show(paper: Paper, visit: Visit, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(paper.to_dict(), ensure_ascii=False) + "\n")
        return
    screen = Screen()
    screen.line()
    screen.line(paper.text)
    screen.line(f"visit {visit.id}: {paper.outcome}", BOLD)
    screen.line(f"report: {paper.html}")
