"""A simulated resident that answers in text: by the ask id, in turn, with injections and read-backs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.domain.effects import Effect, Say
from agent.domain.events import AgentSaid
from evaluation.cases import DialogueCase
from evaluation.scoring import same

AT_A_LOSS = "不知道"
"""Said to a question that the case has no answer for."""

AGREES = "对"

Reads = Callable[[str, str], Mapping[str, Any]]
"""(ask id, words) -> the slots that the words give, in plain form."""


class TextResident:
    """One resident of one conversation; keeps count of what was asked."""

    def __init__(self, case: DialogueCase, reads: Reads) -> None:
        self._case = case
        self._reads = reads
        self._given: dict[str, int] = {}
        self._last: dict[str, str] = {}
        self._injections = dict(case.injections)

    def answer(self, ask: str | None, said: Sequence[Effect | AgentSaid]) -> str:
        """What the resident says to the agent's last words ``said``; an empty text is silence."""
        if ask is None:
            return self._case.answers.get("_default", (AT_A_LOSS,))[-1]
        if ask in self._injections:
            return self._injections.pop(ask)
        heard = read_back(said)
        if heard is not None and ask in self._last:
            if self._agrees(ask, heard):
                return AGREES
            self._last[ask] = self._next(ask)
            return self._last[ask]
        self._last[ask] = self._next(ask)
        return self._last[ask]

    def _next(self, ask: str) -> str:
        """The answers to an ask in turn; the last one again and again."""
        answers = self._case.answers.get(ask) or self._case.answers.get("_default", (AT_A_LOSS,))
        turn = self._given.get(ask, 0)
        self._given[ask] = turn + 1
        return answers[min(turn, len(answers) - 1)]

    def _agrees(self, ask: str, heard: str) -> bool:
        """Whether what was read back is what this resident means; where the case has no more to say, what was said."""
        said = self._reads(ask, self._last[ask])
        meant = self._case.expect.slots
        more = self._given.get(ask, 0) < len(self._case.answers.get(ask, ()))
        return all(
            any(
                same(source[slot], value)
                for source in ((meant,) if more and slot in meant else (said, meant))
                if slot in source
            )
            for slot, value in self._reads(ask, heard).items()
            if slot in said or slot in meant
        )


def read_back(said: Sequence[Effect | AgentSaid]) -> str | None:
    """The wording with which the agent reads a value back, when its last question does so."""
    for words in reversed(said):
        if isinstance(words, (Say, AgentSaid)):
            if words.response.startswith("utter_readback"):
                return words.text
            if words.ask:
                return None
    return None
