"""The silence ladder: when nobody has spoken long enough for the conversation to say something. Pure.

The wording of each rung (shorter and slower, 您还在听吗, polite end) is the conversation's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.domain.effects import Patience

_FIRST_MS = {Patience.SHORT: 5_000.0, Patience.NORMAL: 7_000.0, Patience.LONG: 11_000.0}
_NEXT_MS = 6_000.0
_AWAY_MS = 25_000.0
_AWAY = re.compile(r"(等一下|等一会|等会|稍等|等等|我去拿|去拿|我看看|找一下|找找|去量|量一下)")
MAX_RUNGS = 4
"""A conversation that has not ended by itself after so many is closed."""


@dataclass(frozen=True, slots=True)
class SilenceLadder:
    """Rungs climbed since the resident last spoke."""

    rung: int = 0
    away: bool = False
    """The resident said that they go and fetch something."""

    def wait_ms(self, patience: Patience) -> float:
        """Quiet time before the next rung."""
        if self.away and self.rung == 0:
            return _AWAY_MS
        return _FIRST_MS[patience] if self.rung == 0 else _NEXT_MS

    def climbed(self) -> SilenceLadder:
        """After a rung was spoken."""
        return replace(self, rung=self.rung + 1, away=False)

    def heard(self, text: str) -> SilenceLadder:
        """After the resident spoke."""
        return SilenceLadder(0, away=bool(_AWAY.search(text)))

    @property
    def exhausted(self) -> bool:
        """Nobody is there."""
        return self.rung >= MAX_RUNGS
