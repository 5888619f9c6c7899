"""Alerts: the list, the ring that pages poll, taking and closing; conversations that go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from connectors.access.people import CLINICAL, Role, Staff
from connectors.api.access import Scope, guard, require
from connectors.api.console import Carer, Own, Visit, frame_of
from connectors.api.drawn import html, language_of
from connectors.api.schemas import Strict
from connectors.web.console.alerts import alerts_page
from connectors.web.console.told import alert_in, live_in
from connectors.web.console.views import AlertView, Desk

Seq = Annotated[int, Path(ge=0, le=1_000_000)]
After = Annotated[int, Query(ge=-1, le=1_000_000)]
OWN_LIVE = require(*CLINICAL, scope=Scope.VISIT, act="follow")


class ClosedIn(Strict):
    """What became of an alert."""

    outcome: Literal["reached", "ambulance", "clinic", "family", "unreached", "false"]
    note: str = Field(default="", max_length=200)


KEPT = "涉及心理健康，医生和接手的人可见"


def _for(staff: Staff, views: Sequence[AlertView]) -> tuple[AlertView, ...]:
    """What this member of staff may read: that somebody is in danger, always; words about the mind not."""
    return tuple(
        replace(view, evidence=KEPT, words=(), values=(), medicines=())
        if view.mind and staff.role is not Role.DOCTOR and view.by != staff.shown
        else view
        for view in views
    )


def alerts_router(desk: Desk) -> APIRouter:
    """The page, and what scripts ask and do."""
    router = APIRouter()

    @router.get("/console/alerts", response_class=HTMLResponse, include_in_schema=False)
    async def page(staff: Carer, request: Request) -> HTMLResponse:
        return html(alerts_page(await frame_of(request), _for(staff, await desk.alerts(staff.team))), request)

    @router.get("/api/alerts")
    async def ringing(staff: Carer, request: Request) -> list[dict[str, Any]]:
        """Alerts of one's team that nobody has taken, with their pre-brief; the most urgent first."""
        views, language = _for(staff, await desk.alerts(staff.team, loose=True)), language_of(request)
        return [asdict(alert_in(language, alert)) for alert in views]

    @router.post("/api/visits/{visit_id}/alerts/{seq}/take", status_code=204)
    async def take(visit_id: Visit, seq: Seq, staff: Own) -> None:
        """Look after it. 409 when somebody was quicker."""
        await desk.take(visit_id, seq, staff)

    @router.post("/api/visits/{visit_id}/alerts/close", status_code=204)
    async def close(visit_id: Visit, body: ClosedIn, staff: Own) -> None:
        """Say what became of them."""
        await desk.close(visit_id, (body.outcome, body.note.strip()), staff)

    @router.get("/api/visits/{visit_id}/live", dependencies=[guard(OWN_LIVE)])
    async def live(visit_id: Visit, request: Request, after: After = -1) -> dict[str, Any]:
        """Lines of a conversation later than ``after``, what was answered so far, its alerts."""
        return asdict(live_in(language_of(request), await desk.live(visit_id, after)))

    return router
