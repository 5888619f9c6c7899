"""Rosters; and the pages of operators and admins, which hold nothing clinical."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from agent.errors import BackendError
from connectors.access.people import CLINICAL, Role, Staff, StaffRow
from connectors.api.access import Scope, any_staff, guard, require
from connectors.api.console import Carer, frame_of
from connectors.api.drawn import html
from connectors.api.schemas import Strict
from connectors.web.console.house import DataFile, HouseView, operations_page, users_page, wording_page
from connectors.web.console.resident import figures_page, resident_page
from connectors.web.console.roster import RosterView, roster_page
from connectors.web.console.views import Desk

Anyone = Annotated[Staff, Depends(any_staff())]
Runner = Annotated[Staff, Depends(require(Role.OPERATOR, Role.ADMIN))]
Admin = Annotated[Staff, Depends(require(Role.ADMIN))]
OWN_RESIDENT = require(*CLINICAL, scope=Scope.RESIDENT)
ResidentId = Annotated[str, Path(min_length=1, max_length=64)]
RuleId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Looking = Annotated[Staff, Depends(require(Role.DOCTOR, scope=Scope.RESIDENT, act="trend"))]
ShiftId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Minute = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$")]


class Office(Protocol):
    """What is asked of the house beside the desk. Raises ``InputError`` staff-unknown, shift-unknown."""

    async def operations(self, team: str) -> HouseView:
        """Residents and contracts of a team, dead letters, health."""

    async def accounts(self) -> tuple[StaffRow, ...]:
        """Every account."""

    def wording(self) -> tuple[DataFile, ...]:
        """Wording and thresholds in use."""

    async def roster(self, team: str) -> RosterView:
        """Shifts and members of a team."""

    async def add_shift(self, staff_id: str, times: tuple[str, str], staff: Staff) -> str:
        """Somebody is on duty; the shift's id."""

    async def remove_shift(self, shift_id: str, staff: Staff) -> None:
        """Take it out."""

    async def available(self, state: str, staff: Staff) -> None:
        """Whether they can take a call from now on."""


class ShiftIn(Strict):
    """Somebody is on duty; times are local."""

    staff_id: str = Field(min_length=1, max_length=32)
    starts: Minute
    ends: Minute


class ShiftOut(BaseModel):
    """A shift that was made."""

    id: str


class AvailabilityIn(Strict):
    """Whether one can take a call."""

    state: Literal["available", "busy", "away"]


def office_router(desk: Desk, office: Office) -> APIRouter:
    """The pages of residents, figures, roster, operations, accounts and wording."""
    router = APIRouter()
    _people(router, desk)
    _roster(router, office)
    _house(router, office)
    return router


def _people(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/console/residents/{resident_id}", response_class=HTMLResponse, include_in_schema=False,
        dependencies=[guard(OWN_RESIDENT)],
    )  # fmt: skip
    async def resident(resident_id: ResidentId, request: Request) -> HTMLResponse:
        return html(resident_page(await frame_of(request), await desk.resident(resident_id)), request)

    @router.post("/api/residents/{resident_id}/trends/{rule}/seen", status_code=204)
    async def seen(resident_id: ResidentId, rule: RuleId, doctor: Looking) -> None:
        """A doctor has looked at a course that turned bad."""
        await desk.seen(resident_id, rule, doctor)

    @router.get("/console/figures", response_class=HTMLResponse, include_in_schema=False)
    async def figures(staff: Anyone, request: Request) -> HTMLResponse:
        try:
            found, problem = await desk.figures(), ""
        except BackendError as error:
            found, problem = (), error.message
        results = await desk.results(staff.team) if staff.team else ()
        return html(figures_page(await frame_of(request), found, results, problem), request)


def _roster(router: APIRouter, office: Office) -> None:
    @router.get("/console/roster", response_class=HTMLResponse, include_in_schema=False)
    async def roster(staff: Carer, request: Request) -> HTMLResponse:
        return html(roster_page(await frame_of(request), await office.roster(staff.team)), request)

    @router.post("/api/roster/shifts", status_code=201)
    async def add_shift(body: ShiftIn, staff: Carer) -> ShiftOut:
        """Put somebody of one's team on duty."""
        return ShiftOut(id=await office.add_shift(body.staff_id, (body.starts, body.ends), staff))

    @router.delete("/api/roster/shifts/{shift_id}", status_code=204)
    async def remove_shift(shift_id: ShiftId, staff: Carer) -> None:
        """Take a shift of one's team out."""
        await office.remove_shift(shift_id, staff)

    @router.put("/api/roster/availability", status_code=204)
    async def availability(body: AvailabilityIn, staff: Carer) -> None:
        """Say whether one can take a call now."""
        await office.available(body.state, staff)


def _house(router: APIRouter, office: Office) -> None:
    @router.get("/console/operations", response_class=HTMLResponse, include_in_schema=False)
    async def operations(staff: Runner, request: Request) -> HTMLResponse:
        return html(operations_page(await frame_of(request), await office.operations(staff.team)), request)

    @router.get("/console/users", response_class=HTMLResponse, include_in_schema=False)
    async def users(_admin: Admin, request: Request) -> HTMLResponse:
        return html(users_page(await frame_of(request), await office.accounts()), request)

    @router.get("/console/wording", response_class=HTMLResponse, include_in_schema=False)
    async def wording(_staff: Anyone, request: Request) -> HTMLResponse:
        return html(wording_page(await frame_of(request), office.wording()), request)
