"""What is kept of a call beside the conversation's log: timing of turns, clips, faults, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.domain.effects import Outcome
from agent.domain.events import ResidentSaid, TurnTimed
from speech.exchange import TurnEnd
from speech.notices import Fault
from speech.ports import Dialogue
from speech.recording import ClipFolder
from speech.turns.endpointing import Wait
from speech.turns.habit import PauseHabit


class HangUp(StrEnum):
    """Why the line was closed."""

    ENDED = "ended"
    """By the conversation."""
    RESIDENT = "hung_up"
    STOPPED = "stopped"
    """Cancelled from outside."""
    FAILED = "engine_failed"
    SILENT = "silence"
    LINE = "bad_audio"


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call."""

    hang_up: HangUp
    outcome: Outcome | None
    """As the conversation ended; None when it did not end by itself."""
    duration_ms: float
    gaps_ms: tuple[float, ...]
    """End of the resident's voice to the agent's first sample, for every answered turn."""
    clips: tuple[str, ...]
    habit: PauseHabit
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Unanswered:
    """An answered turn whose gap is not known yet."""

    turn: int
    voice_to_ms: float
    wait: Wait
    clip: str | None


class Ledger:
    """Timing, clips and faults of one call, and the turn that waits for its answer."""

    def __init__(self, dialogue: Dialogue, clips: ClipFolder) -> None:
        self._dialogue = dialogue
        self._folder = clips
        self._open: _Unanswered | None = None
        self.turn = 0
        self.hang_up: HangUp | None = None
        self.outcome: Outcome | None = None
        self.gaps_ms: list[float] = []
        self.clips: list[str] = []
        self.faults: list[Fault] = []

    def turn_ended(self, end: TurnEnd, *, may_record: bool) -> None:
        """Remember the turn under the number that the conversation gave it. Raises SpeechError ``audio-write``."""
        said = [e.body.turn for e in self._dialogue.events if isinstance(e.body, ResidentSaid)]
        self.turn = said[-1] if said else self.turn + 1
        self._open = _Unanswered(self.turn, end.utterance.voice_to_ms, end.wait, None)
        clip = self._folder.save(self.turn, end.utterance.clip()) if may_record else None
        if clip is not None:
            self.clips.append(clip)
            self._open = _Unanswered(self.turn, end.utterance.voice_to_ms, end.wait, clip)

    def unanswered(self) -> None:
        """The last turn got no words: what is said next is no answer to it."""
        self._open = None

    def answered(self, now_ms: float, now: datetime) -> float | None:
        """The agent's first sample after a turn: its gap in ms, noted in the log."""
        if self._open is None:
            return None
        turn, self._open = self._open, None
        gap_ms = max(0.0, now_ms - turn.voice_to_ms)
        self.gaps_ms.append(gap_ms)
        self._dialogue.note(TurnTimed(turn.turn, gap_ms, turn.wait.wait_ms, turn.wait.reason, turn.clip), now)
        return gap_ms
