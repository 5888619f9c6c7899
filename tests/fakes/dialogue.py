"""A scripted conversation: replies by what was heard, everything else a plain re-ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.domain.effects import Effect, End, Outcome, Patience, Say
from agent.domain.events import ConversationClosed, Event, EventBody, ResidentSaid
from agent.domain.turns import Completeness, Hints

Reply = Callable[[str], Sequence[Effect]]


@dataclass
class FakeDialogue:
    """Replies in order, one list of effects per utterance; then it ends."""

    replies: list[list[Effect]] = field(default_factory=list)
    complete: tuple[str, ...] = ()
    """Texts that answer the ask."""
    partial: tuple[str, ...] = ()
    red_flag: str = "胸口疼"
    emergency: tuple[Effect, ...] = (Say("请马上拨打幺二零。", "utter_emergency", interruptible=False),)
    recording: bool = True
    step: Patience = Patience.NORMAL
    events: list[Event] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    silences: int = 0
    closed: list[str] = field(default_factory=list)
    alarmed: list[str] = field(default_factory=list)
    ended: bool = False

    @property
    def may_record(self) -> bool:
        return self.recording

    @property
    def aside(self) -> bool:
        return False

    @property
    def ask(self) -> str | None:
        return "blood_pressure"

    @property
    def patience(self) -> Patience:
        return self.step

    def hints(self) -> Hints:
        return Hints(self.ask, ("高压", "低压"))

    def hear(self, text: str, confidence: float, now: datetime) -> list[Effect]:
        self.heard.append(text)
        self.note(ResidentSaid(len(self.heard), text, self.ask, confidence), now)
        if self.ended:
            return []
        if self.replies:
            return self._given(self.replies.pop(0))
        return self._given([Say("谢谢您再见。", "utter_bye"), End(Outcome.COMPLETED)])

    def _given(self, effects: list[Effect]) -> list[Effect]:
        self.ended = self.ended or any(isinstance(e, End) for e in effects)
        return effects

    def overhear(self, text: str, now: datetime) -> list[Effect]:
        if self.red_flag not in text or self.alarmed:
            return []
        self.alarmed.append(text)
        self.note(ResidentSaid(len(self.heard) + 1, text, self.ask, 1.0), now)
        self.heard.append(text)
        return list(self.emergency)

    def completes(self, text: str) -> Completeness:
        if not text:
            return Completeness.EMPTY
        if text in self.complete:
            return Completeness.COMPLETE
        return Completeness.PARTIAL if text in self.partial else Completeness.UNKNOWN

    def preview(self, text: str) -> tuple[str, ...]:
        return tuple(e.text for e in self.replies[0] if isinstance(e, Say)) if self.replies else ()

    def silence(self, now: datetime) -> list[Effect]:
        self.silences += 1
        if self.ended:
            return []
        if self.silences >= 3:
            return self._given([Say("那我晚些再打给您。", "utter_bye"), End(Outcome.CALLBACK)])
        return [Say("您还在听吗？", "utter_still_there")]

    def close(self, reason: str, now: datetime) -> list[Effect]:
        self.closed.append(reason)
        self.note(ConversationClosed("incomplete", reason), now)
        return []

    def note(self, body: EventBody, now: datetime) -> None:
        self.events.append(Event(len(self.events), now.isoformat(), body))
