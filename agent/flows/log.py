"""One step of the engine's work: the state so far with the events and effects it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.domain.effects import Effect, Say
from agent.domain.events import AgentSaid, EventBody
from agent.flows.model import Response
from agent.flows.responses import fill
from agent.flows.state import State


@dataclass
class Work:
    """State, events and effects of one turn while it is worked out; the engine's only mutable object."""

    state: State
    now: datetime
    responses: Mapping[str, Response]
    events: list[EventBody] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    listening: bool = False
    """The open question is not put again this turn: the resident has asked for time."""

    def emit(self, *bodies: EventBody) -> None:
        """Append events."""
        self.events.extend(bodies)

    def say(self, response: str, *, variant: int = 0, ask: str | None = None, **values: object) -> None:
        """Speak one response; with ``ask`` it is the open question."""
        wording = self.responses[response]
        chosen = wording.wording(variant, self.state.values.get("channel", ""))
        text = fill(chosen, {**self.state.values, **values})
        manner = self.state.manner
        said = Say(text, response, wording.interruptible, ask, rate=manner.rate, volume=manner.volume)
        self.effects.append(said)
        self.emit(AgentSaid(self.state.turn, text, response, ask))
        if ask is not None:
            self.state = replace(self.state, question=said)
