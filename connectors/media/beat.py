"""Keeps a line's audio clock on the wall clock: when a frame is made up, and which of those that come is one too many.

What the agent says leaves on the beat of the frames that arrive. Were every late frame made up and then also taken,
each hiccup of the network or of this machine would put the agent's voice further behind, for the rest of the call.
Pure: time is an argument.
"""

from __future__ import annotations

from speech.ports import FRAME_MS

LATE_FRAMES = 4
"""A line this far behind is given a frame of silence: two more than lie in a packet that is on its way."""
EARLY_FRAMES = 4
"""This far ahead, quiet frames are left out until it is even again: a pause gets shorter, no word is lost."""
QUIET_DBFS = -40.0
FAR_FRAMES = 50
"""A second ahead, anything softer than speech is left out: there may be noise all the time."""
SOFT_DBFS = -30.0
_FRAME_S = FRAME_MS / 1000


class Beat:
    """Counts frames against time since the line began to sound."""

    def __init__(self) -> None:
        self._begun_s: float | None = None
        self._frames = 0

    def rest(self) -> None:
        """Nobody is connected: the audio clock stands still."""
        self._begun_s = None

    def early(self, now_s: float) -> bool:
        """The line is so far ahead that a frame which arrives now may be one too many."""
        return -self._behind(now_s) >= EARLY_FRAMES

    def takes(self, level_dbfs: float, now_s: float) -> bool:
        """Whether a frame that arrives now is kept."""
        ahead = -self._behind(now_s)
        if (ahead >= EARLY_FRAMES and level_dbfs < QUIET_DBFS) or (ahead >= FAR_FRAMES and level_dbfs < SOFT_DBFS):
            return False
        self._frames += 1
        return True

    def due_in_s(self, now_s: float) -> float:
        """How long a frame may still be waited for; not above 0 when it must be made up now."""
        return (LATE_FRAMES - self._behind(now_s)) * _FRAME_S

    def made_up(self) -> None:
        """A frame of silence stands for one that did not come."""
        self._frames += 1

    def _behind(self, now_s: float) -> float:
        """Frames that the wall clock is ahead of the line."""
        if self._begun_s is None:
            self._begun_s, self._frames = now_s, 0
        return (now_s - self._begun_s) / _FRAME_S - self._frames
