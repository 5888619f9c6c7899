"""Speech over the agent's speech: duck at once, then let the words decide. Pure.

``judge`` reads the words; ``BargeIn`` keeps the state and says what the playout must do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.domain.turns import Completeness

MIN_CONFIDENCE = 0.1
SURE_CHARS = 3
"""Words of this length are believed whatever the engine's confidence: noise seldom makes a sentence."""
RESUME_AFTER_MS = 250.0
"""A frozen agent goes on when no voice and no words have come for this long."""


class Verdict(StrEnum):
    """What overlapping sound was."""

    UNDECIDED = "undecided"
    INTERRUPTION = "interruption"
    BACKCHANNEL = "backchannel"
    ECHO = "echo"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What is known about sound over the agent's speech."""

    text: str
    confidence: float
    ended: bool
    """The voice has stopped; these words are all there is."""
    agent_text: str
    """What the agent was saying while this was heard."""
    question_put: bool
    """The agent's question has been heard (almost) to its end: 嗯 is then an answer."""
    completeness: Completeness
    voiced: bool = True
    """The detector is sure that it was a voice."""
    distant: bool = False
    """Far softer than the resident beside the receiver: a television, somebody else in the room."""


_NOT_WORDS = re.compile(r"[\s，。！？、；：,.!?;:…]+")
_BACKCHANNEL = re.compile(
    r"(嗯|恩|哦|噢|喔|啊|呃|额|哎|诶|唉|哼|哈|好|好的|好好|好吧|好嘞|行|对|对的|是|是的|是啊|是吗|知道|知道了|晓得|明白|"
    r"这样|喂|你好|您好)+"
)


def judge(overlap: Overlap) -> Verdict:
    """Read the words of an overlap."""
    words = _NOT_WORDS.sub("", overlap.text)
    if not words or (len(words) < SURE_CHARS and overlap.confidence < MIN_CONFIDENCE):
        return Verdict.NOISE if overlap.ended and not overlap.voiced else Verdict.UNDECIDED
    if overlap.question_put and _answers(overlap):
        return Verdict.INTERRUPTION
    if overlap.distant:
        return Verdict.NOISE
    if is_echo(words, overlap.agent_text):
        return Verdict.ECHO
    beginning_of_echo = not overlap.ended and words in _NOT_WORDS.sub("", overlap.agent_text)
    enough = len(words) >= (2 if overlap.ended else SURE_CHARS)
    if enough and not _BACKCHANNEL.fullmatch(words) and not beginning_of_echo:
        return Verdict.INTERRUPTION
    return _short(words, overlap)


def _short(words: str, overlap: Overlap) -> Verdict:
    """A backchannel, or too little to tell: while the voice goes on, or stopped behind one syllable (我…)."""
    if _BACKCHANNEL.fullmatch(words) and (overlap.ended or len(words) >= 2):
        return Verdict.BACKCHANNEL
    if overlap.ended and (len(words) >= 2 or _answers(overlap)):
        return Verdict.INTERRUPTION
    return Verdict.UNDECIDED


def _answers(overlap: Overlap) -> bool:
    return overlap.completeness in (Completeness.COMPLETE, Completeness.PARTIAL)


def is_backchannel(text: str) -> bool:
    """Nothing but 嗯, 好, 对 and the like."""
    return _BACKCHANNEL.fullmatch(_NOT_WORDS.sub("", text)) is not None


def is_echo(words: str, agent_text: str) -> bool:
    """The words repeat what the agent is saying: 75 % of them in order, and at least three."""
    said = _NOT_WORDS.sub("", agent_text)
    if len(words) < 3 or not said:
        return False
    return _common(words, said) >= 0.75 * len(words)


def _common(first: str, second: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for a in first:
        diagonal = 0
        for j, b in enumerate(second, 1):
            diagonal, row[j] = row[j], diagonal + 1 if a == b else max(row[j], row[j - 1])
    return row[-1]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How loud the resident is, learnt from the turns that were answered; tells who is across the room."""

    near_dbfs: float = -20.0
    """Before anything was heard: a voice at a receiver."""
    distant_db: float = 9.0
    weight: float = 0.3

    def after(self, level_dbfs: float) -> Nearness:
        """With one more turn."""
        return replace(self, near_dbfs=self.near_dbfs + self.weight * (level_dbfs - self.near_dbfs))

    def is_distant(self, level_dbfs: float) -> bool:
        """Too soft for the resident."""
        return level_dbfs < self.near_dbfs - self.distant_db


class Talk(StrEnum):
    """What the agent's voice is doing."""

    IDLE = "idle"
    SPEAKING = "speaking"
    DUCKED = "ducked"
    FROZEN = "frozen"


class Order(StrEnum):
    """What the playout must do now."""

    NONE = "none"
    DUCK = "duck"
    FREEZE = "freeze"
    """Fade out and stand still: go on later, or not."""
    RESUME = "resume"
    YIELD = "yield"
    """Fade out and drop the rest."""


class BargeIn:
    """State machine of the agent's voice under overlapping sound; times on the audio clock."""

    def __init__(self) -> None:
        self.state = Talk.IDLE
        self._since_ms = 0.0

    def agent_speaks(self) -> None:
        """The agent's voice is on the line."""
        if self.state is Talk.IDLE:
            self.state = Talk.SPEAKING

    def agent_silent(self) -> None:
        """Everything was said or dropped."""
        self.state = Talk.IDLE

    def onset(self, now_ms: float) -> Order:
        """Something sounds: be softer until it is known what."""
        if self.state is not Talk.SPEAKING:
            return Order.NONE
        self.state, self._since_ms = Talk.DUCKED, now_ms
        return Order.DUCK

    def confirmed(self, now_ms: float) -> Order:
        """It is a voice: stand still and listen."""
        if self.state not in (Talk.SPEAKING, Talk.DUCKED):
            return Order.NONE
        self.state, self._since_ms = Talk.FROZEN, now_ms
        return Order.FREEZE

    def dismissed(self) -> Order:
        """It was noise."""
        return self._go_on() if self.state is Talk.DUCKED else Order.NONE

    def words(self, verdict: Verdict) -> Order:
        """The words were judged."""
        if self.state is Talk.IDLE or verdict is Verdict.UNDECIDED:
            return Order.NONE
        if verdict is Verdict.INTERRUPTION:
            self.state = Talk.IDLE
            return Order.YIELD
        return self._go_on()

    def tick(self, now_ms: float, voice_ms: float) -> Order:
        """Time passes; ``voice_ms`` is when a voice was last heard."""
        waiting = self.state in (Talk.DUCKED, Talk.FROZEN)
        if waiting and now_ms - max(voice_ms, self._since_ms) >= RESUME_AFTER_MS:
            return self._go_on()
        return Order.NONE

    def _go_on(self) -> Order:
        if self.state not in (Talk.DUCKED, Talk.FROZEN):
            return Order.NONE
        self.state = Talk.SPEAKING
        return Order.RESUME
