"""``chat --explain``: for one turn the commands, the words and reasons behind them, mentions, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.conversation import Conversation
from agent.domain.answers import SlotFill, SlotValue
from agent.domain.commands import (
    Clarify,
    Command,
    CorrectSlots,
    GiveAnswer,
    ProbeMention,
    RaiseAlert,
    ReopenAsk,
    StartPattern,
)
from agent.domain.commands import SetSlots as Set
from agent.domain.events import AskClosed, EventBody
from agent.library import Library
from agent.understanding.interpret import Understood, interpret


@dataclass(frozen=True, slots=True)
class Before:
    """The conversation as it was before the words were heard."""

    ask: str | None
    understood: Understood | None
    slots: Mapping[str, SlotValue]
    events: int


def before(talk: Conversation, text: str, now: datetime, library: Library) -> Before:
    """What the words will be understood as; no effect on the conversation."""
    understood = interpret(text, talk.ask, talk.state.context(now), library.knowledge) if text.strip() else None
    return Before(talk.ask, understood, dict(talk.slots), len(talk.events))


def explanation(was: Before, talk: Conversation) -> Iterator[str]:
    """The lines that explain the turn."""
    yield f"ask {was.ask or '–'}"
    if was.understood is None:
        yield "heard nothing"
    else:
        heard = was.understood.utterance.text
        yield f"heard {heard}"
        if was.understood.reading.reason:
            yield f"reading: {was.understood.reading.reason}"
        for command in was.understood.commands:
            yield from _command(command, heard)
        for m in was.understood.mentions:
            yield f"mention {m.flag} {m.status} {m.subject} “{m.words}” {list(m.span)} rule {m.rule}: {m.reason or '–'}"
    for event in talk.events[was.events :]:
        yield from _event(event.body)
    yield from _changes(was.slots, talk.slots)
    yield "stack " + " > ".join(f"{frame.flow}:{frame.step}" for frame in talk.state.stack)


def _command(command: Command, heard: str) -> Iterator[str]:
    name = type(command).__name__
    match command:
        case Set(fills=fills) | CorrectSlots(fills=fills):
            yield from (f"command {name} {_fill(fill, heard)}" for fill in fills)
        case StartPattern(pattern=pattern, words=words):
            yield f"command {name} {pattern} “{words}”"
        case GiveAnswer(kind=kind):
            yield f"command {name} {kind}"
        case Clarify(reason=why) | ReopenAsk(ask=why):
            yield f"command {name} {why}"
        case RaiseAlert(alert=alert):
            yield f"command {name} {alert.flag} {alert.severity} “{alert.evidence}” rule {alert.rule}"
        case ProbeMention(mention=mention):
            yield f"command {name} {mention.flag} “{mention.words}”"
        case _:
            yield f"command {name}"


def _fill(fill: SlotFill, heard: str) -> str:
    start, end = fill.span
    words = f" “{heard[start:end]}” [{start}:{end}]" if end > start else ""
    back = ", read back" if fill.confirm else ""
    return f"{fill.slot} = {fill.value}{words} {fill.confidence:.2f}{back}: {fill.reason or '–'}"


def _event(body: EventBody) -> Iterator[str]:
    if isinstance(body, AskClosed):
        yield f"closed {body.ask}: {body.why}"


def _changes(old: Mapping[str, SlotValue], new: Mapping[str, SlotValue]) -> Iterator[str]:
    for slot, value in new.items():
        if slot not in old:
            yield f"slot {slot} = {value}"
        elif old[slot] != value:
            yield f"slot {slot} = {value} (was {old[slot]})"
    yield from (f"slot {slot} forgotten" for slot in old if slot not in new)
