"""The ear: frames to utterances and words. Owns voice activity and recognition sessions; decides no turns.

In every pause the final words are recognised at once, ahead of any decision (speculation); when the voice goes on,
a new session takes the utterance from its start. Engine work runs on the bench, one job at a time per utterance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np

from agent.errors import SpeechError
from speech.audio import SILENT_DBFS, level_dbfs
from speech.bench import Workbench
from speech.jobs import Jobs
from speech.ports import FRAME_MS, Hints, Hypothesis, Pcm, RecognitionSession, Recognizer
from speech.recognition.standby import Standby
from speech.vad import VadEvent, VadKind, VoiceActivity

PRE_ROLL_MS = 300
PARTIAL_EVERY_MS = 200
"""Over the agent's speech, where words decide whether it stops."""
PARTIAL_CALM_MS = 700
"""While the resident has the floor: every partial costs as much as hearing two seconds.

Both grow while other work waits: final words go first."""
LONG_UTTERANCE_MS = 15_000
"""Past this length the words so far are kept and only new audio is recognised after a pause."""
CLIP_MARGIN_MS = 200
HANGS = "engine-hangs"
NOTHING = Hypothesis("", 0.0, 0.0, 0.0)
LEVEL_FRAMES = 100
"""Frames of a voice that its loudness is taken from."""
DOUBT_MS = 300
"""Sound kept after the detector dismissed it: 嗯 and 对 are often longer than it believes."""
LONGEST_DOUBT_MS = 3_000
"""Of sound that never became a voice no more is kept."""
OPENING_TIMEOUT_S = 10.0
"""An engine that takes over is read from its files in this time."""


class Voice(StrEnum):
    """What an utterance is doing."""

    SOUND = "sound"
    """An onset, not confirmed."""
    SPEAKING = "speaking"
    PAUSED = "paused"
    DOUBTFUL = "doubtful"
    """Dismissed as noise, but recognised all the same: short words are easily missed."""


@dataclass(eq=False, slots=True)
class Utterance:
    """What the resident says, from the first voice until the turn ends; pauses included."""

    from_ms: float
    """Audio clock of the first sample kept, before the voice began."""
    voice_from_ms: float
    voice_to_ms: float
    hints: Hints
    state: Voice = Voice.SOUND
    audio: list[Pcm] = field(default_factory=list)
    given: int = 0
    """Frames that the session has taken."""
    base: int = 0
    """Frames before this one are already words in ``kept_words``."""
    version: int = 0
    """Rises when the voice goes on after a pause: words recognised before that are no longer final."""
    session: RecognitionSession | None = None
    kept_words: str = ""
    final: Hypothesis | None = None
    failure: SpeechError | None = None

    def clip(self) -> Pcm:
        """The voice with its margins."""
        first = max(0, round((self.voice_from_ms - CLIP_MARGIN_MS - self.from_ms) / FRAME_MS))
        last = round((self.voice_to_ms + CLIP_MARGIN_MS - self.from_ms) / FRAME_MS)
        return np.concatenate(self.audio[first:last] or [np.zeros(0, np.int16)])

    @property
    def level_dbfs(self) -> float:
        """How loud the voice is: the level that a tenth of its frames exceed."""
        first = max(0, round((self.voice_from_ms - self.from_ms) / FRAME_MS))
        levels = sorted(level_dbfs(frame) for frame in self.audio[first : first + LEVEL_FRAMES])
        return levels[len(levels) * 9 // 10] if levels else SILENT_DBFS

    @property
    def voice_ms(self) -> float:
        """Length of the voice, pauses included."""
        return self.voice_to_ms - self.voice_from_ms


class Listener(Protocol):
    """Who is told what the ear hears."""

    def voice(self, change: VadKind, utterance: Utterance, pause_ms: float) -> None:
        """The voice changed; ``pause_ms`` is the pause that a CONFIRMED ended, else 0."""
        ...

    def words(self, utterance: Utterance, text: str, confidence: float, final: bool) -> None:
        """Words so far; ``final`` when the voice has stopped and these are all of them."""
        ...

    def recognition_failed(self, utterance: Utterance, error: SpeechError) -> None:
        """The engine gave nothing for this utterance."""
        ...

    def recognition_changed(self, error: SpeechError) -> None:
        """The engine failed, and another one has taken over; no word is lost."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """A recogniser on the bench."""

    recognizer: Recognizer
    bench: Workbench
    timeout_s: float = 3.0

    @property
    def changes(self) -> int | None:
        """How often the engine was changed; None where there is no other."""
        return self.recognizer.changes if isinstance(self.recognizer, Standby) else None

    async def change(self, seen: int) -> None:
        """Let the spare engine take over. Raises SpeechError when it cannot be opened."""
        if isinstance(standby := self.recognizer, Standby):
            try:
                await self.bench.run(lambda: standby.change(seen), timeout_s=OPENING_TIMEOUT_S)
            except (OSError, ValueError, RuntimeError) as error:
                message = f"the spare recogniser raised {type(error).__name__}"
                raise SpeechError("recognition-spare", message, "check its files: suifang models verify") from None

    async def hear(
        self, session: RecognitionSession | None, hints: Hints, frames: list[Pcm], final: bool
    ) -> tuple[Hypothesis, RecognitionSession | None]:
        """Words after these frames, and the session when it goes on. Raises what the engine or the bench raises."""

        def work() -> tuple[Hypothesis, RecognitionSession | None]:
            going = session or self.recognizer.open(hints)
            if frames:
                going.accept(np.concatenate(frames))
            return (going.finish(), None) if final else (going.partial(), going)

        return await self.bench.run(work, timeout_s=self.timeout_s, urgent=final)


class Ear:
    """Hears one call."""

    def __init__(
        self,
        engine: Engine,
        vad: VoiceActivity,
        hints: Callable[[], Hints],
        jobs: Jobs,
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._vad = vad
        self._hints = hints
        self._past: deque[Pcm] = deque(maxlen=PRE_ROLL_MS // FRAME_MS)
        self._busy: set[Utterance] = set()
        self.utterance: Utterance | None = None
        self.partial_every_ms = PARTIAL_CALM_MS
        self.stirring = False
        """An onset is neither confirmed nor dismissed yet."""
        self.now_ms = 0.0

    @property
    def rising(self) -> bool:
        """Something loud has just begun, known for voice or not."""
        return self._vad.rising

    def feed(self, frame: Pcm, listener: Listener) -> None:
        """Take the next frame: voice changes are told at once, words when the engine has them."""
        self.now_ms += FRAME_MS
        if self.utterance is not None:
            self.utterance.audio.append(frame)
        for event in self._vad.feed(frame):
            self._on_voice(event, frame, listener)
        self._past.append(frame)
        utterance = self.utterance
        if utterance is not None and self._wants_work(utterance):
            self._busy.add(utterance)
            self._jobs.start(self._recognise(utterance, listener), "recognise")

    def discard(self) -> None:
        """The utterance is over for the ear: used, or not worth using."""
        self.utterance = None

    def cut(self) -> None:
        """The words so far were acted upon: what the voice goes on to say is a new utterance."""
        old = self.utterance
        self.utterance = None
        if old is not None and old.state is Voice.SPEAKING:
            self.utterance = Utterance(self.now_ms, self.now_ms, self.now_ms, self._hints(), Voice.SPEAKING)

    def _on_voice(self, event: VadEvent, frame: Pcm, listener: Listener) -> None:
        if event.kind in (VadKind.ONSET, VadKind.CONFIRMED):
            self._begin(event.at_ms, frame)
        self.stirring = event.kind is VadKind.ONSET
        utterance = self.utterance
        if utterance is None:
            return
        pause_ms = 0.0
        if event.kind is VadKind.CONFIRMED:
            pause_ms = self._goes_on(utterance, event.at_ms)
        elif event.kind is VadKind.ENDED:
            utterance.state, utterance.voice_to_ms = Voice.PAUSED, event.at_ms
        elif event.kind is VadKind.DISMISSED and utterance.state is Voice.SOUND:
            utterance.state, utterance.voice_to_ms = Voice.DOUBTFUL, event.at_ms
        listener.voice(event.kind, utterance, pause_ms)

    def _begin(self, at_ms: float, frame: Pcm) -> None:
        """A new utterance, unless one is under way; sound that was doubted and goes on is doubted no more."""
        going = self.utterance
        if going is not None and going.state is Voice.DOUBTFUL and self.now_ms - going.from_ms <= LONGEST_DOUBT_MS:
            going.state = Voice.SOUND
            going.version += 1
            going.session, going.given, going.final = None, going.base, None
        elif going is None or going.state is Voice.DOUBTFUL:
            kept = [*self._past, frame]
            start_ms = self.now_ms - len(kept) * FRAME_MS
            self.utterance = Utterance(start_ms, at_ms, at_ms, self._hints(), audio=kept)

    def _goes_on(self, utterance: Utterance, at_ms: float) -> float:
        """The voice is back (or there at last): forget the final, take the audio anew."""
        pause_ms = at_ms - utterance.voice_to_ms if utterance.state is Voice.PAUSED else 0.0
        if utterance.final is not None and self.now_ms - utterance.from_ms > LONG_UTTERANCE_MS:
            utterance.kept_words += utterance.final.text
            utterance.base = utterance.given
        if utterance.state is Voice.SOUND:
            utterance.voice_from_ms = at_ms
        else:
            utterance.version += 1
            utterance.session, utterance.given = None, utterance.base
            utterance.final, utterance.failure = None, None
        utterance.state = Voice.SPEAKING
        return pause_ms

    def _wants_work(self, utterance: Utterance) -> bool:
        if utterance in self._busy:
            return False
        if utterance.state is Voice.SPEAKING:
            fresh_ms = (len(utterance.audio) - utterance.given) * FRAME_MS
            every_ms = self.partial_every_ms * (1 + self._engine.bench.waiting)
            return utterance.failure is None and fresh_ms >= every_ms
        if utterance.state is Voice.DOUBTFUL and self.now_ms - utterance.voice_to_ms < DOUBT_MS:
            return False
        return utterance.state in (Voice.PAUSED, Voice.DOUBTFUL) and utterance.final is None

    async def _recognise(self, utterance: Utterance, listener: Listener) -> None:
        """One piece of engine work and its result."""
        version = utterance.version
        final = utterance.state is not Voice.SPEAKING
        frames = utterance.audio[utterance.given :]
        utterance.given += len(frames)
        session = utterance.session
        try:
            seen = self._engine.changes
            heard, session, failure = await self._heard(session, utterance.hints, frames, final)
            if failure is not None and seen is not None and (final or failure.code == HANGS):
                failure = await self._change(seen, failure, listener)
                if failure is None:
                    whole = utterance.audio[utterance.base : utterance.given]
                    heard, session, failure = await self._heard(None, utterance.hints, whole, final)
        finally:
            self._busy.discard(utterance)
        if utterance.version != version or utterance is not self.utterance:
            return
        utterance.session, utterance.failure = session, failure
        if failure is not None:
            self._after_failure(utterance, failure, final, listener)
            return
        utterance.final = heard if final else None
        listener.words(utterance, utterance.kept_words + heard.text, heard.confidence, final)

    async def _heard(
        self, session: RecognitionSession | None, hints: Hints, frames: list[Pcm], final: bool
    ) -> tuple[Hypothesis, RecognitionSession | None, SpeechError | None]:
        """Words and the session, or no words and what failed."""
        try:
            return *await self._engine.hear(session, hints, frames, final), None
        except SpeechError as error:
            return NOTHING, None, error
        except Exception as error:  # an engine may raise anything, and its message may hold what was said
            message = f"the recogniser raised {type(error).__name__}"
            return NOTHING, None, SpeechError("recognition-failed", message, "check the recogniser's log")

    async def _change(self, seen: int, failure: SpeechError, listener: Listener) -> SpeechError | None:
        """Let the other engine take over; the failure where it cannot."""
        try:
            await self._engine.change(seen)
        except SpeechError as error:
            return error
        if self._engine.changes == seen:
            return failure
        listener.recognition_changed(failure)
        return None

    @staticmethod
    def _after_failure(utterance: Utterance, error: SpeechError, final: bool, listener: Listener) -> None:
        """Without partials the final is tried once more, in a session of its own."""
        utterance.session, utterance.given = None, utterance.base
        if final:
            listener.recognition_failed(utterance, error)
