"""Where the people of an escalated visit meet by video: one port, and the place that is always there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.media.turn import Ice

OWN = "own"
LIVEKIT = "livekit"
"""Names of the places, as the event log and the pages know them."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who comes in."""

    id: str
    """Unlike every other, and it tells nothing of who they are."""
    role: str
    """doctor, nurse, resident or family."""


class MeetingPlace(Protocol):
    """Rooms for video, one a visit. What a server does not do in time is a ``ConnectorError``."""

    @property
    def name(self) -> str:
        """OWN or LIVEKIT."""

    async def open(self, visit_id: str) -> None:
        """Have the room; one that is there already stays. Raises ``ConnectorError``."""

    def entry(self, visit_id: str, guest: Guest) -> dict[str, Any]:
        """What the page of one person needs to come in, as JSON. It is worth nothing to others, and not for long."""

    async def close(self, visit_id: str) -> None:
        """Send everybody out; a room that is gone is as it should be. Raises ``ConnectorError``."""

    async def aclose(self) -> None:
        """Let go of connections; rooms stay."""


class OwnSignals:
    """Browser to browser: the service passes signals on, sound and picture go past it."""

    def __init__(self, ice: Ice, now_s: Callable[[], float]) -> None:
        self._ice = ice
        self._now_s = now_s

    @property
    def name(self) -> str:
        """OWN."""
        return OWN

    async def open(self, visit_id: str) -> None:
        """Nothing is to be had: the room is where its pages are."""

    def entry(self, visit_id: str, guest: Guest) -> dict[str, Any]:
        """STUN and TURN servers, with a password of one's own."""
        return {"place": OWN, **self._ice.told(guest.id, self._now_s())}

    async def close(self, visit_id: str) -> None:
        """Nothing is to be given back."""

    async def aclose(self) -> None:
        """Nothing is held."""
