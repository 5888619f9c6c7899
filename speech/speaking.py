"""The mouth: wordings to frames on the line. Owns synthesis of what is queued, playout and the far buffer's length.

Frames leave on the beat of the frames that arrive, a short lead ahead of them, so one clock serves both directions.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agent.domain.effects import Say
from agent.errors import SpeechError
from speech.audio import scale, silence
from speech.jobs import Jobs
from speech.playout import Playout, Segment
from speech.ports import FRAME_MS, AudioChannel, Pcm, Synthesizer, VoiceStyle
from speech.synthesis.clauses import Clause, clauses
from speech.turns.barge_in import Order

LEAD_MS = 200
"""Audio kept ahead at the far end, against jitter of the event loop; what was not heard of it is taken back at will."""
CLAUSE_TIMEOUT_S = 6.0
_PUT_SHARE = 0.85
"""A question counts as put when this much of it was heard."""
_ECHO_SLACK_CHARS = 2


class Speaker(Protocol):
    """Who is told what the mouth does."""

    def speaks(self, say: Say) -> None:
        """The first sample of a wording leaves now."""
        ...

    def synthesis_failed(self, error: SpeechError) -> None:
        """A clause could not be spoken and is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a wording was given up."""

    say: Say
    heard_chars: int


class Mouth:
    """Speaks for one call."""

    def __init__(self, channel: AudioChannel, synthesizer: Synthesizer, style: VoiceStyle, jobs: Jobs) -> None:
        self._channel = channel
        self._voice = Voice(synthesizer, style)
        self._jobs = jobs
        self._playout = Playout()
        self._queue = _Queue()
        self._rendering: asyncio.Task[None] | None = None
        self._urgent: list[Pcm] | None = None
        self._ahead_ms = 0.0
        self._halted_ms: float | None = None
        self._loudness_changed = False
        self._trail: deque[tuple[float, str, int]] = deque(maxlen=500)

    def say(self, says: Sequence[Say]) -> None:
        """Queue wordings; synthesis starts at once."""
        if self.idle:
            self._playout.drop()
        self._queue.add(says)
        self._keep_rendering()

    async def tick(self, now_ms: float, speaker: Speaker, *, may_speak: bool) -> None:
        """One frame time passes: hand out what keeps the lead, unless halted or without the floor."""
        self._ahead_ms = max(0.0, self._ahead_ms - FRAME_MS)
        for error in self._voice.take_failures():
            speaker.synthesis_failed(error)
        self._keep_rendering()
        if self._urgent is not None:
            frames, self._urgent = self._urgent, None
            await self._channel.clear()
            for frame in frames:
                await self._send(frame)
        if self._halted_ms is not None:
            self._halted_ms += FRAME_MS
        elif may_speak:
            if self._loudness_changed:
                await self._take_back()
            await self._speak(now_ms, speaker)

    def obey(self, order: Order) -> Cut | None:
        """Carry out what barge-in decided; a YIELD returns where the wording was given up."""
        if order is Order.DUCK:
            self._playout.duck()
            self._loudness_changed = True
        elif order is Order.FREEZE and self._halted_ms is None:
            self._halt()
        elif order is Order.RESUME:
            self._playout.go_on(self._halted_ms or 0.0)
            self._loudness_changed, self._halted_ms = self._halted_ms is None, None
        return self.drop() if order is Order.YIELD else None

    def drop(self) -> Cut | None:
        """Forget what is being said and the interruptible rest; where it was given up, if it had begun."""
        place = self._playout.place(self._ahead_ms)
        say = None if place is None or self.quiet else self._queue.say(place.say)
        if say is not None and self._halted_ms is None:
            self._halt()
        if self._rendering is not None:
            self._rendering.cancel()
            self._rendering = None
        self._queue.keep_unstarted_uninterruptible()
        self._playout.drop()
        self._halted_ms, self._loudness_changed = None, False
        return None if say is None or place is None else Cut(say, place.chars)

    @property
    def quiet(self) -> bool:
        """Nothing is queued, though the last frames may still be on their way."""
        rendering = self._rendering is not None and not self._rendering.done()
        return not rendering and not self._queue.waiting and self._playout.left_ms <= 0

    @property
    def idle(self) -> bool:
        """Nothing is queued and everything was heard."""
        return self.quiet and self._ahead_ms <= 0

    @property
    def current(self) -> Say | None:
        """The wording being heard; None when there is none or it has not begun."""
        place = None if self.idle else self._playout.place(self._ahead_ms)
        return self._queue.say(place.say) if place is not None and place.say <= self._queue.started else None

    @property
    def question_put(self) -> bool:
        """The question being said has been heard almost to its end."""
        place = self._playout.place(self._ahead_ms)
        say = None if place is None else self._queue.say(place.say)
        if place is None or say is None or say.ask is None:
            return False
        return place.chars >= _PUT_SHARE * len(say.text)

    def said_since(self, from_ms: float) -> str:
        """The words heard since that time of the audio clock, for telling echo."""
        reach: dict[str, tuple[int, int]] = {}
        for at_ms, text, chars in self._trail:
            if at_ms >= from_ms:
                low, high = reach.get(text, (chars, chars))
                reach[text] = (min(low, chars), max(high, chars))
        slack = _ECHO_SLACK_CHARS
        return "".join(text[max(0, low - slack) : high + slack] for text, (low, high) in reach.items())

    async def prefetch(self, texts: Sequence[str]) -> None:
        """Have the beginnings of likely wordings synthesised; with a cache behind, they are then ready."""
        for text in texts:
            for clause in clauses(text)[:2]:
                await self._voice.clip(clause, Say(text, ""))

    async def _speak(self, now_ms: float, speaker: Speaker) -> None:
        while self._ahead_ms < LEAD_MS and (frame := self._playout.pull()) is not None:
            place = self._playout.place()
            if place is not None and (say := self._queue.start(place.say)) is not None:
                speaker.speaks(say)
            await self._send(frame)
        place = self._playout.place(self._ahead_ms)
        say = None if place is None else self._queue.say(place.say)
        if place is not None and say is not None and not self.idle:
            self._trail.append((now_ms, say.text, place.chars))

    async def _send(self, frame: Pcm) -> None:
        await self._channel.send(frame)
        self._ahead_ms += FRAME_MS

    async def _take_back(self) -> None:
        """What the far end has not played yet is said again, as loud as it is to be now."""
        self._loudness_changed = False
        unheard_ms = await self._channel.clear()
        self._playout.rewind(unheard_ms)
        self._ahead_ms = max(0.0, self._ahead_ms - unheard_ms)

    def _halt(self) -> None:
        self._playout.rewind(self._ahead_ms)
        self._ahead_ms = 0.0
        self._urgent = self._playout.fade()
        self._halted_ms, self._loudness_changed = 0.0, False

    def _keep_rendering(self) -> None:
        if self._queue.waiting and (self._rendering is None or self._rendering.done()):
            self._rendering = self._jobs.start(self._render(), "synthesise")

    async def _render(self) -> None:
        while (wording := self._queue.next()) is not None:
            number, say = wording
            for clause in clauses(say.text):
                pcm = await self._voice.clip(clause, say)
                if len(pcm):
                    self._playout.add(Segment(pcm, clause.text, number, clause.start, clause.pause_ms))


class _Queue:
    """Wordings by number: which wait for synthesis, which have begun to be spoken."""

    def __init__(self) -> None:
        self._says: dict[int, Say] = {}
        self._waiting: deque[int] = deque()
        self._count = 0
        self.started = 0

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def add(self, says: Sequence[Say]) -> None:
        for say in says:
            self._count += 1
            self._says[self._count] = say
            self._waiting.append(self._count)

    def next(self) -> tuple[int, Say] | None:
        if not self._waiting:
            return None
        number = self._waiting.popleft()
        return number, self._says[number]

    def say(self, number: int) -> Say | None:
        return self._says.get(number)

    def start(self, number: int) -> Say | None:
        """The wording if its first sample leaves now."""
        if number <= self.started:
            return None
        self.started = number
        self._says = {n: say for n, say in self._says.items() if n >= number - 1}
        return self._says.get(number)

    def keep_unstarted_uninterruptible(self) -> None:
        kept = [say for n, say in self._says.items() if n > self.started and not say.interruptible]
        self.started = self._count
        self._says.clear()
        self._waiting.clear()
        self.add(kept)


class Voice:
    """Synthesis of clauses in one style; a clause that fails is an empty clip and a remembered failure."""

    def __init__(self, synthesizer: Synthesizer, style: VoiceStyle) -> None:
        self._synthesizer = synthesizer
        self._style = style
        self._failures: list[SpeechError] = []

    async def clip(self, clause: Clause, say: Say) -> Pcm:
        """Samples of a clause at the wording's rate and volume."""
        style = replace(self._style, rate_wpm=round(self._style.rate_wpm * say.rate))
        try:
            async with asyncio.timeout(CLAUSE_TIMEOUT_S):
                return scale(await self._synthesizer.synthesize(clause.text, style), say.volume)
        except SpeechError as error:
            self._failures.append(error)
        except TimeoutError:
            self._failures.append(SpeechError("synthesis-hangs", "the synthesiser gives no answer", "restart it"))
        except Exception as error:  # an engine may raise anything; the call goes on without the clause
            message = f"the synthesiser raised {type(error).__name__}"
            self._failures.append(SpeechError("synthesis-failed", message, "check the synthesiser's log"))
        return silence(0)

    def take_failures(self) -> list[SpeechError]:
        """Failures since the last time."""
        taken, self._failures = self._failures, []
        return taken
