"""Turn-taking cases bound to the real agent: its completeness, patience and red-flag net for the open ask."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent.conversation import Conversation
from agent.domain.effects import Effect, Patience, Say
from agent.domain.events import ConversationOpened, EventBody, ResidentSaid
from agent.domain.turns import Completeness, Hints
from agent.errors import InputError
from agent.flows.model import Collect
from agent.flows.state import Frame, State
from agent.library import Library, load_library
from evaluation import turns
from evaluation.calls import first_of
from evaluation.cases import DEFAULT_NOW
from evaluation.judgement import CaseResult, Evaluation
from speech.call import CallParts
from speech.turns.endpointing import WaitTable
from suifang.judging import SOMEBODY
from suifang.settings import Settings
from suifang.voice import Engines, open_engines

REPLY = Say("好的，我记下了。", "utter_noted")


class OpenAsk:
    """A conversation in which one ask is open; whatever is said to it is answered with ``REPLY``."""

    def __init__(self, library: Library, ask: str | None) -> None:
        flow, step = place_of(library, ask) if ask else ("", "")
        question = Say("", f"utter_ask_{ask}", ask=ask) if ask else None
        stack = (Frame(flow, step),) if step else ()
        state = State(flow, "", SOMEBODY, {}, stack, question=question)
        self._talk = Conversation(library, state)
        self._talk.note(ConversationOpened(flow, "", {}, {}, DEFAULT_NOW.isoformat()), DEFAULT_NOW)
        self._turn = 0

    @property
    def events(self) -> Sequence[Any]:
        """The log so far."""
        return self._talk.events

    @property
    def may_record(self) -> bool:
        """Nothing is kept of a case."""
        return False

    @property
    def aside(self) -> bool:
        """Nobody else talks with the resident."""
        return False

    @property
    def ask(self) -> str | None:
        """The open ask."""
        return self._talk.ask

    @property
    def patience(self) -> Patience:
        """That of the first step that puts the ask."""
        return self._talk.patience

    def hints(self) -> Hints:
        """What the ask expects to hear."""
        return self._talk.hints()

    def completes(self, text: str) -> Completeness:
        """The agent's own judgement."""
        return self._talk.completes(text)

    def overhear(self, text: str, now: datetime) -> list[Effect]:
        """Red flags act at once, as in a call."""
        return self._reply(text, now) if self._turn == 0 and self._talk.overhear(text, now) else []

    def hear(self, text: str, confidence: float, now: datetime) -> list[Effect]:
        """Answer."""
        return self._reply(text, now)

    def preview(self, text: str) -> tuple[str, ...]:
        """The only answer there is."""
        return (REPLY.text,)

    def silence(self, now: datetime) -> list[Effect]:
        """Nothing is said to silence: it would be taken for an answer."""
        return []

    def close(self, reason: str, now: datetime) -> list[Effect]:
        """Nothing to put away."""
        return []

    def note(self, body: EventBody, now: datetime) -> None:
        """Append an event of the voice."""
        self._talk.note(body, now)

    def _reply(self, text: str, now: datetime) -> list[Effect]:
        self._turn += 1
        self.note(ResidentSaid(self._turn, text, self.ask, 1.0), now)
        return [REPLY]


def place_of(library: Library, ask: str) -> tuple[str, str]:
    """The first flow and step that put an ask. An ask without a step has a parser at least; else InputError."""
    for flow in library.script.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Collect) and step.ask == ask:
                return flow.id, step.id
    if ask in library.knowledge.parsers or ask == "yes_no":
        return "", ""
    raise InputError("ask-unknown", f"there is no ask {ask!r}", "use an ask id of the case formats, such as yes_no")


async def evaluate_turns(cases: Sequence[turns.Case], settings: Settings) -> Evaluation:
    """Hold every case and score it."""
    library = load_library(settings.root)
    for case in cases:
        if case.ask:
            place_of(library, case.ask)
    async with open_engines(settings, library.knowledge.lexicons) as engines:
        return turns.evaluate(await hold_all(cases, library, engines))


async def hold_all(
    cases: Sequence[turns.Case],
    library: Library,
    engines: Engines,
    *,
    told: bool = False,
    waits: WaitTable | None = None,
) -> list[CaseResult]:
    """As many at once as there are cores, in the order of the cases."""
    at_once = asyncio.Semaphore(os.cpu_count() or 1)
    parts = CallParts(
        engines.recognizer, engines.agent, engines.bench, DEFAULT_NOW,
        style=engines.style, waits=waits or WaitTable(), lockstep=True,
    )  # fmt: skip

    async def one(case: turns.Case) -> CaseResult:
        async with at_once:
            return await turns.hold(case, lambda ask: OpenAsk(library, ask), parts, told=told)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(case), name=f"case {case.id}") for case in cases]
    except ExceptionGroup as several:
        raise first_of(several) from None
    return [task.result() for task in tasks]
