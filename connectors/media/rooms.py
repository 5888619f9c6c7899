"""Rooms in which browsers meet: who is there, and messages passed between them. Sound and picture go past us."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agent.errors import InputError
from connectors.media.places import Guest

MOST_PEERS = 4
"""Resident, doctor, and two of the family."""
MOST_WAITING = 200
"""Messages for one page; one that takes none of them gets no more."""


@dataclass(eq=False, slots=True)
class Peer:
    """One browser in a room."""

    id: int
    guest: Guest
    shown: str
    outbox: asyncio.Queue[dict[str, Any]] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def tell(self, message: dict[str, Any]) -> None:
        """Queue a message; a page that reads none is gone, and others do not wait for it."""
        if not self.outbox.full():
            self.outbox.put_nowait(message)


class Rooms:
    """One room a visit."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[int, Peer]] = {}
        self._ids = itertools.count(1)

    @contextmanager
    def inside(self, room: str, guest: Guest, shown: str) -> Iterator[Peer]:
        """Be in a room. Who comes later begins the negotiation and is the polite side. Raises room-full."""
        peers = self._rooms.setdefault(room, {})
        if len(peers) >= MOST_PEERS:
            raise InputError("room-full", f"there are {MOST_PEERS} people in this room", "wait until somebody leaves")
        peer = Peer(next(self._ids), guest, shown)
        for other in peers.values():
            other.tell({"type": "peer", **_card(peer), "polite": False})
            peer.tell({"type": "peer", **_card(other), "polite": True})
        peers[peer.id] = peer
        try:
            yield peer
        finally:
            del peers[peer.id]
            for other in peers.values():
                other.tell({"type": "gone", "id": peer.id})
            if not peers:
                self._rooms.pop(room, None)

    def roles(self, room: str) -> frozenset[str]:
        """What those are who are in a room."""
        return frozenset(peer.guest.role for peer in self.peers(room))

    def peers(self, room: str) -> tuple[Peer, ...]:
        """Who is in a room."""
        return tuple(self._rooms.get(room, {}).values())

    def pass_on(self, room: str, sender: Peer, to: int, signal: Mapping[str, Any]) -> None:
        """A description or candidate for one other page; one that has left gets nothing."""
        other = self._rooms.get(room, {}).get(to)
        if other is not None and other is not sender:
            other.tell({"type": "signal", "from": sender.id, **signal})

    def tell_all(self, room: str, message: dict[str, Any]) -> None:
        """A message for everybody in a room."""
        for peer in self._rooms.get(room, {}).values():
            peer.tell(message)


def _card(peer: Peer) -> dict[str, Any]:
    return {"id": peer.id, "guest": peer.guest.id, "role": peer.guest.role, "shown": peer.shown}
