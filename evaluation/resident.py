"""A simulated resident at one end of a line: hears when the agent stops, answers aloud after a human moment.

It is told what was asked (the agent's event log); when to speak it decides from the sound alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from agent.domain.events import AgentSaid, Event, ResidentSaid
from agent.understanding.text import han_only
from evaluation.cases import Voice
from evaluation.text_resident import TextResident
from speech.audio import frames, level_dbfs, silence
from speech.ports import FRAME_MS, AudioChannel, Pcm, Synthesizer, VoiceStyle

HEARS_DBFS = -45.0
"""A frame louder than this is speech; the resident's line is clean."""
UNDERSTOOD_MS = 300
"""A question of which less was heard (the agent gave way) has not been put."""
CHARACTER_MS = 140
"""Sound that a character of a question takes at least: before that the question is not over, whatever the pause."""
REACTION_MS = (300, 700)
"""A person's moment between the end of a question and the start of the answer."""
PAUSE_MS = (150, 350)
"""Pauses between the clauses of an answer, where the case gives none."""
SLOWER, SLOWEST = 0.92, 0.8
"""People who are asked again speak slower."""
STYLE_RATES = {"slow": 125, "normal": 155, "fast": 190}
VOICES = ("f5", "grandma", "m3", "f2", "m7", "belinda", "victor", "f3", "m1", "m2")
"""Voices of residents whose case names none; the agent's own is not among them."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one resident speaks."""

    style: VoiceStyle
    pauses_ms: tuple[int, ...] = ()
    seed: int = 0


@dataclass(slots=True)
class Exchange:
    """One answer of the resident, on the resident's clock."""

    ask: str | None
    text: str
    start_ms: float
    end_ms: float = 0.0
    gap_ms: float | None = None
    """From the end of the answer to the agent's next sound; None while there is none."""
    cut_in: bool = False
    """The agent began before the answer was over."""


@dataclass(slots=True)
class _Ear:
    """What the resident hears of the agent."""

    quiet_ms: float = 0.0
    heard_ms: float = 0.0
    """Of the agent's speech, since the resident's last words."""
    speaking: bool = False

    def take(self, frame: Pcm) -> bool:
        """Take a frame; True at the onset of the agent's speech."""
        loud = level_dbfs(frame) > HEARS_DBFS
        onset = loud and not self.speaking and self.quiet_ms >= 100
        self.quiet_ms = 0.0 if loud else self.quiet_ms + FRAME_MS
        self.heard_ms += FRAME_MS * loud
        self.speaking = loud
        return onset


@dataclass(slots=True)
class Mouth:
    """What the resident is saying: frames still to come."""

    waiting: list[Pcm] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """An answer is on its way."""
        return bool(self.waiting)


class SpokenResident:
    """One resident in one call; ``run`` until the line is hung up."""

    def __init__(
        self,
        line: AudioChannel,
        voice: Synthesizer,
        mind: TextResident,
        log: Callable[[], Sequence[Event]],
        manner: Manner,
    ) -> None:
        self._line = line
        self._voice = voice
        self._mind = mind
        self._log = log
        self._manner = manner
        self._random = Random(manner.seed)
        self._reaction_ms = self._react()
        self._ear = _Ear(quiet_ms=1000.0)
        self._mouth = Mouth()
        self._now_ms = 0.0
        self._needs_ms: float | None = None
        self.exchanges: list[Exchange] = []
        self.on_speak: Callable[[Exchange], None] = lambda _: None

    async def run(self) -> None:
        """Listen and answer until the line is closed."""
        while (frame := await self._line.receive()) is not None:
            self._now_ms += FRAME_MS
            if self._ear.take(frame):
                self._agent_began()
            if self._mouth.busy:
                await self._line.send(self._mouth.waiting.pop(0))
                if not self._mouth.busy:
                    self._answer_over()
            elif self._my_turn():
                await self._answer()

    def question_begins(self, text: str) -> None:
        """The agent starts to say a question; before that, and inside it, a pause is no invitation."""
        self._ear.heard_ms = 0.0
        whole = CHARACTER_MS * len(han_only(text))
        self._needs_ms = float(UNDERSTOOD_MS if self._mouth.busy else max(UNDERSTOOD_MS, whole))

    def _my_turn(self) -> bool:
        heard = self._needs_ms is not None and self._ear.heard_ms >= self._needs_ms
        return heard and self._ear.quiet_ms >= self._reaction_ms and self._asked() is not None

    def _asked(self) -> tuple[str | None, list[AgentSaid]] | None:
        """What the agent has said since the last answer, with the ask it put; None while the agent owes a word."""
        said: list[AgentSaid] = []
        for event in reversed(self._log()):
            if isinstance(event.body, AgentSaid):
                said.insert(0, event.body)
            elif isinstance(event.body, ResidentSaid):
                break
        asks = [body.ask for body in said if body.ask]
        return (asks[-1], said) if asks else None

    async def _answer(self) -> None:
        asked = self._asked()
        if asked is None:
            return
        ask, said = asked
        self._needs_ms, self._ear.heard_ms = None, 0.0
        self._reaction_ms = self._react()
        text = self._mind.answer(ask, said)
        if not text:
            return
        again = sum(exchange.ask == ask for exchange in self.exchanges)
        clip = await self._speak(text, max(SLOWEST, SLOWER**again))
        self._mouth.waiting = list(frames(clip))
        self.exchanges.append(Exchange(ask, text, self._now_ms))
        self.on_speak(self.exchanges[-1])

    def _answer_over(self) -> None:
        self.exchanges[-1].end_ms = self._now_ms
        self._ear.heard_ms = 0.0

    def _agent_began(self) -> None:
        if not self.exchanges:
            return
        last = self.exchanges[-1]
        if self._mouth.busy:
            last.cut_in = True
        elif last.gap_ms is None:
            last.gap_ms = self._now_ms - last.end_ms

    async def _speak(self, text: str, pace: float) -> Pcm:
        """The answer with its pauses."""
        style = replace(self._manner.style, rate_wpm=round(self._manner.style.rate_wpm * pace))
        parts: list[Pcm] = []
        given = list(self._manner.pauses_ms)
        for clause in re.split("[，。；？！,…]+", text):
            if clause:
                if parts:
                    pause = given.pop(0) if given else self._random.randint(*PAUSE_MS)
                    parts.append(silence(pause))
                parts.append(await self._voice.synthesize(clause, style))
        return np.concatenate(parts) if parts else silence(FRAME_MS)

    def _react(self) -> float:
        return float(self._random.randint(*REACTION_MS))


def manner_of(voice: Voice, case_id: str) -> Manner:
    """How the resident of a case speaks; what the case leaves open follows from its id."""
    random = Random(f"{case_id}-{voice.seed}")
    name = voice.name or random.choice(VOICES)
    rate = voice.rate or STYLE_RATES[voice.style] + random.randint(-8, 8)
    pitch = random.randint(38, 62) if voice.pitch is None else voice.pitch
    spoken = VoiceStyle(voice=f"cmn+{name}", rate_wpm=rate, pitch=pitch)
    return Manner(spoken, voice.pauses_ms, random.randrange(1 << 30))
