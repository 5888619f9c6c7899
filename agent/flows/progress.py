"""How far a conversation is: the asks of a flow in order, and where it stands among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.flows.model import CallFlow, Collect, Flow
from agent.flows.state import State

FRAME_FLOWS = frozenset({"opening", "closing"})
"""Their questions are about the conversation, not about the form."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Item ``at`` of ``of``, counted from 1."""

    at: int
    of: int


def asks_of(flow: str, flows: Mapping[str, Flow]) -> tuple[str, ...]:
    """Asks of a flow and of those it calls, in the order of the file; each once."""
    return tuple(dict.fromkeys(_asks(flow, flows, frozenset())))


def _asks(flow: str, flows: Mapping[str, Flow], above: frozenset[str]) -> Iterator[str]:
    if flow in FRAME_FLOWS or flow in above or flow not in flows:
        return
    for step in flows[flow].steps.values():
        if isinstance(step, Collect):
            yield step.ask
        elif isinstance(step, CallFlow):
            yield from _asks(step.flow, flows, above | {flow})


def progress(state: State, ask: str | None, flows: Mapping[str, Flow]) -> Progress | None:
    """Where the open ask stands; None before the first item, after the last, and in a digression."""
    asks = asks_of(state.flow, flows)
    return Progress(asks.index(ask) + 1, len(asks)) if ask in asks else None
