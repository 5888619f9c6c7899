"""What the service needs of the house: chats, and finished visits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.domain.answers import Resident, SlotValue
from agent.flows.progress import Progress
from agent.flows.replies import Replies
from agent.report.messages import Message
from speech.ports import Pcm


@dataclass(frozen=True, slots=True)
class Turn:
    """What the agent answers."""

    visit_id: str
    replies: tuple[str, ...]
    ask: str | None
    outcome: str | None
    """None while the conversation runs."""
    turn: int = 0
    """Turns of the resident so far; the next message is number ``turn + 1``."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the resident."""

    text: str
    """Empty for silence."""
    turn: int | None = None
    """The number that the sender gives it; None takes whatever is next."""
    amend: str | None = None
    """The ask that it answers anew; None answers the open question."""
    voice: Voice | None = None
    """Where it comes from when it was spoken."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A spoken message: how sure the recogniser is, and the sound."""

    confidence: float
    sound: Pcm


@dataclass(frozen=True, slots=True)
class DoctorNews:
    """Where a call for a doctor stands, as the resident is told."""

    step: str
    """ringing, accepted, nobody, ended."""
    shown: str
    """The doctor's name."""
    number: int
    """Counts the announcements; each is read aloud once."""
    text: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What a page shows of a conversation."""

    visit_id: str
    title: str
    resident: str
    speaker: str
    """Who answers now: self, or the relation's code."""
    turn: int
    ask: str | None
    replies: Replies
    progress: Progress | None
    outcome: str | None
    messages: tuple[Message, ...]
    doctor: DoctorNews | None = None
    staff: str = ""
    """Who of the staff writes in place of the agent."""
    offers: Mapping[str, Replies] = field(default_factory=dict)
    """What is offered again for those of the messages that can be answered anew, by their ``amend``."""


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as it is shown to a caller of the service."""

    id: str
    flow: str
    form: str
    status: str
    started: str
    ended: str | None
    outcome: str | None
    record: Mapping[str, Any]
    alerts: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the service can work: every required part, and what is missing of the optional ones."""

    required: Mapping[str, str] = field(default_factory=dict)
    """Part → ``ok``, or what is wrong."""
    optional: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """All required parts are there."""
        return all(state == "ok" for state in self.required.values())


class Chats(Protocol):
    """Typed conversations. Raises ``InputError`` visit-unknown, visit-ended, flow-unknown, turn-taken."""

    async def start(
        self, flow: str, resident: Resident, history: Mapping[str, SlotValue], team: str = "", *, spoken: bool = False
    ) -> Turn:
        """Open a conversation; a resident who is new belongs to ``team`` then."""

    async def say(self, visit_id: str, said: Said) -> Turn:
        """Give a message. One that was given before (same turn, same words) is not taken twice."""

    async def look(self, visit_id: str, after: int) -> Sight:
        """The state, with the messages later than ``after``; also of a visit that has ended."""

    def watching(self, visit_id: str) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever there may be something new."""


class Voices(Protocol):
    """Speech for typed conversations. Raises ``InputError`` sound-unreadable, nothing-heard, message-unknown."""

    async def hear(self, visit_id: str, sound: bytes) -> tuple[str, Voice]:
        """The words of a recording in any usual container, at most a minute."""

    async def speak(self, visit_id: str, seq: int) -> bytes:
        """The message at a position of the log, read aloud, as WAV."""


class Shelf(Protocol):
    """Visits to look at. Raises ``InputError`` visit-unknown."""

    async def view(self, visit_id: str) -> VisitView:
        """The visit with its record and events."""

    async def page(self, visit_id: str) -> str:
        """The report as an HTML page."""

    async def clips(self, visit_id: str) -> tuple[str, ...]:
        """Names of the recordings there are, turn by turn; whole calls are ``call-1.ogg`` …"""

    async def clip(self, visit_id: str, name: str) -> bytes:
        """The audio: of a turn a WAV, of a whole call an Ogg with the resident left and the agent right.

        Raises ``InputError`` clip-unknown.
        """

    async def health(self) -> Health:
        """The state of the parts."""
