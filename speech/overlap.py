"""Both speak at once: joins the barge-in state machine with mouth and conversation."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from speech.listening import Utterance, Voice
from speech.notices import AgentStopped, Notice, Overlapped
from speech.ports import Dialogue
from speech.speaking import Mouth
from speech.turns.barge_in import BargeIn, Nearness, Order, Overlap, Talk, Verdict, judge
from speech.vad import VadKind

ECHO_WINDOW_MS = 800.0
"""Words may repeat what the agent said this long before the voice was heard."""


class Ruling(StrEnum):
    """What became of the words over the agent's speech."""

    OPEN = "open"
    """Not decided, or more may come."""
    YIELDED = "yielded"
    """The agent has stopped; the resident has the floor."""
    KEPT = "kept"
    """Worth hearing, but the agent finishes first."""
    DISMISSED = "dismissed"
    """Nothing to hear."""


class Overlaps:
    """Sound over the agent's speech in one call."""

    def __init__(self, dialogue: Dialogue, mouth: Mouth, tell: Callable[[Notice], None]) -> None:
        self._dialogue = dialogue
        self._mouth = mouth
        self._tell = tell
        self._barge = BargeIn()
        self._faint: Utterance | None = None
        """A voice that began too softly for the resident's; it may only have begun so."""
        self.nearness = Nearness()

    @property
    def active(self) -> bool:
        """The agent is speaking, or halted in the middle of it."""
        return self._barge.state is not Talk.IDLE

    @property
    def undecided(self) -> bool:
        """The agent is soft or halted until it is known what sounds."""
        return self._barge.state in (Talk.DUCKED, Talk.FROZEN)

    @property
    def interruptible(self) -> bool:
        """The wording being heard may be stopped."""
        current = self._mouth.current
        return current is None or current.interruptible

    def agent_speaks(self) -> None:
        """The agent's voice is on the line."""
        self._barge.agent_speaks()

    def agent_silent(self) -> None:
        """Everything was said or dropped."""
        self._barge.agent_silent()

    def voice(self, change: VadKind, utterance: Utterance, now_ms: float, *, closing: bool) -> None:
        """Duck at the onset, stand still for a voice beside the receiver, go on after noise."""
        if closing or not self.interruptible:
            return
        if change is VadKind.ONSET:
            self._mouth.obey(self._barge.onset(now_ms))
        elif change is VadKind.CONFIRMED:
            self._faint = utterance if self.nearness.is_distant(utterance.level_dbfs) else None
            self._mouth.obey(self._barge.dismissed() if self._faint else self._barge.confirmed(now_ms))
        elif change is VadKind.DISMISSED:
            self._mouth.obey(self._barge.dismissed())

    def words(self, utterance: Utterance, text: str, confidence: float, now_ms: float, *, closing: bool) -> Ruling:
        """Let the words decide."""
        final = utterance.state is not Voice.SPEAKING
        completeness = self._dialogue.completes(text)
        since_ms = utterance.voice_from_ms - ECHO_WINDOW_MS
        said = self._mouth.said_since(since_ms)
        distant = self.nearness.is_distant(utterance.level_dbfs)
        voiced, put = utterance.state is not Voice.DOUBTFUL and not distant, self._mouth.question_put
        verdict = judge(Overlap(text, confidence, final, said, put, completeness, voiced, distant))
        if verdict not in (Verdict.UNDECIDED, Verdict.NOISE):
            self._faint = None
        if verdict is Verdict.UNDECIDED:
            return Ruling.DISMISSED if final and not self.undecided else Ruling.OPEN
        self._tell(Overlapped(now_ms, verdict, text))
        if closing or not self.interruptible:
            kept = verdict is Verdict.INTERRUPTION
            return (Ruling.KEPT if kept else Ruling.DISMISSED) if final else Ruling.OPEN
        order = self._barge.words(verdict)
        if order is Order.YIELD:
            self.give_way(now_ms)
            return Ruling.YIELDED
        self._mouth.obey(order)
        return Ruling.DISMISSED if final else Ruling.OPEN

    def failed(self) -> None:
        """No words will come: as after noise."""
        self._mouth.obey(self._barge.words(Verdict.NOISE))

    def tick(self, now_ms: float, voice_ms: float) -> bool:
        """Go on when nobody has spoken for a while; whether the agent goes on now."""
        if self._faint is not None and not self.nearness.is_distant(self._faint.level_dbfs):
            self._faint = None
            self._mouth.obey(self._barge.confirmed(now_ms))
        order = self._barge.tick(now_ms, voice_ms)
        self._mouth.obey(order)
        return order is Order.RESUME

    def give_way(self, now_ms: float) -> None:
        """Stop the agent and tell how far it was heard."""
        self._barge.agent_silent()
        cut = self._mouth.drop()
        if cut is not None:
            self._tell(AgentStopped(now_ms, cut.say.text, cut.heard_chars))
