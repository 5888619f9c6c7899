"""Residents' links: staff make and revoke them, a resident opens the one conversation that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from agent.domain.answers import Resident
from connectors.access.people import CLINICAL, Purpose, ResidentLink, Speaker, Staff, Talk
from connectors.api.access import any_link, anyone, guard, require, resident_link
from connectors.api.schemas import Strict

Carer = Annotated[Staff, Depends(require(*CLINICAL))]
Holder = Annotated[ResidentLink, Depends(resident_link)]
Guest = Annotated[ResidentLink, Depends(any_link)]
LinkId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@dataclass(frozen=True, slots=True)
class WantedLink:
    """A link to be made."""

    resident_id: str
    flow: str
    purpose: Purpose = Purpose.CHAT
    speaker: Speaker = Speaker.SELF
    hours: int | None = None
    """How long it is good; None as the settings say."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link to be sent."""

    link: ResidentLink
    token: str
    url: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The conversation of a link."""

    visit_id: str
    replies: tuple[str, ...]
    """Its opening words, the first time."""


class Links(Protocol):
    """Links of residents. Raises ``InputError`` resident-unknown, flow-unknown, link-unknown."""

    async def create(self, wanted: WantedLink, by: str, team: str | None) -> MadeLink:
        """Make one; a team may make them for its own residents."""

    async def revoke(self, link_id: str, by: str, team: str | None) -> None:
        """Make it worthless."""

    async def open(self, link: ResidentLink) -> Opened:
        """Begin the conversation, or name the one that was begun."""

    async def walk_in(self, flow: str, who: Resident, purpose: Purpose) -> tuple[MadeLink, Opened]:
        """A conversation with somebody who has no link. Raises ``InputError`` walk-in-closed."""


class LinkIn(Strict):
    """A link to be made."""

    resident_id: str = Field(min_length=1, max_length=64)
    flow: str = Field(min_length=1, max_length=64)
    purpose: Talk = Purpose.CHAT
    speaker: Speaker = Speaker.SELF
    hours: int | None = Field(default=None, ge=1, le=720)


class WalkIn(Strict):
    """Somebody without a link: nothing is known of them, and nothing stored is shown to them."""

    flow: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=32)
    phone: str = Field(default="", pattern=r"^(1\d{10})?$")
    """For staff, who find out whether they know them."""
    purpose: Talk = Purpose.CHAT


class LinkOut(BaseModel):
    """A link to be sent; the token is not shown again."""

    id: str
    token: str
    url: str
    until_ms: int


class HeldLink(BaseModel):
    """What a link opens. Nothing in it names the resident: whoever has the link may not be them."""

    purpose: Purpose
    flow: str
    speaker: Speaker
    visit_id: str | None
    until_ms: int


class OpenedOut(BaseModel):
    """The conversation; ``replies`` are its opening words, empty when it was begun before."""

    visit_id: str
    replies: list[str]


class WalkInOut(OpenedOut):
    """The conversation, and the token that goes on with it."""

    token: str
    until_ms: int


def links_router(links: Links) -> APIRouter:
    """The routes under /api/links for staff, /api/link for residents."""
    router = APIRouter()

    @router.post("/api/links", status_code=201)
    async def create(body: LinkIn, staff: Carer) -> LinkOut:
        """Make a link for a resident of one's team."""
        wanted = WantedLink(body.resident_id, body.flow, body.purpose, body.speaker, body.hours)
        made = await links.create(wanted, staff.name, staff.team)
        return LinkOut(id=made.link.id, token=made.token, url=made.url, until_ms=made.link.until_ms)

    @router.delete("/api/links/{link_id}", status_code=204)
    async def revoke(link_id: LinkId, staff: Carer) -> None:
        """Make a link worthless."""
        await links.revoke(link_id, staff.name, staff.team)

    @router.get("/api/link")
    async def held(link: Guest) -> HeldLink:
        """What the link opens."""
        about = "" if link.purpose is Purpose.ROOM else link.flow  # a relative need not know what for
        return HeldLink(
            purpose=link.purpose, flow=about, speaker=link.speaker, visit_id=link.visit_id, until_ms=link.until_ms
        )

    @router.post("/api/link", status_code=201, dependencies=[guard(anyone)])
    async def walk_in(body: WalkIn) -> WalkInOut:
        """Begin a conversation without a link, where the settings allow it (SUIFANG_WALK_IN)."""
        made, begun = await links.walk_in(body.flow, Resident(body.name, phone=body.phone), body.purpose)
        return WalkInOut(
            visit_id=begun.visit_id, replies=list(begun.replies), token=made.token, until_ms=made.link.until_ms
        )

    @router.post("/api/link/visit")
    async def opened(link: Holder) -> OpenedOut:
        """Begin the conversation of the link, or find the one that was begun."""
        found = await links.open(link)
        return OpenedOut(visit_id=found.visit_id, replies=list(found.replies))

    return router
