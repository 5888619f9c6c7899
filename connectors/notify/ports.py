"""What a message is, and who takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A short text for one telephone."""

    key: str
    """The same key is the same message, however often it is sent."""
    phone: str = field(repr=False)
    text: str = field(repr=False)
    """May hold a link, which is a key to a room: it goes into no log."""


class Messages(Protocol):
    """Takes messages."""

    async def send(self, message: Message) -> str:
        """Hand it over, once per key; the receipt's number. Raises ``ConnectorError``, final or to be tried again."""
