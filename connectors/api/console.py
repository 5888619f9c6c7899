"""The pages of doctors and nurses, and what they do there. Pages are drawn by ``connectors.web.console``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from connectors.access.people import CLINICAL, Role, Session, Staff, Stage
from connectors.api.access import Scope, any_staff, anyone, cookie_of, guard, require, session_of
from connectors.api.drawn import html
from connectors.api.logins import Logins
from connectors.api.schemas import Strict, VisitId
from connectors.web.console.alerts import live_page
from connectors.web.console.calls import calls_page
from connectors.web.console.entrance import account_page, login_page
from connectors.web.console.report import report_page
from connectors.web.console.shell import Frame
from connectors.web.console.views import Desk, Seen
from connectors.web.console.work import work_page

early = any_staff(Stage.CHANGE_PASSWORD)
Carer = Annotated[Staff, Depends(require(*CLINICAL))]
OWN = require(*CLINICAL, scope=Scope.VISIT)
Own = Annotated[Staff, Depends(require(*CLINICAL, scope=Scope.VISIT, act="correct"))]
Signing = Annotated[Staff, Depends(require(Role.DOCTOR, scope=Scope.VISIT, act="sign"))]
Deciding = Annotated[Staff, Depends(require(Role.DOCTOR, scope=Scope.VISIT, act="decide"))]
Visit = Annotated[VisitId, Path()]
Proposal = Annotated[int, Path(ge=1, le=2**31 - 1)]
HOMES = {Role.OPERATOR: "/console/operations", Role.ADMIN: "/console/users"}


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """What the console is made of."""

    desk: Desk
    logins: Logins


class CorrectionIn(Strict):
    """One value changed by a doctor or nurse."""

    version: int = Field(ge=0)
    """The version that they had before them."""
    slot: str = Field(min_length=1, max_length=64)
    value: str = Field(min_length=1, max_length=400)
    why: str = Field(min_length=1, max_length=200)
    misheard: bool = False


class SignatureIn(Strict):
    """A signature under the version that the doctor had before them."""

    version: int = Field(ge=0)


class RecallIn(Strict):
    """Why a visit is to be held again."""

    why: str = Field(min_length=1, max_length=200)


class DecisionIn(Strict):
    """Whether a fact goes to the health record."""

    accept: bool


class VersionOut(BaseModel):
    """The newest version."""

    version: int


async def frame_of(request: Request) -> Frame:
    """Whose page it is."""
    session = await session_of(request)
    return Frame(session.staff, session.csrf, request.url.path)


def console_router(parts: ConsoleParts) -> APIRouter:
    """The routes under /console for people, under /api/visits for their pages."""
    router = APIRouter()
    _entrance(router, parts.logins)
    _pages(router, parts.desk)
    _acts(router, parts.desk)
    return router


def _entrance(router: APIRouter, logins: Logins) -> None:
    @router.get("/console/login", response_class=HTMLResponse, include_in_schema=False, dependencies=[guard(anyone)])
    async def login(request: Request) -> HTMLResponse:
        return html(login_page(), request)

    @router.get("/console", include_in_schema=False, dependencies=[guard(early)])
    async def home(request: Request) -> RedirectResponse:
        session = await session_of(request)
        place = HOMES.get(session.staff.role, "/console/work") if session.stage is Stage.FULL else "/console/account"
        return RedirectResponse(place, 303)

    @router.get("/console/account", response_class=HTMLResponse, include_in_schema=False, dependencies=[guard(early)])
    async def account(request: Request) -> HTMLResponse:
        session = await session_of(request)
        return html(account_page(session, await _enrolment(request, logins, session)), request)


async def _enrolment(request: Request, logins: Logins, session: Session) -> tuple[str, str] | None:
    if session.stage is not Stage.ENROL:
        return None
    offered = await logins.offer(cookie_of(request), session.staff)
    return offered.secret, offered.uri


def _pages(router: APIRouter, desk: Desk) -> None:
    @router.get("/console/work", response_class=HTMLResponse, include_in_schema=False)
    async def work(staff: Carer, request: Request) -> HTMLResponse:
        return html(work_page(await frame_of(request), await desk.work(staff.team)), request)

    @router.get("/console/calls", response_class=HTMLResponse, include_in_schema=False)
    async def calls(staff: Carer, request: Request) -> HTMLResponse:
        return html(calls_page(await frame_of(request), await desk.calls(staff.team)), request)

    @router.get(
        "/console/visits/{visit_id}", response_class=HTMLResponse, include_in_schema=False, dependencies=[guard(OWN)]
    )
    async def report(visit_id: Visit, request: Request) -> HTMLResponse:
        frame, live = await frame_of(request), await desk.live(visit_id)
        page = live_page(frame, live) if live.running else report_page(frame, await desk.report(visit_id))
        return html(page, request)


def _acts(router: APIRouter, desk: Desk) -> None:
    @router.post("/api/visits/{visit_id}/corrections", status_code=201)
    async def correct(visit_id: Visit, body: CorrectionIn, staff: Own) -> VersionOut:
        """Change one value: a new version that keeps the old value, who, when and why. 409 when it was changed."""
        await desk.correct(visit_id, body.slot, Seen(body.version, body.value, body.why, body.misheard), staff)
        return VersionOut(version=body.version + 1)

    @router.post("/api/visits/{visit_id}/sign", status_code=201)
    async def sign(visit_id: Visit, body: SignatureIn, doctor: Signing) -> VersionOut:
        """Sign; what is suggested is taken over where no doctor decided otherwise. 409 when it was changed."""
        return VersionOut(version=await desk.sign(visit_id, Seen(body.version), doctor))

    @router.post("/api/visits/{visit_id}/proposals/{proposal}", status_code=204)
    async def decide(visit_id: Visit, proposal: Proposal, body: DecisionIn, doctor: Deciding) -> None:
        """Take a fact that was told in the visit into the health record, or not. 409 when it was decided."""
        await desk.decide(visit_id, proposal, doctor, accept=body.accept)

    @router.post("/api/visits/{visit_id}/recall", status_code=204)
    async def recall(visit_id: Visit, body: RecallIn, staff: Own) -> None:
        """Send the visit back: it is to be held again."""
        await desk.recall(visit_id, body.why, staff)
