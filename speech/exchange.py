"""Who has the floor: joins ear, mouth and conversation, turn by turn. Sync; every wait is on the audio clock.

It carries out nothing outside: effects go to its host.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from agent.domain.effects import Effect, Say
from agent.domain.turns import Completeness
from agent.errors import SpeechError
from speech.listening import PARTIAL_CALM_MS, PARTIAL_EVERY_MS, Ear, Utterance, Voice
from speech.notices import Notice, PartialHeard
from speech.overlap import Overlaps, Ruling
from speech.ports import Dialogue
from speech.speaking import Mouth
from speech.turns.barge_in import is_backchannel
from speech.turns.endings import without_filler
from speech.turns.endpointing import Pause, Wait, WaitTable, decide
from speech.turns.habit import PauseHabit
from speech.turns.silence import SilenceLadder
from speech.vad import VadKind

MIN_UNHEARD_VOICE_MS = 500.0
"""A voice this long without words was somebody speaking: the conversation says that it did not understand."""
DOUBTFUL_CONFIDENCE = 0.5
RISING_MS = 200.0
"""An answer is held back so long for sound that may become a voice."""
CUT_IN_WINDOW_MS = 900.0
"""A voice so soon after the turn's end was its continuation."""


class Floor(StrEnum):
    """Who may speak."""

    AGENT = "agent"
    RESIDENT = "resident"
    PAUSE = "pause"
    """The resident has stopped; the wait runs."""
    OPEN = "open"
    """Nobody speaks; the silence ladder runs."""
    CLOSING = "closing"
    """The last words are being said."""


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """A turn of the resident that the agent answers."""

    utterance: Utterance
    text: str
    confidence: float
    wait: Wait


class Host(Protocol):
    """The call around the exchange."""

    def answer(self, end: TurnEnd, effects: list[Effect] | None) -> None:
        """The turn is over: hear it (or take the effects that overhearing gave) and say what follows."""
        ...

    def expect(self, text: str) -> None:
        """The turn may end with these words: prepare the likely reply."""
        ...

    def quiet(self) -> None:
        """A rung of the silence ladder is due."""
        ...

    def spoke(self, say: Say) -> None:
        """The first sample of a wording leaves now."""
        ...

    def failed(self, stage: str, error: SpeechError) -> None:
        """An engine failed; the call goes on."""
        ...

    def mended(self, stage: str, error: SpeechError) -> None:
        """An engine failed and another took its place: nothing was lost."""
        ...

    def tell(self, notice: Notice) -> None:
        """Tell the observer."""
        ...


class Exchange:
    """The floor of one call; listens to the ear and to the mouth."""

    def __init__(self, dialogue: Dialogue, ear: Ear, mouth: Mouth, host: Host, moment: Callable[[], datetime]) -> None:
        self._dialogue = dialogue
        self._ear = ear
        self._mouth = mouth
        self._host = host
        self._moment = moment
        self._overlaps = Overlaps(dialogue, mouth, host.tell)
        self._wait: Wait | None = None
        self._quiet_since_ms = 0.0
        self._turn_to_ms = -math.inf
        self.waits = WaitTable()
        self.floor = Floor.AGENT
        self.habit = PauseHabit()
        self.ladder = SilenceLadder()

    def voice(self, change: VadKind, utterance: Utterance, pause_ms: float) -> None:
        """The resident's voice changed."""
        if change is VadKind.CONFIRMED:
            self._learn(utterance, pause_ms)
            self._wait = None
        if self._overlaps.active:
            self._overlaps.voice(change, utterance, self._ear.now_ms, closing=self._closing)
        elif self._closing:
            return
        elif change is VadKind.CONFIRMED:
            self.floor = Floor.RESIDENT
        elif change is VadKind.ENDED:
            self.floor = Floor.PAUSE
        if utterance.state is Voice.DOUBTFUL and self.floor is not Floor.OPEN:
            self._ear.discard()

    def words(self, utterance: Utterance, text: str, confidence: float, final: bool) -> None:
        """Words so far. Red flags come first, whoever has the floor."""
        effects = self._dialogue.overhear(text, self._moment()) if text else []
        if effects:
            if utterance.state is Voice.SPEAKING:
                utterance.voice_to_ms = self._ear.now_ms
            self._end_turn(TurnEnd(utterance, text, confidence, Wait(0.0, "red flag heard")), effects)
        elif self._overlaps.active:
            self._over_agent(utterance, text, confidence)
        elif final:
            self._consider(utterance, text, confidence)
        if text and not final:
            self._host.tell(PartialHeard(self._ear.now_ms, text))

    def recognition_failed(self, utterance: Utterance, error: SpeechError) -> None:
        """No words will come for this utterance."""
        self._ear.discard()
        if self._overlaps.active:
            self._overlaps.failed()
        elif not self._closing:
            self.floor = Floor.AGENT
        self._host.failed("recognition", error)

    def recognition_changed(self, error: SpeechError) -> None:
        """The words come from another engine now."""
        self._host.mended("recognition", error)

    def speaks(self, say: Say) -> None:
        """The first sample of a wording leaves now."""
        self._overlaps.agent_speaks()
        self._ear.partial_every_ms = PARTIAL_EVERY_MS
        self._host.spoke(say)

    def synthesis_failed(self, error: SpeechError) -> None:
        """A clause is left out."""
        self._host.failed("synthesis", error)

    def tick(self) -> None:
        """A frame time has passed."""
        now_ms, utterance = self._ear.now_ms, self._ear.utterance
        if self._mouth.idle:
            self._overlaps.agent_silent()
            self._ear.partial_every_ms = PARTIAL_CALM_MS
            if self.floor is Floor.AGENT:
                self.floor, self._quiet_since_ms = Floor.OPEN, now_ms
        voice_ms = 0.0
        if utterance is not None:
            sounding = self._ear.stirring or utterance.state is Voice.SPEAKING
            voice_ms = now_ms if sounding else utterance.voice_to_ms
        if self._overlaps.tick(now_ms, voice_ms) and utterance is not None and utterance.final is not None:
            self._ear.discard()  # a syllable that nothing followed
            utterance = None
        if self.floor is Floor.PAUSE and utterance is not None:
            self._maybe_end(utterance, now_ms)
        elif self.floor in (Floor.OPEN, Floor.AGENT):
            self._while_not_listening(utterance, now_ms)

    @property
    def engaged(self) -> bool:
        """A turn of the resident, or wording that is always finished, is not over yet."""
        return self.floor in (Floor.RESIDENT, Floor.PAUSE) or not self._overlaps.interruptible

    @property
    def may_speak(self) -> bool:
        """The mouth may hand out frames."""
        return self.floor in (Floor.AGENT, Floor.CLOSING)

    def give_agent(self, *, closing: bool = False) -> None:
        """The agent has something to say."""
        self._wait = None
        self.floor = Floor.CLOSING if closing or self._closing else Floor.AGENT

    def last_words(self) -> tuple[str, float] | None:
        """Words of a turn that was about to end: text and confidence."""
        utterance = self._ear.utterance
        final = utterance.final if utterance is not None else None
        if self.floor is not Floor.PAUSE or utterance is None or final is None or not final.text:
            return None
        return utterance.kept_words + final.text, final.confidence

    @property
    def _closing(self) -> bool:
        return self.floor is Floor.CLOSING

    def _learn(self, utterance: Utterance, pause_ms: float) -> None:
        """From every pause, and from those that the agent took for the end of a turn."""
        since_turn_ms = utterance.voice_from_ms - self._turn_to_ms
        if pause_ms or not 0 < since_turn_ms <= CUT_IN_WINDOW_MS:
            self.habit = self.habit.after(pause_ms)
        else:
            self.habit = self.habit.after_cut_in(since_turn_ms)

    def _over_agent(self, utterance: Utterance, text: str, confidence: float) -> None:
        ruling = self._overlaps.words(utterance, text, confidence, self._ear.now_ms, closing=self._closing)
        if ruling is Ruling.DISMISSED:
            self._ear.discard()
        elif ruling is Ruling.YIELDED:
            self._listen_to(utterance)

    def _listen_to(self, utterance: Utterance) -> None:
        """The resident has the floor, in the middle of an utterance or at its end."""
        final = utterance.final
        self.floor = Floor.PAUSE if utterance.state is Voice.PAUSED else Floor.RESIDENT
        if self.floor is Floor.PAUSE and final is not None:
            self._consider(utterance, utterance.kept_words + final.text, final.confidence)

    def _consider(self, utterance: Utterance, text: str, confidence: float) -> None:
        """All words of a pause are there: how long to wait for more."""
        completeness = self._completeness(text)
        if self._closing:
            self._ear.discard()
        elif utterance.state is Voice.DOUBTFUL:
            if completeness is Completeness.COMPLETE and confidence >= DOUBTFUL_CONFIDENCE:
                self._end_turn(TurnEnd(utterance, text, confidence, Wait(0.0, "a short word that answers")), None)
            else:
                self._ear.discard()
        else:
            expected = utterance.hints.expected
            pause = Pause(text, completeness, self._dialogue.patience, self.habit, utterance.voice_ms, expected)
            self._wait = decide(pause, self.waits)
            if text:
                self._host.expect(text)

    def _completeness(self, text: str) -> Completeness:
        """With and without the fillers that it begins with: 嗯，没有."""
        whole, bare = self._dialogue.completes(text), without_filler(text)
        if whole is Completeness.COMPLETE or bare in ("", text):
            return whole
        return Completeness.COMPLETE if self._dialogue.completes(bare) is Completeness.COMPLETE else whole

    def _maybe_end(self, utterance: Utterance, now_ms: float) -> None:
        """End the turn when the wait is over and no new voice is stirring."""
        wait, final = self._wait, utterance.final
        if wait is None or final is None or self._ear.stirring:
            return
        over_ms = now_ms - utterance.voice_to_ms - wait.wait_ms
        if over_ms < 0 or (self._ear.rising and over_ms < RISING_MS):
            return
        text = utterance.kept_words + final.text
        nothing = not text and utterance.voice_ms < MIN_UNHEARD_VOICE_MS
        if nothing or (not self._mouth.quiet and is_backchannel(text)):
            self._ear.discard()
            self.floor, self._quiet_since_ms = Floor.AGENT, now_ms
        else:
            self._end_turn(TurnEnd(utterance, text, final.confidence, wait), None)

    def _end_turn(self, end: TurnEnd, effects: list[Effect] | None) -> None:
        """The agent takes the floor; what it had not said yet is out of date."""
        self._overlaps.give_way(self._ear.now_ms)
        if effects is None:
            self._ear.discard()
        else:
            self._ear.cut()
        self.ladder = self.ladder.heard(end.text)
        self.habit = self.habit.after_turn()
        self._turn_to_ms = end.utterance.voice_to_ms
        if end.text:
            self._overlaps.nearness = self._overlaps.nearness.after(end.utterance.level_dbfs)
        self.floor, self._wait = Floor.AGENT, None
        self._host.answer(end, effects)

    def _while_not_listening(self, utterance: Utterance | None, now_ms: float) -> None:
        """Words kept while the agent could not be interrupted come now; silence climbs its ladder."""
        if utterance is not None:
            kept = utterance.state is Voice.PAUSED and utterance.final is not None and not self._overlaps.undecided
            if kept and (self.floor is Floor.OPEN or self._overlaps.interruptible):
                self._overlaps.give_way(now_ms)
                self._listen_to(utterance)
        elif self._dialogue.aside:
            self._quiet_since_ms = now_ms
        elif self.floor is Floor.OPEN and now_ms - self._quiet_since_ms >= self.ladder.wait_ms(self._dialogue.patience):
            self.ladder = self.ladder.climbed()
            self._quiet_since_ms = now_ms
            self._host.quiet()
