"""Staff who write in a running chat, or speak in a call, in place of the agent."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from connectors.access.people import CLINICAL, Staff
from connectors.api.access import Scope, require
from connectors.api.schemas import TEXT_CHARS, Strict, VisitId

Writer = Annotated[Staff, Depends(require(*CLINICAL, scope=Scope.VISIT, act="write"))]
Visit = Annotated[VisitId, Path()]


class TakeOver(Protocol):
    """Raises ``InputError`` visit-ended, visit-in-call, talk-taken, talk-loose."""

    async def take(self, visit_id: str, staff: Staff) -> None:
        """Write in place of the agent from now on."""

    async def say(self, visit_id: str, text: str, staff: Staff) -> None:
        """A message to the resident."""

    async def hand_back(self, visit_id: str, staff: Staff) -> None:
        """The agent goes on."""

    async def end(self, visit_id: str, staff: Staff) -> None:
        """The call that they have is over. Raises ``InputError`` no-call."""


class WordsIn(Strict):
    """A message to the resident."""

    text: str = Field(min_length=1, max_length=TEXT_CHARS, pattern=r"\S")


def takeover_routes(talk: TakeOver) -> APIRouter:
    """Take over, write, hand back."""
    router = APIRouter(prefix="/api/visits/{visit_id}/talk")

    @router.post("/take", status_code=204)
    async def take(visit_id: Visit, staff: Writer) -> None:
        """Write, or in a call speak, in place of the agent. 409 when somebody else does."""
        await talk.take(visit_id, staff)

    @router.post("/say", status_code=204)
    async def say(visit_id: Visit, body: WordsIn, staff: Writer) -> None:
        """Write to the resident."""
        await talk.say(visit_id, body.text.strip(), staff)

    @router.post("/back", status_code=204)
    async def back(visit_id: Visit, staff: Writer) -> None:
        """The agent goes on where it was."""
        await talk.hand_back(visit_id, staff)

    @router.post("/end", status_code=204)
    async def end(visit_id: Visit, staff: Writer) -> None:
        """Hang up a call that one has taken over."""
        await talk.end(visit_id, staff)

    return router
