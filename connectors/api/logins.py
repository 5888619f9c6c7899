"""Logging in and out, one's own password, the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from connectors.access.people import Session, Staff, Stage
from connectors.api.access import COOKIE, TLS_COOKIE, any_staff, anyone, cookie_of, guard, session_of
from connectors.api.schemas import Strict

early = any_staff(Stage.CHANGE_PASSWORD)
Anyone = Annotated[Staff, Depends(early)]
"""Staff at any stage of their login."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants in."""

    name: str
    password: str
    code: str
    address: str
    """Where from, for the audit log."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator application is given."""

    secret: str
    uri: str


class Logins(Protocol):
    """The logins of staff. Raises ``InputError`` login-failed, login-locked, code-needed, password-weak."""

    async def enter(self, attempt: Attempt) -> tuple[str, Session]:
        """Log in; the token for the cookie."""

    async def leave(self, token: str, staff: Staff) -> None:
        """Log out."""

    async def change_password(self, token: str, attempt: Attempt, new: str) -> None:
        """A new password; ``attempt`` has the old one."""

    async def offer(self, token: str, staff: Staff) -> Enrolment:
        """The second factor that this login may set up."""

    async def enrol(self, token: str, staff: Staff, code: str) -> None:
        """Set it up."""


class LoginIn(Strict):
    """Name, password, and the code of the second factor once it is set up."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=128)
    code: str = Field(default="", max_length=16)


class PasswordIn(Strict):
    """One's own password, changed."""

    old: str = Field(min_length=1, max_length=128)
    new: str = Field(min_length=1, max_length=128)


class CodeIn(Strict):
    """A code of the authenticator."""

    code: str = Field(min_length=6, max_length=16)


class SessionOut(BaseModel):
    """Who is logged in, and the token for requests that change something."""

    name: str
    shown: str
    role: str
    team: str
    stage: Stage
    csrf: str
    until_ms: int


class EnrolmentOut(BaseModel):
    """To be scanned, or typed, into an authenticator application."""

    secret: str
    uri: str


def logins_router(logins: Logins) -> APIRouter:
    """The routes under /api/session."""
    router = APIRouter(prefix="/api/session")

    @router.post("", dependencies=[guard(anyone)])
    async def enter(body: LoginIn, request: Request, response: Response) -> SessionOut:
        """Log in; sets the cookie."""
        attempt = Attempt(body.name, body.password, body.code, address_of(request))
        token, session = await logins.enter(attempt)
        _set_cookie(request, response, token)
        return _out(session)

    @router.get("")
    async def who(_staff: Anyone, request: Request) -> SessionOut:
        """Who is logged in."""
        return _out(await session_of(request))

    @router.delete("", status_code=204)
    async def leave(staff: Anyone, request: Request, response: Response) -> None:
        """Log out."""
        await logins.leave(cookie_of(request), staff)
        response.delete_cookie(_cookie_name(request), path="/")

    @router.put("/password", status_code=204)
    async def change_password(body: PasswordIn, staff: Anyone, request: Request) -> None:
        """Change one's own password."""
        attempt = Attempt(staff.name, body.old, "", address_of(request))
        await logins.change_password(cookie_of(request), attempt, body.new)

    @router.get("/totp")
    async def offer(staff: Anyone, request: Request) -> EnrolmentOut:
        """What to scan with an authenticator application."""
        offered = await logins.offer(cookie_of(request), staff)
        return EnrolmentOut(secret=offered.secret, uri=offered.uri)

    @router.put("/totp", status_code=204)
    async def enrol(body: CodeIn, staff: Anyone, request: Request) -> None:
        """Set the second factor up, with its first code."""
        await logins.enrol(cookie_of(request), staff, body.code)

    return router


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "?"


def _set_cookie(request: Request, response: Response, token: str) -> None:
    """Ends with the browser; the server ends it earlier."""
    response.set_cookie(
        _cookie_name(request), token, path="/", httponly=True, samesite="strict", secure=bool(request.app.state.tls)
    )


def _cookie_name(request: Request) -> str:
    return TLS_COOKIE if request.app.state.tls else COOKIE


def _out(session: Session) -> SessionOut:
    who = session.staff
    return SessionOut(
        name=who.name, shown=who.shown, role=who.role.value, team=who.team, stage=session.stage, csrf=session.csrf,
        until_ms=session.until_ms,
    )  # fmt: skip
