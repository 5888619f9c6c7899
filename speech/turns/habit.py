"""How long this resident pauses inside what they say, learnt over the call and kept for the next one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

_WEIGHT = 0.3
_CAUTION_MARGIN_MS = 60.0
_MOST_CAUTION_MS = 600.0
_CAUTION_DECAY = 0.93
SHORTEST_MS = 150.0
LONGEST_MS = 4_000.0


@dataclass(frozen=True, slots=True)
class PauseHabit:
    """Running mean of the pauses inside turns."""

    mean_ms: float = 500.0
    spread_ms: float = 200.0
    """Mean distance of a pause from the mean."""
    count: int = 0
    caution_ms: float = 0.0
    """Least wait after a complete answer, raised when the agent spoke into a pause, sinking again with time."""

    def after(self, pause_ms: float) -> PauseHabit:
        """With one more pause; gaps between syllables and absences are not pauses."""
        if not SHORTEST_MS <= pause_ms <= LONGEST_MS:
            return self
        weight = max(_WEIGHT, 1 / (self.count + 2))
        mean = self.mean_ms + weight * (pause_ms - self.mean_ms)
        spread = self.spread_ms + weight * (abs(pause_ms - self.mean_ms) - self.spread_ms)
        return replace(self, mean_ms=mean, spread_ms=spread, count=self.count + 1)

    def after_cut_in(self, pause_ms: float) -> PauseHabit:
        """The agent answered in this pause and the resident went on."""
        caution = max(self.caution_ms, min(pause_ms + _CAUTION_MARGIN_MS, _MOST_CAUTION_MS))
        return replace(self.after(pause_ms), caution_ms=caution)

    def after_turn(self) -> PauseHabit:
        """A turn ended well."""
        return replace(self, caution_ms=self.caution_ms * _CAUTION_DECAY)

    @property
    def long_ms(self) -> float:
        """A pause that this resident seldom exceeds."""
        return self.mean_ms + 2 * self.spread_ms
