"""``suifang chat FLOW``: the conversation typed in a terminal, or piped in."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.domain.effects import Effect, Outcome, Say
from agent.library import load_library
from connectors.storage.ports import Channel
from suifang.app import App, open_app
from suifang.explaining import before, explanation
from suifang.finishing import finished
from suifang.papers import Paper
from suifang.people import SOMEBODY, moment_from, resident_from
from suifang.settings import read_settings
from suifang.terminal import AGENT, BOLD, DIM, RED, Screen, TypedLines
from suifang.visits import Caller, Visit
from suifang.watching import Watch, go_on, reload

EXAMPLE = "suifang chat hypertension_followup --resident 王桂花/2/1948-05-03"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("flow", help="the flow to run, such as hypertension_followup")
    parser.add_argument("--resident", default=SOMEBODY, metavar="NAME/SEX/BIRTH/ID", help=f"default {SOMEBODY}")
    parser.add_argument("--now", metavar="TIME", help="time of the conversation, such as 2026-11-23T09:30")
    parser.add_argument("--continue", dest="unfinished", metavar="VISIT", help="go on with a visit that was broken off")
    parser.add_argument("--explain", action="store_true", help="show for each turn what was understood, and why")
    parser.add_argument("--watch", action="store_true", help="take up changed YAML between turns")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end instead of the talk")


async def run(args: argparse.Namespace) -> int:
    """Talk until the conversation, or the input, ends."""
    caller, begun = Caller(resident_from(args.resident), {}, args.unfinished), moment_from(args.now)
    settings = read_settings()
    library = load_library(settings.root)
    library.flow(args.flow)  # a slip of the pen leaves no key and no database behind
    async with open_app(settings, library) as app:
        screen = Screen(sys.stderr if args.json else sys.stdout)
        visit, effects = await app.visits.open(args.flow, caller, Channel.TERMINAL, begun)
        talk = Talk(app, visit, screen, Clock(begun), Shown(args.explain, args.watch))
        try:
            await talk.hold(effects)
        finally:
            paper = await finished(talk.put_away())
    _show(paper, talk.visit, args.json)
    return 0 if talk.visit.conversation.outcome is not Outcome.INCOMPLETE else 1


class Clock:
    """The time of the conversation: begins where it is told to and runs as time does."""

    def __init__(self, begun: datetime) -> None:
        self._begun, self._zero = begun, time.monotonic()

    def now(self) -> datetime:
        """The present, in the conversation."""
        return self._begun + timedelta(seconds=round(time.monotonic() - self._zero))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a flow developer asked for."""

    explain: bool
    watch: bool


class Talk:
    """One typed conversation; after a reload it goes on as another visit."""

    def __init__(self, app: App, visit: Visit, screen: Screen, clock: Clock, shown: Shown) -> None:
        self.visit = visit
        self._app, self._screen, self._clock, self._shown = app, screen, clock, shown
        self._watch = Watch(app.settings.root) if shown.watch else None

    async def hold(self, effects: Sequence[Effect]) -> None:
        """Talk until the conversation, or the input, ends."""
        lines = TypedLines()
        self._screen.line("(type what the resident says; an empty line is silence; Ctrl-D ends)", DIM)
        self._speak(effects)
        while self.visit.conversation.outcome is None:
            line = await lines.next()
            if line is None:
                return
            if self._watch is not None and self._watch.changed():
                await self._reload()
            if self.visit.conversation.outcome is None:
                await self._turn(line)

    async def _turn(self, line: str) -> None:
        now = self._clock.now()
        was = before(self.visit.conversation, line, now, self._app.library) if self._shown.explain else None
        effects = await (self.visit.hear(line, now) if line.strip() else self.visit.silence(now))
        if was is not None:
            for words in explanation(was, self.visit.conversation):
                self._screen.line(f"    {words}", DIM)
        self._speak(effects)

    async def _reload(self) -> None:
        """Take up the data as they are now; with a fault the old ones go on."""
        found = await reload(self._app.settings.root)
        if isinstance(found, str):
            self._screen.line(f"(not reloaded: {found})", RED)
            return
        self._app, self.visit = await go_on(self._app, self.visit, found, self._clock.now())
        question = self.visit.conversation.state.question
        self._screen.line("(reloaded)", DIM)
        if question is not None:
            self._screen.line(f"随访: {question.text}", AGENT)

    def _speak(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Say):
                urgent = effect.response.startswith("utter_emergency")
                self._screen.line(f"随访: {effect.text}", RED if urgent else AGENT)

    async def put_away(self) -> Paper:
        """End what has not ended; its papers."""
        await self.visit.close("broken off", self._clock.now())
        return await self._app.papers.print_out(self.visit.id)


def _show(paper: Paper, visit: Visit, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(paper.to_dict(), ensure_ascii=False) + "\n")
        return
    screen = Screen()
    screen.line()
    screen.line(paper.text)
    screen.line(f"visit {visit.id}: {paper.outcome}", BOLD)
    screen.line(f"report: {paper.html}")
