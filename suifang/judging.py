"""The evaluations bound to the real agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.conversation import Conversation
from agent.domain.alerts import Alert
from agent.domain.answers import AskContext, Reading, Resident
from agent.domain.effects import Effect
from agent.library import Library
from agent.understanding.interpret import read
from agent.understanding.redflags import raised
from evaluation.cases import AnswerCase, DialogueCase, RedFlagCase
from evaluation.dialogues import Talk
from evaluation.scoring import slots_of

SOMEBODY = Resident("王桂花", sex="2")
"""Case files of single answers name nobody."""


class Judge:
    """Hands cases to the agent."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def read(self, case: AnswerCase) -> Reading:
        """What the answer of a case means."""
        return read(case.ask, case.text, AskContext(case.now, SOMEBODY), self._library.knowledge)

    def raised(self, case: RedFlagCase) -> Sequence[Alert]:
        """The flags that the utterance of a case raises."""
        context = AskContext(case.now, SOMEBODY)
        return tuple(raised(case.text, case.context, context, self._library.knowledge.redflags))

    def open(self, case: DialogueCase) -> tuple[Talk, Sequence[Effect]]:
        """Open the conversation of a case."""
        return Conversation.open(self._library, case.flow, case.resident, case.now, dict(case.history))

    def reads(self, now: datetime) -> Any:
        """How a simulated resident understands what is read back to it."""

        def understand(ask: str, text: str) -> Mapping[str, Any]:
            reading = read(ask, text, AskContext(now, SOMEBODY), self._library.knowledge)
            return slots_of(replace(reading, confirm=False))

        return understand
