"""Doctors who are rung, and rooms in which browsers meet. docs/video.md tells the frames of the sockets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Query, Response, WebSocket
from pydantic import BaseModel, Field

from connectors.access.people import ResidentLink, Role, Staff
from connectors.api.access import Scope, accept, either, require
from connectors.api.drawn import language_of
from connectors.api.ports import DoctorNews
from connectors.api.schemas import Strict, VisitId
from connectors.api.sockets import hold
from connectors.web.console.told import ring_in
from connectors.web.language import Language

DOCTOR, SOMEBODY, GUEST = require(Role.DOCTOR), either(Scope.VISIT), either(Scope.VISIT, room=True)
Doctor = Annotated[Staff, Depends(DOCTOR)]
OwnDoctor = Annotated[Staff, Depends(require(Role.DOCTOR, scope=Scope.VISIT, act="talk"))]
Somebody = Annotated[Staff | ResidentLink, Depends(SOMEBODY)]
Guest = Annotated[Staff | ResidentLink, Depends(GUEST)]
Visit = Annotated[VisitId, Path()]
Outcome = Literal["handled", "emergency", "visit", "home_visit", "unreachable"]


class Desk(Protocol):
    """One doctor's page, on duty."""

    async def news(self) -> dict[str, Any]:
        """The next thing to be told: ring, ring-over, accepted."""

    async def accept(self, visit_id: str) -> None:
        """Take a call. Raises ``InputError`` call-taken, call-unknown."""

    async def decline(self, visit_id: str) -> None:
        """Let it ring at the next doctor's."""


class Seat(Protocol):
    """One browser in a room."""

    async def news(self) -> dict[str, Any]:
        """The next thing to be told: hello, peer, signal, gone, ended."""

    def pass_on(self, to: int, signal: dict[str, Any]) -> None:
        """A description or candidate for another browser of the room."""

    async def stranded(self, problem: str) -> None:
        """The browser cannot get in where the room is held: everybody in it meets elsewhere, at once."""


class Doctors(Protocol):
    """Brings doctors and residents together."""

    def on_duty(self, staff: Staff) -> AbstractAsyncContextManager[Desk]:
        """A doctor's page is open: they can be rung."""

    def seat(self, visit_id: str, who: Staff | ResidentLink, *, family: bool) -> AbstractAsyncContextManager[Seat]:
        """Be in the room of a visit. Raises ``InputError`` no-call, room-full."""

    def news(self, visit_id: str) -> DoctorNews | None:
        """Where the call for a doctor stands; None where none is rung."""

    async def finish(self, visit_id: str, staff: Staff, outcome: str, notes: str) -> None:
        """The talk has ended; it goes to the record."""

    async def announcement(self, visit_id: str, number: int) -> bytes:
        """What the resident is told at this step, read aloud (WAV)."""


class OutcomeIn(Strict):
    """What came of a talk."""

    outcome: Outcome
    notes: str = Field(default="", max_length=2000)


class StepOut(BaseModel):
    """Where the call for a doctor stands. Nothing of what for: whoever holds the link may not be the resident."""

    step: Literal["", "ringing", "accepted", "nobody", "ended"]
    """Empty where nobody is rung, also after a new start of the service."""


class DeskMessage(Strict):
    """What a doctor's page sends."""

    type: Literal["accept", "decline", "pong"]
    visit_id: VisitId = "0" * 32


class RoomMessage(Strict):
    """What a page in a room sends; ``description`` and ``candidate`` are the browser's own objects."""

    type: Literal["signal", "stranded", "pong"]
    problem: Literal["", "livekit-unreachable", "livekit-refused", "livekit-lost"] = ""
    """Why a page is stranded."""
    to: int = Field(default=0, ge=0)
    description: dict[str, str] | None = None
    candidate: dict[str, Any] | None = None


def _in(language: Language, desk: Desk) -> Callable[[], Awaitable[dict[str, Any]]]:
    """News of a desk in the language of its page."""

    async def news() -> dict[str, Any]:
        return ring_in(language, await desk.news())

    return news


async def _from_page(seat: Seat, raw: str) -> None:
    message = RoomMessage.model_validate_json(raw)
    if message.type == "signal":
        seat.pass_on(message.to, message.model_dump(exclude={"type", "to", "problem"}, exclude_none=True))
    elif message.type == "stranded":
        await seat.stranded(message.problem or "livekit-lost")


def video_routes(doctors: Doctors) -> APIRouter:
    """Sockets of doctors and rooms, and the outcome."""
    router = APIRouter()

    @router.websocket("/api/doctor/live")
    async def duty(socket: WebSocket, staff: Doctor) -> None:
        """A doctor on duty."""
        await accept(socket)
        async with doctors.on_duty(staff) as desk:

            async def take(raw: str) -> None:
                message = DeskMessage.model_validate_json(raw)
                if message.type == "accept":
                    await desk.accept(message.visit_id)
                elif message.type == "decline":
                    await desk.decline(message.visit_id)

            await hold(socket, _in(language_of(socket), desk), take, DOCTOR)

    @router.websocket("/api/video/{visit_id}/live")
    async def room(socket: WebSocket, visit_id: Visit, who: Guest, family: Annotated[bool, Query()] = False) -> None:
        """A browser in the room of a visit."""
        async with doctors.seat(visit_id, who, family=family) as seat:
            await accept(socket)

            await hold(socket, seat.news, partial(_from_page, seat), GUEST)

    @router.get("/api/video/{visit_id}/doctor")
    async def step(visit_id: Visit, _who: Guest) -> StepOut:
        """Whether a doctor comes, for a page that is not let into the room."""
        told = doctors.news(visit_id)
        return StepOut.model_validate({"step": told.step if told else ""})

    @router.post("/api/video/{visit_id}/outcome", status_code=204)
    async def outcome(visit_id: Visit, body: OutcomeIn, staff: OwnDoctor) -> None:
        """The talk has ended."""
        await doctors.finish(visit_id, staff, body.outcome, body.notes.strip())

    @router.get("/api/video/{visit_id}/speech/{seq}")
    async def announcement(visit_id: Visit, seq: Annotated[int, Path(ge=0, le=1000)], _who: Somebody) -> Response:
        """What the resident is told at a step, read aloud."""
        return Response(await doctors.announcement(visit_id, seq), media_type="audio/wav")

    return router
