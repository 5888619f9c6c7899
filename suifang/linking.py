"""Residents' links: made for a resident whom the backend or the store knows, opening one visit."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from weakref import WeakValueDictionary

from agent.domain.answers import Resident, SlotValue
from agent.errors import BackendError, InputError
from agent.library import Library
from connectors.access.people import Purpose, ResidentLink, Speaker
from connectors.access.tokens import LinkClaim, LinkSigner
from connectors.api.access import Scope, unknown
from connectors.api.history import history_of
from connectors.api.links import MadeLink, Opened, WantedLink
from connectors.api.ports import Chats
from connectors.signing.ports import SigningBackend
from connectors.storage.sql import SqlStore
from suifang.accounts import iso_of
from suifang.people import birth_from
from suifang.settings import Settings

WALK_IN_HOURS = 4


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a resident before a conversation."""

    resident: Resident
    team: str
    history: Mapping[str, SlotValue]


class Residents:
    """Looks residents up: in the contract-management backend first, which knows their team and last values."""

    def __init__(self, store: SqlStore, backend: SigningBackend, house_team: str) -> None:
        self._store = store
        self._backend = backend
        self._house_team = house_team

    async def find(self, resident_id: str) -> Known:
        """Raises ``InputError`` resident-unknown, ``BackendError``."""
        file = await self._backend.resident(resident_id, date.today())
        if file is not None:
            resident = Resident(file.name, file.id, file.sex, birth_from(file.birth_date), file.phone)
            return Known(resident, file.team or self._house_team, history_of(file.history))
        stored, team = await self._store.scope.resident(resident_id), await self._store.scope.of_resident(resident_id)
        if stored is None or not team:
            raise unknown(Scope.RESIDENT)
        return Known(stored, team, {})

    async def team_elsewhere(self, resident_id: str) -> str | None:
        """The team of a resident of whom nothing is stored here; None when the backend does not know, or say."""
        try:
            file = await self._backend.resident(resident_id, date.today())
        except BackendError:
            return None
        return (file.team or self._house_team) if file else None


@dataclass(frozen=True, slots=True)
class LinkParts:
    """What links are made of."""

    library: Library
    store: SqlStore
    residents: Residents
    signer: LinkSigner
    settings: Settings
    now_ms: Callable[[], int]


class HouseLinks:
    """The ``Links`` port."""

    def __init__(self, parts: LinkParts, chats: Chats | None = None) -> None:
        self._parts = parts
        self._chats = chats
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(self, wanted: WantedLink, by: str, team: str | None) -> MadeLink:
        """Make a link; ``team`` None is the command line, which may for everybody."""
        parts, now = self._parts, self._parts.now_ms()
        if not parts.library.flow(wanted.flow).form:
            raise InputError("flow-unknown", f"{wanted.flow} fills no form", "see suifang flows check")
        known = await parts.residents.find(wanted.resident_id)
        if team is not None and known.team != team:
            raise unknown(Scope.RESIDENT)
        until = now + (wanted.hours or parts.settings.link_hours) * 3_600_000
        link = ResidentLink(
            uuid.uuid4().hex, wanted.purpose, wanted.resident_id, wanted.flow, wanted.speaker, known.team, until
        )
        await parts.store.links.add(link, by, iso_of(now))
        return self._made(link)

    async def revoke(self, link_id: str, by: str, team: str | None) -> None:
        """Make it worthless."""
        await revoke_link(self._parts.store, link_id, by, team)

    async def open(self, link: ResidentLink) -> Opened:
        """Begin the conversation, once however often the link is opened."""
        async with self._opening.setdefault(link.id, asyncio.Lock()):
            return await self._open(link)

    async def _open(self, link: ResidentLink) -> Opened:
        parts = self._parts
        fresh = await parts.store.links.get(link.id)
        if fresh is not None and fresh.visit_id is not None:
            return Opened(fresh.visit_id, ())
        if self._chats is None:
            raise RuntimeError("links are opened by the service only")
        known = await parts.residents.find(link.resident_id)
        await parts.store.scope.move(link.resident_id, known.team)
        turn = await self._chats.start(
            link.flow, replace(known.resident, id=link.resident_id), known.history, known.team,
            spoken=link.purpose is Purpose.CALL,
        )  # fmt: skip
        if not await parts.store.links.bind(link.id, turn.visit_id):  # another process was quicker: theirs goes on
            bound = await parts.store.links.get(link.id)
            await parts.store.visits.close(turn.visit_id, "incomplete", iso_of(parts.now_ms()))
            return Opened(bound.visit_id if bound and bound.visit_id else turn.visit_id, ())
        return Opened(turn.visit_id, turn.replies)

    async def walk_in(self, flow: str, who: Resident, purpose: Purpose) -> tuple[MadeLink, Opened]:
        """A conversation of somebody who is new to us; the house's team sees it, and whether it knows them."""
        parts, now = self._parts, self._parts.now_ms()
        if not parts.settings.walk_in or self._chats is None:
            raise InputError("walk-in-closed", "a conversation needs a link here", "ask the clinic for a link")
        team, until = parts.settings.team_id, now + WALK_IN_HOURS * 3_600_000
        resident = replace(who, id=f"walk-in-{uuid.uuid4().hex}")
        turn = await self._chats.start(flow, resident, {}, team, spoken=purpose is Purpose.CALL)
        link = ResidentLink(uuid.uuid4().hex, purpose, resident.id, flow, Speaker.SELF, team, until, turn.visit_id)
        await parts.store.links.add(link, "walk-in", iso_of(now))
        return self._made(link), Opened(turn.visit_id, turn.replies)

    def _made(self, link: ResidentLink) -> MadeLink:
        token = self._parts.signer.sign(LinkClaim(link.id, link.purpose.value, link.until_ms))
        return MadeLink(link, token, f"{self._parts.settings.address}/r/{token}")


async def revoke_link(store: SqlStore, link_id: str, by: str, team: str | None) -> None:
    """Make a link worthless; ``team`` None is the command line. Raises ``InputError`` link-gone."""
    if not await store.links.revoke(link_id, team, by, datetime.now().isoformat(timespec="seconds")):
        raise InputError("link-gone", "there is no such link, or it was revoked before", "nothing is to be done")
