"""How often somebody may ask. Who keeps count is ``connectors/live``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a window of so long."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The service's rates. Generous: a clinic is one address, and nobody in danger is to be turned away."""

    address: Rate = Rate(1200, 60)
    holder: Rate = Rate(300, 60)
    """One login, or one link."""
    login: Rate = Rate(60, 60)
    """Attempts from one address: a whole clinic logs in at eight. Guessing one account is held by its own lock."""
    walk_in: Rate = Rate(20, 3600)
    """Conversations without a link from one address."""
