"""A conversation with what was said last at hand, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from agent.conversation import Conversation, Past
from agent.domain.answers import Resident, SlotValue
from agent.domain.effects import Effect, Say
from agent.library import Library

NOW = datetime(2026, 11, 23, 9, 30)
WANG = Resident("王桂花", id="r1", sex="2", birth_date=date(1948, 5, 3), phone="13800000000")


class Talk:
    """A conversation with what was said last at hand."""

    def __init__(
        self, library: Library, flow: str = "hypertension_followup", history: Mapping[str, SlotValue] | None = None
    ):
        self.it, effects = Conversation.open(library, flow, WANG, NOW, Past(history or {}))
        self.effects: Sequence[Effect] = effects

    def hear(self, *words: str) -> Talk:
        for said in words:
            self.effects = self.it.hear(said, 1.0, NOW)
        return self

    @property
    def said(self) -> str:
        return "".join(effect.text for effect in self.effects if isinstance(effect, Say))

    @property
    def responses(self) -> list[str]:
        return [effect.response for effect in self.effects if isinstance(effect, Say)]

    def events(self, kind: type) -> list[object]:
        return [event.body for event in self.it.events if isinstance(event.body, kind)]
