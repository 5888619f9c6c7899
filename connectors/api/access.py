"""Who may call a route: every route declares one policy, as a dependency. ``docs/security.md`` shows how.

A policy of staff looks at the session, the role, the token against forged requests, and whether the visit or resident
in the path is of their team; it writes the audit log. Annotations are real objects here: FastAPI reads those of
callable instances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket

from agent.errors import InputError
from connectors.access.people import CLINICAL, Purpose, ResidentLink, Role, Session, Staff, Stage
from connectors.access.tokens import same, unknown_link

COOKIE = "suifang_session"
TLS_COOKIE = "__Host-suifang_session"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"
"""Sent by pages that poll: such a request does not count as use of the login."""
LINK_SUBPROTOCOL = "suifang.link."
"""A WebSocket tells its link as a subprotocol, ``suifang.link.TOKEN``; ``accept`` answers with it."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


TELLING = frozenset({"read", "listen", "follow"})
"""Acts that show what somebody said; looking after an alert, and talking with the resident, are never refused."""


class Scope(StrEnum):
    """Whose data a route is about: named by the path, and held against the team."""

    NONE = "none"
    """Nobody's, or the route itself asks for the team."""
    VISIT = "visit_id"
    RESIDENT = "resident_id"


class Doors(Protocol):
    """What policies ask of the house."""

    async def session(self, token: str, *, background: bool) -> Session | None:
        """The login of a token; None when there is none, or it is over."""

    async def link(self, token: str) -> ResidentLink:
        """The link of a token. Raises ``InputError`` link-unknown."""

    async def team_of(self, scope: Scope, key: str) -> str | None:
        """The team that a visit or resident belongs to; None for an unknown one."""

    async def keeps_from(self, visit_id: str, staff: Staff) -> bool:
        """Whether a visit is about mental health, and this member of staff neither treats nor looks after it."""

    async def note(self, staff: Staff, act: str, subject: str) -> None:
        """Write to the audit log that staff looked at something."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a policy asks of who comes; what the tests of access read."""

    roles: frozenset[Role] = frozenset()
    link: bool = False
    """A resident's link opens it too."""
    room: bool = False
    """So does a link to the video room alone."""
    anyone: bool = False
    scope: Scope = Scope.NONE
    act: str = "read"
    """What the audit log says of a look at somebody's data."""
    stage: Stage = Stage.FULL


class Policy:
    """One rule at one route. Stateless."""

    def __init__(self, needs: Needs) -> None:
        self.needs = needs

    async def _staff(self, request: HTTPConnection) -> Staff:
        needs, session = self.needs, await session_of(request)
        if needs.stage is Stage.FULL and session.stage is not Stage.FULL:
            raise InputError(
                session.stage.value.replace("_", "-"), "the login is not complete",
                "change the password, or set up the second factor: /api/session",
            )  # fmt: skip
        if session.staff.role not in needs.roles:
            raise InputError("role-wrong", f"a {session.staff.role} may not do this", "ask somebody who may")
        if needs.scope is not Scope.NONE:
            key = str(request.path_params[needs.scope.value])
            if await doors_of(request).team_of(needs.scope, key) != session.staff.team:
                raise unknown(needs.scope)
            if needs.scope is Scope.VISIT and needs.act in TELLING:
                await _discreet(request, key, session.staff)
            await doors_of(request).note(session.staff, needs.act, key)
        return session.staff

    async def _link(self, request: HTTPConnection) -> ResidentLink:
        link = await doors_of(request).link(link_token(request))
        if link.purpose is Purpose.ROOM and not self.needs.room:
            raise unknown_link()
        asked = {scope: request.path_params.get(scope.value) for scope in (Scope.VISIT, Scope.RESIDENT)}
        own = {Scope.VISIT: link.visit_id, Scope.RESIDENT: link.resident_id}
        for scope, key in asked.items():
            if key is not None and key != own[scope]:
                raise unknown(scope)
        return link


async def _discreet(request: HTTPConnection, visit_id: str, staff: Staff) -> None:
    if staff.role is not Role.DOCTOR and await doors_of(request).keeps_from(visit_id, staff):
        raise InputError(
            "mind-kept", "what was said there is about mental health: doctors read it, and whoever looks after it",
            "take its alert, or ask a doctor",
        )  # fmt: skip


class StaffPolicy(Policy):
    """Staff of some roles."""

    async def __call__(self, request: HTTPConnection) -> Staff:
        """Who it is."""
        return await self._staff(request)


class LinkPolicy(Policy):
    """A resident with a link, on the one conversation of it."""

    async def __call__(self, request: HTTPConnection) -> ResidentLink:
        """Which link."""
        return await self._link(request)


class EitherPolicy(Policy):
    """A resident with a link, or staff."""

    async def __call__(self, request: HTTPConnection) -> Staff | ResidentLink:
        """Who it is."""
        return await (self._link(request) if link_token(request) else self._staff(request))


class OpenPolicy(Policy):
    """Everybody: no personal data, and nothing changes."""

    async def __call__(self) -> None:
        """Let in."""


def require(*roles: Role, scope: Scope = Scope.NONE, act: str = "read") -> StaffPolicy:
    """Staff of these roles; with a scope, only what is of their team. Gives ``Staff``."""
    return StaffPolicy(Needs(roles=frozenset(roles), scope=scope, act=act))


def any_staff(stage: Stage = Stage.FULL) -> StaffPolicy:
    """Staff of every role; with an earlier stage, also before the login is complete."""
    return StaffPolicy(Needs(roles=frozenset(Role), stage=stage))


def either(scope: Scope = Scope.NONE, roles: Sequence[Role] = CLINICAL, *, room: bool = False) -> EitherPolicy:
    """A resident's link, or staff who see clinical text. Gives ``ResidentLink`` or ``Staff``."""
    return EitherPolicy(Needs(roles=frozenset(roles), link=True, room=room, scope=scope, act="talk"))


resident_link = LinkPolicy(Needs(link=True))
"""A resident's link alone. Gives ``ResidentLink``."""
any_link = LinkPolicy(Needs(link=True, room=True))
"""The same, or a link to a video room."""
anyone = OpenPolicy(Needs(anyone=True))


def guard(policy: StaffPolicy | LinkPolicy | EitherPolicy | OpenPolicy) -> Any:
    """The policy as an item of ``dependencies=[…]``, where the route does not need to know who it is."""
    return Depends(policy)


async def staff_of(request: HTTPConnection) -> Staff:
    """Who is logged in, whatever their role. Raises ``InputError`` login-needed."""
    return (await session_of(request)).staff


async def session_of(request: HTTPConnection) -> Session:
    """The login of a request, checked against forgery. Raises ``InputError`` login-needed, csrf."""
    background = BACKGROUND_HEADER in request.headers
    token = cookie_of(request)
    session = await doors_of(request).session(token, background=background) if token else None
    if session is None:
        raise InputError("login-needed", "nobody is logged in, or the login is over", "log in: POST /api/session")
    if request.scope["type"] == "http" and request.scope["method"] not in SAFE:
        given = request.headers.get(CSRF_HEADER, "")
        if not same(given, session.csrf) or not own_origin(request):
            raise InputError("csrf", "the request does not come from our own page", f"send {CSRF_HEADER}")
    if request.scope["type"] == "websocket" and not own_origin(request):
        raise InputError("csrf", "the connection does not come from our own page", "open it from our own page")
    return session


def cookie_of(request: HTTPConnection) -> str:
    """The session's token, or empty."""
    return request.cookies.get(TLS_COOKIE if request.app.state.tls else COOKIE, "")


def own_origin(request: HTTPConnection) -> bool:
    """Browsers tell where a request comes from; programs do not, and hold no cookie that they were not given.

    Behind a proxy the host that we see may be another one than people type: the settings tell that one.
    """
    origin = request.headers.get("origin")
    own = {request.headers.get("host", ""), request.app.state.public_host}
    return origin is None or origin.partition("://")[2] in own


def link_token(request: HTTPConnection) -> str:
    """``Authorization: Bearer TOKEN``, or a WebSocket's subprotocol; empty when there is none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    for offered in request.headers.get("sec-websocket-protocol", "").split(","):
        if offered.strip().startswith(LINK_SUBPROTOCOL):
            return offered.strip().removeprefix(LINK_SUBPROTOCOL)
    return ""


async def accept(socket: WebSocket) -> None:
    """Open a socket; a page that told its link as a subprotocol is answered with that one, as browsers want it."""
    offered = [name.strip() for name in socket.headers.get("sec-websocket-protocol", "").split(",")]
    await socket.accept(next((name for name in offered if name.startswith(LINK_SUBPROTOCOL)), None))


def doors_of(request: HTTPConnection) -> Doors:
    """The doors that the application was built with."""
    doors: Doors = request.app.state.doors
    return doors


def unknown(scope: Scope) -> InputError:
    """The same answer for what is not there and for what is another team's."""
    if scope is Scope.VISIT:
        return InputError("visit-unknown", "there is no such visit", "see the list of visits")
    if scope is Scope.RESIDENT:
        return InputError("resident-unknown", "there is no such resident", "see the list of residents")
    return unknown_link()
