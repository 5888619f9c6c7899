"""What workers of one house tell each other while conversations run. Nothing here has to outlive a restart.

No words of residents pass here: news names visits and kinds of events, and who is told reads the store.
All raise ``StorageError`` live-unreachable (may be tried again) when the shared part cannot be reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

LEASE_SECONDS = 5.0
"""A lock whose worker died is free again after it."""
PATIENCE_SECONDS = 12.0
"""How long one waits for a lock: longer than the lease of a worker that died."""
KEPT = 1000
"""News kept of one topic."""


@dataclass(frozen=True, slots=True)
class News:
    """Something happened."""

    id: str
    """Position in its topic: given back to ``follow``, nothing is missed or told twice."""
    body: Mapping[str, str]


class Live(Protocol):
    """The shared part."""

    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """One worker, and one task of it, at a time. Raises ``StorageError`` live-busy after ``PATIENCE_SECONDS``."""

    async def allow(self, name: str, most: int, seconds: int) -> bool:
        """Count one more within a window of ``seconds``; False when there were ``most`` already."""

    async def take(self, session: str) -> bool:
        """This worker goes on with a conversation; whether it was this worker's before, so that what it remembers
        of it is current."""

    async def mine(self, session: str) -> bool:
        """Whether this worker was the last to take it."""

    async def publish(self, topic: str, body: Mapping[str, str]) -> None:
        """Tell whoever follows a topic."""

    def follow(self, topic: str, after: str = "") -> AsyncIterator[News]:
        """News of a topic as they come, for ever: those after ``after``, or from now on."""

    async def ping(self) -> None:
        """Whether it can be reached. Raises ``StorageError``."""
