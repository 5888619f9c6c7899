"""The service's routes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Response
from fastapi.responses import FileResponse, HTMLResponse

from agent.domain.answers import Medication, Resident, SlotValue
from connectors.api import errors
from connectors.api.ports import Chats, Shelf, Turn
from connectors.api.schemas import (
    BODY_BYTES,
    ChatMessage,
    ChatReply,
    ChatStart,
    ErrorOut,
    HealthOut,
    VisitId,
    VisitOut,
)

HOME = """<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>随访</title><style>body{font:18px/1.7 system-ui,sans-serif;max-width:42em;margin:3em auto;padding:0 1em}
code{background:#f2f2f2;padding:.1em .3em}</style><h1>随访 Suifang</h1>
<p>家庭医生随访语音助手。The service runs.</p><ul><li><a href="/health">/health</a> 各部分的状态</li>
<li><a href="/docs">/docs</a> 接口</li><li><code>POST /api/chat</code> 开始一次文字随访</li>
<li><code>GET /visits/{id}/report</code> 随访报告</li></ul></html>"""

FAULTS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorOut} for status in (400, 404, 409, 413, 422, 503)}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def build_api(chats: Chats, shelf: Shelf) -> FastAPI:
    """The service over its two ports."""
    api = FastAPI(title="Suifang", version="0.1.0", responses=FAULTS)
    errors.register(api)
    api.add_middleware(errors.BodyLimit, most=BODY_BYTES)
    api.include_router(_general(shelf))
    api.include_router(_chat(chats))
    api.include_router(_visits(shelf))
    return api


def _general(shelf: Shelf) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def home() -> HTMLResponse:
        return HTMLResponse(HOME, headers=PAGE_HEADERS)

    @router.get("/health")
    async def health(response: Response) -> HealthOut:
        """Whether the service works: required parts decide, optional parts are told."""
        state = await shelf.health()
        response.status_code = 200 if state.ok else 503
        return HealthOut(
            status="ok" if state.ok else "failing", required=dict(state.required), optional=dict(state.optional)
        )

    return router


def _chat(chats: Chats) -> APIRouter:
    router = APIRouter(prefix="/api/chat")

    @router.post("", status_code=201)
    async def start(body: ChatStart) -> ChatReply:
        """Begin a conversation; the replies are its opening words."""
        who = body.resident
        resident = Resident(who.name, who.id, who.sex, who.birth_date, who.phone)
        return _reply(await chats.start(body.flow, resident, _history(body.history)))

    @router.post("/{visit_id}")
    async def say(visit_id: Annotated[VisitId, Path()], body: ChatMessage) -> ChatReply:
        """Give the resident's message; an empty one is silence."""
        return _reply(await chats.say(visit_id, body.text.strip()))

    return router


def _visits(shelf: Shelf) -> APIRouter:
    router = APIRouter()

    @router.get("/api/visits/{visit_id}")
    async def visit(visit_id: Annotated[VisitId, Path()]) -> VisitOut:
        """A visit with its record, alerts and events."""
        return VisitOut.model_validate(asdict(await shelf.view(visit_id)))

    @router.get("/visits/{visit_id}/report", response_class=HTMLResponse)
    async def report(visit_id: Annotated[VisitId, Path()]) -> HTMLResponse:
        """The report, fit to print."""
        return HTMLResponse(await shelf.page(visit_id), headers=PAGE_HEADERS)

    @router.get("/visits/{visit_id}/clips/{name}", response_class=FileResponse)
    async def clip(
        visit_id: Annotated[VisitId, Path()], name: Annotated[str, Path(pattern=r"^[\w.-]{1,64}$")]
    ) -> FileResponse:
        """The resident's voice in one turn."""
        return FileResponse(await shelf.clip(visit_id, name), media_type="audio/wav")

    return router


def _history(values: dict[str, str | int | float | bool | list[str]]) -> dict[str, SlotValue]:
    """Lists become tuples; medicines are named by their ids."""
    history: dict[str, SlotValue] = {}
    for slot, value in values.items():
        if not isinstance(value, list):
            history[slot] = value
        elif slot == "medications":
            history[slot] = tuple(Medication(item) for item in value)
        else:
            history[slot] = tuple(value)
    return history


def _reply(turn: Turn) -> ChatReply:
    return ChatReply(
        visit_id=turn.visit_id,
        replies=list(turn.replies),
        ask=turn.ask,
        done=turn.outcome is not None,
        outcome=turn.outcome,
    )
