"""The evaluations bound to the real agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.conversation import Conversation, Past
from agent.domain.alerts import Alert
from agent.domain.answers import AskContext, Reading, Resident, SlotValue
from agent.domain.effects import Effect, Outcome
from agent.domain.events import Event
from agent.library import Library
from agent.understanding.interpret import alarms, read
from evaluation.cases import AnswerCase, DialogueCase, RedFlagCase
from evaluation.dialogues import Talk
from evaluation.noise import Noise
from evaluation.scoring import slots_of

SOMEBODY = Resident("")
"""Case files of single answers name nobody: whoever says a name is the one who was called."""


class NoisyTalk:
    """A conversation whose recogniser mishears: the resident says one thing, the agent hears another."""

    def __init__(self, talk: Conversation, noise: Noise, key: str) -> None:
        self._talk = talk
        self._noise = noise
        self._key = key

    @property
    def ask(self) -> str | None:
        """The open ask."""
        return self._talk.ask

    @property
    def outcome(self) -> Outcome | None:
        """How it ended."""
        return self._talk.outcome

    @property
    def events(self) -> Sequence[Event]:
        """The log."""
        return self._talk.events

    @property
    def slots(self) -> Mapping[str, SlotValue]:
        """Values so far."""
        return self._talk.slots

    def hear(self, text: str, confidence: float, now: datetime) -> Sequence[Effect]:
        """Mishear, then take the utterance."""
        return self._talk.hear(self._noise.spoil(text, f"{self._key}:{len(self._talk.events)}"), confidence, now)

    def silence(self, now: datetime) -> Sequence[Effect]:
        """Nothing was said."""
        return self._talk.silence(now)

    def close(self, reason: str, now: datetime) -> Sequence[Effect]:
        """The call ended from outside."""
        return self._talk.close(reason, now)


class Judge:
    """Hands cases to the agent."""

    def __init__(self, library: Library, noise: Noise | None = None) -> None:
        self._library = library
        self._noise = noise

    def _heard(self, text: str, key: str) -> str:
        """What a recogniser makes of the words; the words themselves without noise."""
        return self._noise.spoil(text, key) if self._noise else text

    def read(self, case: AnswerCase) -> Reading:
        """What the answer of a case means."""
        return read(case.ask, self._heard(case.text, case.id), AskContext(case.now, SOMEBODY), self._library.knowledge)

    def raised(self, case: RedFlagCase) -> Sequence[Alert]:
        """The flags that the utterance of a case raises."""
        context = AskContext(case.now, SOMEBODY)
        return alarms(self._heard(case.text, case.id), case.context, context, self._library.knowledge)

    def open(self, case: DialogueCase) -> tuple[Talk, Sequence[Effect]]:
        """Open the conversation of a case."""
        talk, effects = Conversation.open(self._library, case.flow, case.resident, case.now, Past(dict(case.history)))
        return (NoisyTalk(talk, self._noise, case.id) if self._noise else talk), effects

    def reads(self, now: datetime) -> Any:
        """How a simulated resident understands what is read back to it."""

        def understand(ask: str, text: str) -> Mapping[str, Any]:
            reading = read(ask, text, AskContext(now, SOMEBODY), self._library.knowledge)
            return slots_of(replace(reading, confirm=False))

        return understand
