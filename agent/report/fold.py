"""The log folded into what stands at its end: latest values, why others are missing, clips, transcript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.domain.events import (
    AgentSaid,
    AlertRaised,
    AskClosed,
    ConsentGiven,
    ConversationClosed,
    ConversationOpened,
    Event,
    PatternUsed,
    ResidentSaid,
    SlotSet,
    StaffWrote,
    SuggestionMade,
    TurnTimed,
)
from agent.errors import InputError


@dataclass(slots=True)
class Folded:
    """What a log says at its end."""

    opened: ConversationOpened
    slots: dict[str, SlotSet] = field(default_factory=dict)
    unfilled: dict[str, AskClosed] = field(default_factory=dict)
    """Slot to the latest closing of an ask that left it empty."""
    doubted: set[str] = field(default_factory=set)
    """Slots with a value whose ask was closed again later without one."""
    alerts: list[AlertRaised] = field(default_factory=list)
    consent: ConsentGiven | None = None
    suggestion: SuggestionMade | None = None
    closed: ConversationClosed | None = None
    clips: dict[int, str] = field(default_factory=dict)
    """Turn to the file name of the resident's audio."""
    questions: list[PatternUsed] = field(default_factory=list)
    spoken: list[AgentSaid | ResidentSaid | StaffWrote] = field(default_factory=list)

    def speakers(self) -> tuple[str, ...]:
        """Everybody who answered, in order of appearance."""
        said = (entry.speaker for entry in self.spoken if isinstance(entry, ResidentSaid))
        return tuple(dict.fromkeys(said))


def fold_slots(events: Iterable[Event]) -> Mapping[str, SlotSet]:
    """The latest value of every slot: corrections supersede."""
    return {event.body.slot: event.body for event in events if isinstance(event.body, SlotSet)}


def fold(events: Sequence[Event]) -> Folded:
    """Fold a whole log; raises ``InputError`` when nobody opened the conversation."""
    opened = next((event.body for event in events if isinstance(event.body, ConversationOpened)), None)
    if opened is None:
        raise InputError("report.no_conversation", "事件里没有 ConversationOpened", "给出一通对话的完整事件列表")
    state = Folded(opened)
    for event in events:
        _apply(state, event)
    return state


def _apply(state: Folded, event: Event) -> None:
    match event.body:
        case SlotSet() as body:
            state.slots[body.slot] = body
            state.doubted.discard(body.slot)
            state.unfilled.pop(body.slot, None)
        case AskClosed() as body:
            _close(state, body)
        case AlertRaised() as body:
            state.alerts.append(body)
        case AgentSaid() | ResidentSaid() | StaffWrote() as body:
            state.spoken.append(body)
        case TurnTimed(turn=turn, clip=str(clip)):
            state.clips[turn] = clip
        case PatternUsed(pattern="ask_knowledge") as body:
            state.questions.append(body)
        case ConsentGiven() as body:
            state.consent = body
        case SuggestionMade() as body:
            state.suggestion = body
        case ConversationClosed() as body:
            state.closed = body
        case _:
            pass


def _close(state: Folded, closing: AskClosed) -> None:
    for slot in closing.slots or (closing.ask,):
        if slot in state.slots:
            state.doubted.add(slot)
        else:
            state.unfilled[slot] = closing
