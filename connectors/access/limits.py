"""How often somebody may ask: rates, and who keeps count. In process here; beside several processes in Redis."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MOST_KEYS = 100_000
"""Counts kept in memory; those that are over go first, then all: better to forget than to fall over."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so long; all of them may come at once."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The service's rates. Generous: a clinic is one address, and nobody in danger is to be turned away."""

    address: Rate = Rate(1200, 60.0)
    holder: Rate = Rate(300, 60.0)
    """One login, or one link."""
    login: Rate = Rate(10, 60.0)
    """Attempts from one address."""
    walk_in: Rate = Rate(20, 3600.0)
    """Conversations without a link from one address."""


class Limiter(Protocol):
    """Keeps count."""

    async def take(self, key: str, rate: Rate) -> float:
        """Count one more of ``key``; 0 when it may go on, otherwise the seconds to wait (it is not counted then)."""


class MemoryLimiter:
    """Counts of one process: per key the time until which its share is spent (GCRA)."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._spent_until: dict[str, float] = {}

    async def take(self, key: str, rate: Rate) -> float:
        """One more of ``key``."""
        now, step = self._now(), rate.seconds / rate.most
        spent = max(self._spent_until.get(key, now), now)
        wait = spent + step - rate.seconds - now
        if wait > 1e-9:
            return wait
        if len(self._spent_until) >= MOST_KEYS:
            self._spent_until = {key: until for key, until in self._spent_until.items() if until > now}
            if len(self._spent_until) >= MOST_KEYS:
                self._spent_until = {}
        self._spent_until[key] = spent + step
        return 0.0
