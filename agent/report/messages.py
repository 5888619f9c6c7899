"""The log as a typed conversation shows it: who wrote what, in order, each with its place in the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent.domain.events import AgentSaid, Event, ResidentSaid, SlotSet

_SPOKEN_NUMBERS = (("幺二零", "120"), ("幺二三五六", "12356"))
"""Numbers that are spoken digit by digit, as they are written."""


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble."""

    seq: int
    """Position in the log: grows, is never used twice, and is the cursor of whoever reads on."""
    by: str
    """agent or resident."""
    text: str
    turn: int
    at: str
    ask: str | None
    speaker: str = "self"
    """Who answered: self, or the relation's code."""
    amend: str | None = None
    """The ask that can be answered anew from this bubble."""


def messages(events: Sequence[Event], after: int, amendable: Collection[str]) -> tuple[Message, ...]:
    """Messages later than the log's position ``after``; -1 for all."""
    gave = {(event.body.turn, event.body.ask) for event in events if isinstance(event.body, SlotSet)}
    found = []
    for event in events:
        match event.body:
            case AgentSaid(turn=turn, text=text, ask=ask):
                found.append(Message(event.seq, "agent", written(text), turn, event.at, ask))
            case ResidentSaid(turn=turn, text=text, ask=ask, speaker=speaker):
                amend = ask if ask in amendable and (turn, ask) in gave else None
                found.append(Message(event.seq, "resident", text, turn, event.at, ask, speaker, amend))
            case _:
                pass
    return tuple(message for message in found if message.seq > after)


def written(text: str) -> str:
    """Spoken wording as it is read."""
    for spoken, digits in _SPOKEN_NUMBERS:
        text = text.replace(spoken, digits)
    return text
