"""The service's routes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Protocol
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.responses import HTMLResponse

from connectors.access.people import CLINICAL
from connectors.api import errors
from connectors.api.access import Doors, Scope, anyone, guard, require
from connectors.api.chat import chat_routes, live_route
from connectors.api.hardening import NOTHING, Counting, harden
from connectors.api.letters import Letters, letters_router
from connectors.api.links import Links, links_router
from connectors.api.logins import Logins, logins_router
from connectors.api.origins import Origins, allow_origins
from connectors.api.policies import check_policies
from connectors.api.ports import Chats, Shelf, Voices
from connectors.api.schemas import (
    BODY_BYTES,
    VOICE_BYTES,
    ErrorOut,
    HealthOut,
    VisitId,
    VisitOut,
)
from connectors.api.staff import StaffDesk, staff_router
from connectors.live import MemoryLive

HOME = """<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>随访</title><style>body{font:18px/1.7 system-ui,sans-serif;max-width:42em;margin:3em auto;padding:0 1em}
code{background:#f2f2f2;padding:.1em .3em}</style><h1>随访 Suifang</h1>
<p>家庭医生随访语音助手。The service runs.</p><ul><li><a href="/console">/console</a> 医务人员的工作台</li>
<li><a href="/health">/health</a> 各部分的状态</li>
<li><a href="/openapi.json">/openapi.json</a> 接口</li><li><code>POST /api/chat</code> 开始一次文字随访</li>
<li><code>GET /visits/{id}/report</code> 随访报告</li></ul></html>"""

OWN_VISIT = require(*CLINICAL, scope=Scope.VISIT)
OWN_VOICE = require(*CLINICAL, scope=Scope.VISIT, act="listen")

REFUSED = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorOut.__name__}"}}}
FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"content": REFUSED} for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}
"""Described by name: a model here is built anew for every route and status, a tenth of a start."""
PAGE_HEADERS = {
    "Content-Security-Policy": f"{NOTHING}; style-src 'unsafe-inline'; media-src 'self'; img-src 'self' data:"
}


class Entrance(Doors, Logins, Protocol):
    """Logins, and what policies ask of them."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Who comes in, and how."""

    doors: Entrance
    desk: StaffDesk
    links: Links
    letters: Letters
    counting: Counting = field(default_factory=lambda: Counting(MemoryLive()))
    public_url: str = ""
    """Where people reach the service; with https cookies travel by nothing else."""

    @property
    def tls(self) -> bool:
        """People reach it by https."""
        return self.public_url.startswith("https://")


class Voice(Response):
    """Audio of a resident."""

    media_type = "audio/wav"


@dataclass(frozen=True, slots=True)
class Extras:
    """What a service may have beside the least it needs."""

    voices: Voices | None = None
    """Without voices nothing is spoken in chats."""
    origins: Origins = field(default_factory=Origins)
    routers: tuple[APIRouter, ...] = ()
    """Pages, calls, video: routers with policies of their own."""
    connect: tuple[str, ...] = ()
    """Origins that pages connect to beside the service, such as a LiveKit server's."""


def build_api(chats: Chats, shelf: Shelf, gate: Gate, extras: Extras | None = None) -> FastAPI:
    """The service over its ports. Raises ``LookupError`` when a route declares no policy."""
    extras = extras or Extras()
    api = FastAPI(title="Suifang", version="0.1.0", responses=FAULTS, docs_url=None, redoc_url=None, openapi_url=None)
    api.state.doors, api.state.tls = gate.doors, gate.tls
    api.state.connect = extras.connect
    api.state.public_host = urlsplit(gate.public_url).netloc or None
    errors.register(api)
    api.add_middleware(errors.BodyLimit, most=BODY_BYTES, voice=VOICE_BYTES)
    harden(api, gate.counting, tls=gate.tls)
    allow_origins(api, extras.origins.allowed)  # outermost: a refusal is told to those sites too
    for router in (_general(shelf), chat_routes(chats, extras.voices), live_route(chats, extras.origins),
                   _visits(shelf), logins_router(gate.doors), staff_router(gate.desk), links_router(gate.links),
                   letters_router(gate.letters), *extras.routers):  # fmt: skip
        api.include_router(router)
    check_policies(api)
    return api


def _general(shelf: Shelf) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse, include_in_schema=False, dependencies=[guard(anyone)])
    async def home() -> HTMLResponse:
        return HTMLResponse(HOME, headers=PAGE_HEADERS)

    @router.get("/openapi.json", include_in_schema=False, dependencies=[guard(anyone)])
    async def contract(request: Request) -> dict[str, Any]:
        """All routes, their requests and answers."""
        api: FastAPI = request.app
        return api.openapi()

    @router.get("/health", dependencies=[guard(anyone)], responses={503: {"model": ErrorOut}})
    async def health(response: Response) -> HealthOut:
        """Whether the service works: required parts decide, optional parts are told."""
        state = await shelf.health()
        response.status_code = 200 if state.ok else 503
        return HealthOut(
            status="ok" if state.ok else "failing", required=dict(state.required), optional=dict(state.optional)
        )

    return router


def _visits(shelf: Shelf) -> APIRouter:
    router = APIRouter()

    @router.get("/api/visits/{visit_id}", dependencies=[guard(OWN_VISIT)])
    async def visit(visit_id: Annotated[VisitId, Path()]) -> VisitOut:
        """A visit with its record, alerts and events."""
        return VisitOut.model_validate(asdict(await shelf.view(visit_id)))

    @router.get("/visits/{visit_id}/report", response_class=HTMLResponse, dependencies=[guard(OWN_VISIT)])
    async def report(visit_id: Annotated[VisitId, Path()]) -> HTMLResponse:
        """The report, fit to print."""
        return HTMLResponse(await shelf.page(visit_id), headers=PAGE_HEADERS)

    @router.get("/visits/{visit_id}/clips", dependencies=[guard(OWN_VOICE)])
    async def clips(visit_id: Annotated[VisitId, Path()]) -> list[str]:
        """Names of what was recorded: turns, and whole calls."""
        return list(await shelf.clips(visit_id))

    @router.get("/visits/{visit_id}/clips/{name}", response_class=Voice, dependencies=[guard(OWN_VOICE)])
    async def clip(
        visit_id: Annotated[VisitId, Path()], name: Annotated[str, Path(pattern=r"^[\w.-]{1,64}$")]
    ) -> Voice:
        """The resident's voice in one turn, or both sides of a whole call."""
        kind = "audio/ogg" if name.endswith(".ogg") else Voice.media_type
        return Voice(await shelf.clip(visit_id, name), media_type=kind, headers={"Cache-Control": "no-store"})

    return router
