"""What goes over the wire, with the limits on it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TEXT_CHARS = 400
"""Longest message; understanding reads no more."""
BODY_BYTES = 64 * 1024
"""Largest request."""
VOICE_BYTES = 2 * 1024 * 1024
"""Largest spoken message: a minute in any usual codec."""

VisitId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Strict(BaseModel):
    """A request: nothing but what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResidentIn(Strict):
    """The person the conversation is about."""

    name: str = Field(min_length=1, max_length=32)
    id: str = Field(default="", max_length=64)
    sex: str = Field(default="0", pattern="^[0129]$")
    birth_date: date | None = None
    phone: str = Field(default="", max_length=20, pattern=r"^[0-9+\- ]*$")


class ChatStart(Strict):
    """Begin a conversation."""

    flow: str = Field(min_length=1, max_length=64)
    resident: ResidentIn
    history: dict[str, str | int | float | bool | list[str]] = Field(default_factory=dict, max_length=64)


class ChatMessage(Strict):
    """What the resident typed; empty for silence."""

    text: str = Field(max_length=TEXT_CHARS)
    turn: int | None = Field(default=None, ge=1, le=1000)
    """The sender's number of the message, one more than the turns so far: given twice, it is taken once."""
    amend: str | None = Field(default=None, pattern=r"^[a-z0-9_]{1,64}$")
    """The ask that is answered anew."""


class LiveMessage(ChatMessage):
    """What a page sends over its socket."""

    type: Literal["say", "pong"]
    text: str = Field(default="", max_length=TEXT_CHARS)


class ChatReply(BaseModel):
    """What the agent says now."""

    visit_id: str
    replies: list[str]
    ask: str | None
    done: bool
    outcome: str | None
    turn: int


class VisitOut(BaseModel):
    """A visit with its record and events."""

    id: str
    flow: str
    form: str
    status: str
    started: str
    ended: str | None
    outcome: str | None
    record: dict[str, Any]
    alerts: list[dict[str, Any]]
    events: list[dict[str, Any]]


class HealthOut(BaseModel):
    """Required and optional parts."""

    status: str
    required: dict[str, str]
    optional: dict[str, str]


class ErrorOut(BaseModel):
    """Every error has this form."""

    code: str
    message: str
    remedy: str
