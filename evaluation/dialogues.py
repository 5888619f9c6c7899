"""``eval dialogues``: whole conversations with a simulated resident, in text and in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from agent.domain.answers import SlotValue
from agent.domain.effects import Effect, Outcome, Say
from agent.domain.events import Event
from evaluation.cases import DialogueCase
from evaluation.ending import Ending, ending_of, judge, totals_of
from evaluation.judgement import Evaluation
from evaluation.text_resident import Reads, TextResident

MOST_TURNS = 60
"""A conversation that has not ended by then never will."""

SECONDS_A_TURN = 4
SECONDS_A_CHARACTER = 0.25
"""How long speaking takes, roughly: the clock of a typed conversation."""


class Talk(Protocol):
    """What a runner needs of ``agent.conversation.Conversation``."""

    @property
    def ask(self) -> str | None:
        """The open ask."""

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it runs."""

    @property
    def events(self) -> Sequence[Event]:
        """The log so far."""

    @property
    def slots(self) -> Mapping[str, SlotValue]:
        """The values so far."""

    def hear(self, text: str, confidence: float, now: datetime) -> Sequence[Effect]:
        """Take what the resident said."""

    def silence(self, now: datetime) -> Sequence[Effect]:
        """The resident says nothing."""

    def close(self, reason: str, now: datetime) -> Sequence[Effect]:
        """End it from outside."""


Opener = Callable[[DialogueCase], tuple[Talk, Sequence[Effect]]]
"""Opens the conversation of a case."""


def evaluate_dialogues(cases: Sequence[DialogueCase], opener: Opener, reads: Reads) -> Evaluation:
    """Hold every conversation and score it."""
    verdicts = [judge(case, converse(case, opener, reads)) for case in cases]
    return Evaluation([verdict.result for verdict in verdicts], totals_of(verdicts))


def converse(case: DialogueCase, opener: Opener, reads: Reads) -> Ending:
    """Hold one conversation to its end."""
    talk, effects = opener(case)
    resident = TextResident(case, reads)
    now = case.now
    for _ in range(MOST_TURNS):
        if talk.outcome is not None:
            break
        words = resident.answer(talk.ask, effects)
        now += _time_for(words, effects)
        effects = talk.hear(words, 1.0, now) if words else talk.silence(now)
    if talk.outcome is None:
        talk.close("turn_limit", now)
    return ending_of(talk.events, talk.slots)


def _time_for(words: str, effects: Sequence[Effect]) -> timedelta:
    spoken = sum(len(effect.text) for effect in effects if isinstance(effect, Say)) + len(words)
    return timedelta(seconds=SECONDS_A_TURN + SECONDS_A_CHARACTER * spoken)
