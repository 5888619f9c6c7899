"""What the service needs of the house: chats, and finished visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.domain.answers import Resident, SlotValue


@dataclass(frozen=True, slots=True)
class Turn:
    """What the agent answers."""

    visit_id: str
    replies: tuple[str, ...]
    ask: str | None
    outcome: str | None
    """None while the conversation runs."""


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
    """Typed conversations. Raises ``InputError`` visit-unknown, visit-ended, flow-unknown."""

    async def start(self, flow: str, resident: Resident, history: Mapping[str, SlotValue], team: str = "") -> Turn:
        """Open a conversation; a resident who is new belongs to ``team`` then."""

    async def say(self, visit_id: str, text: str) -> Turn:
        """Give what the resident typed; an empty text is silence."""


class Shelf(Protocol):
    """Visits to look at. Raises ``InputError`` visit-unknown."""

    async def view(self, visit_id: str) -> VisitView:
        """The visit with its record and events."""

    async def page(self, visit_id: str) -> str:
        """The report as an HTML page."""

    async def clip(self, visit_id: str, name: str) -> bytes:
        """The audio of a clip, a WAV. Raises ``InputError`` clip-unknown."""

    async def health(self) -> Health:
        """The state of the parts."""
