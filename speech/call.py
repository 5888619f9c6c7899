"""The conductor: one spoken call from the opening words to the hang-up, on the audio clock.

Owns the call's task group, carries out effects, keeps the timing of turns, survives engine failures. What decides
lives elsewhere: the floor in ``exchange``, waits and barge-in in ``turns``, the words in the conversation.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from agent.domain.effects import Effect, End, Say
from agent.domain.events import VoiceFailed
from agent.errors import SpeechError
from speech.audio import check_frame, silence
from speech.bench import Workbench
from speech.exchange import Exchange, Floor, TurnEnd
from speech.guard import GuardedDialogue
from speech.jobs import Jobs
from speech.ledger import CallResult, HangUp, Ledger
from speech.listening import Ear, Engine
from speech.notices import AgentSpeaks, CallObserver, Carried, Fault, Notice, ResidentHeard
from speech.ports import FRAME_MS, AudioChannel, Dialogue, Pcm, Recognizer, Synthesizer, VoiceStyle
from speech.recording import ClipFolder
from speech.speaking import Mouth
from speech.turns.endpointing import WaitTable
from speech.turns.habit import PauseHabit
from speech.vad import DualVad, VoiceActivity

__all__ = ["CallParts", "CallResult", "HangUp", "Wording", "run_call"]

_LOG = logging.getLogger(__name__)
Act = Callable[[datetime], Sequence[Effect]]
ACT_WAITS_MS = 8_000.0
"""Whoever takes a call over waits so long for the end of a sentence."""
MAX_BAD_FRAMES = 50
"""A second of frames in a row that are no audio ends the call."""
MAX_FAILURES = 3
"""Engine failures without a turn between them that end the call, or lead to the keys."""
MAX_KEY_FAILURES = 6
"""The same where the resident was asked to use the keys instead."""
RECEIVE_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Wording:
    """What the voice says by itself when the conversation cannot be reached by words."""

    not_heard: str = "不好意思，刚才没有听清楚，请您再说一遍。"
    use_keys: str = "不好意思，我这边听不到您说话了，请您在手机上打字，或者点一下屏幕上的回答。"
    give_up: str = "对不起，线路不太好，我们晚些时候再给您打过来，再见。"


@dataclass(frozen=True, slots=True)
class CallParts:
    """What a call is made of. Engines are shared between calls and not closed by them."""

    recognizer: Recognizer
    synthesizer: Synthesizer
    bench: Workbench
    started: datetime
    """Wall time of the first frame; every later time is this plus the audio clock."""
    style: VoiceStyle = field(default_factory=VoiceStyle)
    clips: Path | None = None
    seal_clip: Callable[[bytes], bytes] = bytes
    """What of a clip goes to the disk: its ciphertext."""
    habit: PauseHabit = field(default_factory=PauseHabit)
    """The resident's pauses, as learnt in earlier calls."""
    waits: WaitTable = field(default_factory=WaitTable)
    wording: Wording = field(default_factory=Wording)
    vad: Callable[[], VoiceActivity] = DualVad
    engine_timeout_s: float = 3.0
    """A recogniser that gives no answer in this time has failed."""
    typed: Callable[[], str | None] = lambda: None
    """Asked with every frame for words that came otherwise than by voice: keys, a tap on a page."""
    keys: bool = False
    """Whether the resident has such keys: a call whose recogniser is gone for good goes on with them."""
    acts: deque[Act] = field(default_factory=deque)
    """What somebody outside does to the conversation: between two turns of the resident, or after some waiting."""
    lockstep: bool = False
    """Engine work is awaited before the next frame: for channels on virtual time."""


async def run_call(
    channel: AudioChannel, dialogue: Dialogue, opening: Sequence[Effect], parts: CallParts, observer: CallObserver
) -> CallResult:
    """Hold one call; closes the channel. Raises SpeechError when the line gives no usable audio."""
    failure: SpeechError | None = None
    call: _Call | None = None
    try:
        async with asyncio.TaskGroup() as group:
            jobs = Jobs(group)
            call = _Call(channel, dialogue, parts, observer, jobs)
            try:
                await call.run(opening)
            except SpeechError as error:
                failure = error
                call.close(HangUp.LINE)
            finally:
                jobs.cancel()
    finally:
        if call is not None:
            call.close(HangUp.STOPPED)
        await channel.aclose()
    if failure is not None:
        raise failure
    return call.result()


class _Call:
    """State of one call; the exchange's host."""

    def __init__(
        self, channel: AudioChannel, dialogue: Dialogue, parts: CallParts, observer: CallObserver, jobs: Jobs
    ) -> None:
        dialogue = GuardedDialogue(dialogue, lambda error: self.failed("dialogue", error))
        self._channel = channel
        self._dialogue = dialogue
        self._parts = parts
        self._observer = observer
        self._jobs = jobs
        engine = Engine(parts.recognizer, parts.bench, parts.engine_timeout_s)
        self._ear = Ear(engine, parts.vad(), dialogue.hints, jobs)
        self._mouth = Mouth(channel, parts.synthesizer, parts.style, jobs)
        self._exchange = Exchange(dialogue, self._ear, self._mouth, self, self._moment)
        self._exchange.habit, self._exchange.waits = parts.habit, parts.waits
        self._ledger = Ledger(dialogue, ClipFolder(parts.clips, parts.seal_clip))
        self._end: HangUp | None = None
        self._failures = 0
        self._act_since_ms: float | None = None

    async def run(self, opening: Sequence[Effect]) -> None:
        """Frames in, frames out, until somebody hangs up."""
        self._carry(opening)
        bad = 0
        while not (self._exchange.floor is Floor.CLOSING and self._mouth.idle):
            frame = await self._receive()
            if frame is None:
                self._hear_last_words()
                self.close(HangUp.RESIDENT)
                return
            usable, bad = self._usable(frame, bad)
            self._take_typed()
            self._take_act()
            self._ear.feed(usable, self._exchange)
            self._exchange.tick()
            await self._mouth.tick(self._ear.now_ms, self._exchange, may_speak=self._exchange.may_speak)
            if self._parts.lockstep:
                await self._jobs.settle()
        self.close(self._end or HangUp.ENDED)

    def close(self, why: HangUp) -> None:
        """Tell the conversation that the line is closed, unless it ended by itself; idempotent."""
        if self._ledger.hang_up is None:
            self._ledger.hang_up = why
            if self._ledger.outcome is not None:
                return
            self._carry(self._dialogue.close(why.value, self._moment()), speak=False)

    def result(self) -> CallResult:
        """What came of it."""
        ledger = self._ledger
        return CallResult(
            ledger.hang_up or HangUp.STOPPED, ledger.outcome, self._ear.now_ms, tuple(ledger.gaps_ms),
            tuple(ledger.clips), self._exchange.habit, tuple(ledger.faults),
        )  # fmt: skip

    # The exchange's host.

    def answer(self, end: TurnEnd, effects: list[Effect] | None) -> None:
        """Hear the turn, keep its clip, say what follows."""
        may_record = self._dialogue.may_record
        if effects is None:
            effects = self._dialogue.hear(end.text, end.confidence, self._moment())
        self._failures = 0 if effects else self._failures
        try:
            self._ledger.turn_ended(end, may_record=may_record and self._dialogue.may_record)
        except SpeechError as error:
            self._fault("recording", error)
        self.tell(
            ResidentHeard(
                self._ear.now_ms, self._ledger.turn, end.text, end.confidence, end.wait.wait_ms, end.wait.reason
            )
        )
        self._carry(effects)

    def expect(self, text: str) -> None:
        """Synthesise the likely reply while the wait runs."""
        texts = self._dialogue.preview(text)
        if texts:
            self._jobs.start(self._mouth.prefetch(texts), "prefetch")

    def quiet(self) -> None:
        """Say what the conversation says to silence; nobody there at all ends the call."""
        self._ledger.unanswered()
        effects = self._dialogue.silence(self._moment())
        unanswered = self._ledger.outcome is None and self._exchange.ladder.exhausted
        if unanswered and not any(isinstance(e, Say | End) for e in effects):
            self._end = HangUp.SILENT
            self._exchange.give_agent(closing=True)
        self._carry(effects)

    def spoke(self, say: Say) -> None:
        """The first sample of a wording left: the gap of the turn it answers is known now."""
        gap_ms = self._ledger.answered(self._ear.now_ms, self._moment())
        self.tell(AgentSpeaks(self._ear.now_ms, say.text, say.response, say.ask, gap_ms))

    def failed(self, stage: str, error: SpeechError) -> None:
        """Apologise and go on; after too many failures say good-bye."""
        self._fault(stage, error)
        self._failures += 1
        if self._exchange.floor is Floor.CLOSING:
            return
        keys = self._parts.keys and stage != "synthesis"
        if self._failures >= (MAX_KEY_FAILURES if keys else MAX_FAILURES):
            self._end = HangUp.FAILED
            self._mouth.drop()
            self._mouth.say([Say(self._parts.wording.give_up, "voice_give_up", interruptible=False)])
            self._exchange.give_agent(closing=True)
        elif stage != "synthesis":
            wording = self._parts.wording
            gone = keys and self._failures >= MAX_FAILURES
            apology = Say(wording.use_keys, "voice_use_keys") if gone else Say(wording.not_heard, "voice_not_heard")
            self._mouth.say([apology])
            self._exchange.give_agent()

    def mended(self, stage: str, error: SpeechError) -> None:
        """Only the log tells."""
        self._fault(stage, error)

    def tell(self, notice: Notice) -> None:
        """Tell the observer; its failures are its own."""
        try:
            self._observer.observe(notice)
        except Exception:  # a broken display must not end a call
            _LOG.exception("call.observer_failed")

    # Inside.

    def _moment(self) -> datetime:
        return self._parts.started + timedelta(milliseconds=self._ear.now_ms)

    def _hear_last_words(self) -> None:
        """What was said before the line went dead still counts."""
        last = self._exchange.last_words()
        if last is not None:
            self._carry(self._dialogue.hear(*last, self._moment()), speak=False)

    async def _receive(self) -> Pcm | None:
        try:
            async with asyncio.timeout(RECEIVE_TIMEOUT_S):
                return await self._channel.receive()
        except TimeoutError:
            return None

    def _take_typed(self) -> None:
        """Words of the keys are a turn of their own; what is being said gives way."""
        text = self._parts.typed()
        if text and self._exchange.floor is not Floor.CLOSING:
            self._mouth.drop()
            self._ear.discard()
            self._failures = 0
            self._carry(self._dialogue.hear(text, 1.0, self._moment()))

    def _take_act(self) -> None:
        """What the agent was saying gives way; what the resident is saying is finished first."""
        acts, now_ms = self._parts.acts, self._ear.now_ms
        if not acts or self._exchange.floor is Floor.CLOSING:
            return
        if self._act_since_ms is None:
            self._act_since_ms = now_ms
        if self._exchange.engaged and now_ms - self._act_since_ms < ACT_WAITS_MS:
            return
        self._act_since_ms = None
        self._mouth.drop()
        self._carry(acts.popleft()(self._moment()))

    def _usable(self, frame: Pcm, bad: int) -> tuple[Pcm, int]:
        """The frame, or silence in its place; how many bad ones came in a row."""
        try:
            return check_frame(frame), 0
        except SpeechError as error:
            if bad == 0:
                self._fault("hearing", error)
            if bad + 1 >= MAX_BAD_FRAMES:
                raise
            return silence(FRAME_MS), bad + 1

    def _carry(self, effects: Sequence[Effect], *, speak: bool = True) -> None:
        """Carry out effects in order: words to the mouth, the rest to the observer."""
        says = [effect for effect in effects if isinstance(effect, Say)]
        if speak and says:
            self._mouth.say(says)
            self._exchange.give_agent()
        for effect in effects:
            if isinstance(effect, Say):
                continue
            if isinstance(effect, End):
                self._ledger.outcome = effect.outcome
                if effect.hang_up:
                    self._exchange.give_agent(closing=True)
            self.tell(Carried(self._ear.now_ms, effect))

    def _fault(self, stage: str, error: SpeechError) -> None:
        fault = Fault(self._ear.now_ms, stage, error.code, error.message, error.remedy)
        _LOG.warning("call.fault", extra={"stage": stage, "code": error.code})
        self._ledger.faults.append(fault)
        if stage != "dialogue":  # which keeps the log: it may be what cannot take a note
            self._dialogue.note(VoiceFailed(stage, error.code), self._moment())
        self.tell(fault)
