"""The log as a typed conversation shows it: who wrote what, in order, each with its place in the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent.domain.events import AgentSaid, Event, ResidentSaid, SlotSet, StaffWrote

_SPOKEN_NUMBERS = (("幺二零", "120"), ("幺二三五六", "12356"))
"""Numbers that are spoken digit by digit, as they are written."""


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble."""

    seq: int
    """Position in the log: grows, is never used twice, and is the cursor of whoever reads on."""
    by: str
    """agent, resident or staff."""
    text: str
    turn: int
    at: str
    ask: str | None
    speaker: str = "self"
    """Who answered: self, or the relation's code; of staff, their name."""
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
            case StaffWrote(by=by) as wrote:
                found.append(Message(event.seq, "staff", staff_words(wrote), 0, event.at, None, by))
            case _:
                pass
    return tuple(message for message in found if message.seq > after)


def staff_words(wrote: StaffWrote) -> str:
    """What is shown and read aloud: their words, or who writes from now on."""
    return wrote.text or {
        "taken": f"您好，我是{wrote.by}，现在由我来和您说。",
        "alarm": "这个要紧，请先听语音助手说。",
        "back": f"{wrote.by}先说到这里，接下来还是语音助手问您。",
    }.get(wrote.step, "")


def written(text: str) -> str:
    """Spoken wording as it is read."""
    for spoken, digits in _SPOKEN_NUMBERS:
        text = text.replace(spoken, digits)
    return text
