"""Two furnished teams and everybody who may knock: what the walk through all routes is made of."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import select, update

from agent.domain.answers import Resident
from connectors.access.people import CLINICAL, Purpose, ResidentLink, Role, Speaker, Stage
from connectors.access.tokens import LinkClaim, LinkSigner, csrf_of, digest, new_token
from connectors.api.access import COOKIE, CSRF_HEADER, SAFE, Needs, Scope
from connectors.api.policies import Declared
from connectors.storage import tables
from connectors.storage.parcels import OutboxStatus
from connectors.storage.ports import Channel
from connectors.storage.sessions import StoredSession
from suifang.gate import wall_ms
from suifang.visits import Caller
from tests.fakes.house import KEY, House, hired

NOON = datetime(2026, 11, 28, 12)
UNWATCHED = {"audit", "sessions", "lockouts"}
"""Tables that a refusal may write to."""


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody's data; ``marks`` stand in everything that is personal."""

    team: str
    marks: tuple[str, ...]
    visit_id: str
    resident_id: str
    link_id: str
    link_token: str
    room_token: str
    letter: int
    proposal: int

    @property
    def samples(self) -> dict[str, str]:
        """Values of path parameters. A new parameter needs its sample here."""
        return {
            "visit_id": self.visit_id, "resident_id": self.resident_id, "link_id": self.link_id,
            "number": str(self.letter), "name": "turn-001.wav", "seq": "1", "token": self.link_token,
            "shift_id": "0" * 32, "proposal": str(self.proposal), "rule": "pressure_above",
        }  # fmt: skip


ELSEWHERE = {"Origin": "http://elsewhere.example"}


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks."""

    title: str
    team: str = ""
    role: Role | None = None
    staff_id: str = ""
    stage: Stage = Stage.FULL
    link: Target | None = None
    room: bool = False
    """The link opens the video room alone."""
    forged: bool = False
    """Comes from another site: has the cookie, but not the token of our own pages."""

    def may(self, route: Declared, target: Target) -> bool:
        """What the policy promises, told once more and in other words."""
        needs: Needs = route.needs
        if needs.anyone:
            return True
        if self.link is not None:
            opens = needs.room if self.room else needs.link
            return opens and (self.link is target or needs.scope is Scope.NONE)
        unfinished = self.stage is not Stage.FULL and needs.stage is Stage.FULL
        if self.role not in needs.roles or unfinished or (self.forged and route.method not in SAFE):
            return False
        return needs.scope is Scope.NONE or self.team == target.team

    def may_read(self, target: Target) -> bool:
        """Whether anything personal of it may ever be told to them."""
        if self.link is not None:
            return self.link is target and not self.room
        return self.role in CLINICAL and self.stage is Stage.FULL and self.team == target.team


@dataclass
class Walk:
    """Knocks at every door, and keeps what should not be."""

    house: House
    client: httpx.AsyncClient
    cells: int = 0
    leaks: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    async def knock(self, route: Declared, who: Principal, target: Target, others: Sequence[Target]) -> None:
        """One cell of the matrix."""
        self.cells += 1
        status, told = await self._ask(route, who, fill(route.path, target))
        where = f"{route.method} {route.path} by {who.title} about {target.team}"
        if not who.may(route, target):
            fine = status in (401, 403, 404)
        else:
            fine = status < 500 and (who.team not in ("", target.team) or _code(told) not in NOT_LET_IN)
        if not fine:
            self.leaks.append(f"{where}: {status} {told[:160]}")
        for somebody in (target, *others):
            if not who.may_read(somebody):
                self.leaks += [f"{where}: tells {mark}" for mark in somebody.marks if mark in told]

    async def _ask(self, route: Declared, who: Principal, path: str) -> tuple[int, str]:
        headers = await self._headers(who)
        if route.method == "WS":
            return await open_socket(self.house, path, headers)
        answer = await self.client.request(
            route.method, path, json=None if route.method in SAFE else {}, headers=headers
        )
        if route.method == "DELETE":  # it may have been the login
            self.tokens.pop(who.staff_id, None)
        return answer.status_code, answer.text

    async def _headers(self, who: Principal) -> dict[str, str]:
        if who.link is not None:
            return {"Authorization": f"Bearer {who.link.room_token if who.room else who.link.link_token}"}
        if not who.staff_id:
            return {}
        token = self.tokens.get(who.staff_id, "")
        if not token:
            token, now = new_token(), wall_ms()
            stored = StoredSession(digest(token), who.staff_id, now, now + 3_600_000)
            await self.house.app.store.sessions.add(stored, now)
            self.tokens[who.staff_id] = token
        return {"Cookie": f"{COOKIE}={token}"} | (ELSEWHERE if who.forged else {CSRF_HEADER: csrf_of(token)})

    async def snapshot(self) -> dict[str, Any]:
        """All that is stored, but for what a refusal may write."""
        kept = [table for table in tables.metadata.sorted_tables if table.name not in UNWATCHED]
        async with self.house.app.store.database.begin() as connection:
            return {table.name: list((await connection.execute(select(table))).all()) for table in kept}


NOT_LET_IN = {"login-needed", "csrf", "role-wrong", "enrol", "visit-unknown", "resident-unknown", "link-unknown"}


def _code(told: str) -> str:
    try:
        found = json.loads(told)
    except ValueError:
        return ""
    return str(found.get("code", "")) if isinstance(found, dict) else ""


def fill(path: str, target: Target) -> str:
    """The route's path for somebody's data. Raises ``KeyError`` for a parameter without a sample."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda match: target.samples[match.group(1)], path)


async def open_socket(
    house: House, path: str, headers: dict[str, str], said: str = "", before: Awaitable[None] | None = None
) -> tuple[int, str]:
    """Open a WebSocket, say something when it is open, ``before`` being done: 101 and what was told, or the refusal."""
    scope = {
        "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "scheme": "ws",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [], "server": ("test", 80), "client": ("test", 1), "root_path": "",
        "extensions": {"websocket.http.response": {}}, "asgi": {"version": "3.0"}, "http_version": "1.1",
    }  # fmt: skip
    coming: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    coming += [{"type": "websocket.receive", "text": said}] if said else []
    coming += [{"type": "websocket.disconnect", "code": 1000}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        message = coming.pop(0)
        if message["type"] == "websocket.receive" and before is not None:
            await before
        if message["type"] == "websocket.disconnect":
            await asyncio.sleep(0.1)
        return message

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await house.api(scope, receive, send)
    told = "".join(str(m.get("text") or (m.get("body") or b"").decode()) for m in sent)
    return (101 if sent[0]["type"] == "websocket.accept" else int(sent[0].get("status", 403))), told


async def furnish(house: House, team: str, mark: str, phone: str) -> Target:
    """A resident of a team with a talk that an emergency ended, a fact for the record, a clip, link, dead letter."""
    app, resident_id = house.app, f"R-{team}"
    caller = Caller(Resident(f"王{mark}", resident_id, "2", None, phone), {}, team=team)
    visit, _ = await app.visits.open("hypertension_followup", caller, Channel.CHAT, NOON)
    for words in ("我就是", "行", f"我对青霉素过敏，{mark}", f"我胸口疼得厉害，{mark}", "有", "有", "有", "有"):
        if visit.conversation.outcome is None:
            await visit.hear(words, NOON)
    await app.papers.draw_up(visit.id)
    clip = app.papers.folder_of(visit.id) / "clips" / "turn-001.wav"
    clip.parent.mkdir(parents=True, exist_ok=True)
    clip.write_bytes(mark.encode())
    await app.store.clips.add(visit.id, 1, str(clip))
    link, room = (
        ResidentLink(
            uuid.uuid4().hex, purpose, resident_id, "hypertension_followup", Speaker.SELF, team,
            wall_ms() + 3_600_000, visit.id,
        ) for purpose in (Purpose.CHAT, Purpose.ROOM)
    )  # fmt: skip
    for made in (link, room):
        await app.store.links.add(made, "test", "2026-11-28")
    token, room_token = (
        LinkSigner(KEY).sign(LinkClaim(made.id, made.purpose.value, made.until_ms)) for made in (link, room)
    )
    async with app.store.database.begin() as connection:
        mine = tables.outbox.c.visit_id == visit.id
        await connection.execute(update(tables.outbox).where(mine).values(status=OutboxStatus.DEAD.value))
        letter = (await connection.execute(select(tables.outbox.c.id).where(mine))).scalars().first()
    (proposal,) = await app.store.proposals.of_visit(visit.id)
    return Target(team, (mark, phone), visit.id, resident_id, link.id, token, room_token, int(letter or 0), proposal.id)


async def everybody(house: House, targets: Sequence[Target]) -> list[Principal]:
    """Nobody, links, all roles of both teams, a login that is not complete, a forged request."""
    found = [Principal("nobody")]
    for target in targets:
        found.append(Principal(f"link of {target.team}", target.team, link=target))
        found.append(Principal(f"room link of {target.team}", target.team, link=target, room=True))
        for role in Role:
            staff_id = await hired(house.app, role, target.team)
            found.append(Principal(f"{role} of {target.team}", target.team, role, staff_id))
    team, doctor = targets[0].team, found[3]
    half = await hired(house.app, Role.DOCTOR, team, complete=False)
    found.append(Principal("doctor without second factor", team, Role.DOCTOR, half, Stage.ENROL))
    found.append(Principal("forged request", team, Role.DOCTOR, doctor.staff_id, forged=True))
    return found
