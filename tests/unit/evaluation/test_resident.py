"""The spoken resident on a line in virtual time, against an agent made of tones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import numpy as np

from agent.domain.answers import Resident
from agent.domain.events import AgentSaid, Event, ResidentSaid
from evaluation.cases import DialogueCase, Voice
from evaluation.resident import PAUSE_MS, REACTION_MS, Manner, SpokenResident, manner_of
from evaluation.text_resident import TextResident
from speech.audio import frames, level_dbfs
from speech.channel import MemoryChannel, VirtualTime, audio_pair
from speech.ports import FRAME_MS, RATE_HZ, Pcm, VoiceStyle

CLAUSE_MS = 600


class ToneVoice:
    """Every clause is a tone of one length."""

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        return tone(CLAUSE_MS)

    async def aclose(self) -> None:
        return


def tone(ms: int) -> Pcm:
    at = np.arange(ms * RATE_HZ // 1000)
    return np.asarray(8000 * np.sin(at * 0.2), np.int16)


class ToneAgent:
    """Asks by tones; after an answer (or ``impatience_ms`` into it) it asks the next."""

    def __init__(self, line: MemoryChannel, asks: list[str], gap_ms: int, impatience_ms: int | None = None) -> None:
        self._line = line
        self._asks = asks
        self._gap_ms = gap_ms
        self._impatience_ms = impatience_ms
        self.events: list[Event] = []
        self.asked_over_ms: list[float] = []
        self.heard_from_ms: list[float] = []
        self.on_question: Callable[[str], None] = lambda _: None

    async def run(self) -> None:
        now, heard, quiet, sending = 0.0, 0.0, 0.0, list(self._ask())
        while (frame := await self._line.receive()) is not None:
            now += FRAME_MS
            loud = level_dbfs(frame) > -45
            if loud and not heard and not sending:
                self.heard_from_ms.append(now)
            heard, quiet = (heard + FRAME_MS, 0.0) if loud else (heard, quiet + FRAME_MS)
            if sending:
                await self._line.send(sending.pop(0))
                if not sending:
                    self.asked_over_ms.append(now)
                    heard = 0.0
            elif self._over(heard, quiet):
                self._log(ResidentSaid(0, "x", None))
                sending, heard = list(self._ask()), 0.0
                if not sending:
                    await self._line.aclose()

    def _over(self, heard: float, quiet: float) -> bool:
        if self._impatience_ms is not None:
            return heard >= self._impatience_ms
        return heard > 0 and quiet >= self._gap_ms

    def _ask(self) -> list[Pcm]:
        if not self._asks:
            return []
        ask = self._asks.pop(0)
        self._log(AgentSaid(0, "…", f"utter_ask_{ask}", ask))
        self.on_question("最近血压多少")
        return list(frames(tone(2500)))

    def _log(self, body: AgentSaid | ResidentSaid) -> None:
        self.events.append(Event(len(self.events), "now", body))


def call(asks: list[str], make: Callable[[MemoryChannel], ToneAgent]) -> tuple[ToneAgent, SpokenResident]:
    answers = {ask: (f"{ask}，{ask}",) for ask in asks}
    case = DialogueCase("c", "f", datetime(2026, 11, 23), Resident("王"), answers)

    async def inside() -> tuple[ToneAgent, SpokenResident]:
        near, far = audio_pair(VirtualTime())
        agent = make(near)
        mind = TextResident(case, lambda _ask, _text: {})
        resident = SpokenResident(far, ToneVoice(), mind, lambda: agent.events, Manner(VoiceStyle(), seed=3))
        agent.on_question = resident.question_begins
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(agent.run())
            group.create_task(resident.run())
        return agent, resident

    return asyncio.run(inside())


def test_answers_follow_a_human_moment_after_the_question() -> None:
    agent, resident = call(["a", "b", "c"], lambda line: ToneAgent(line, ["a", "b", "c"], 700))
    assert [exchange.ask for exchange in resident.exchanges] == ["a", "b", "c"]
    for asked, heard in zip(agent.asked_over_ms, agent.heard_from_ms, strict=True):
        assert REACTION_MS[0] <= heard - asked <= REACTION_MS[1] + 3 * FRAME_MS


def test_the_gap_is_what_the_resident_hears() -> None:
    _, resident = call(["a", "b"], lambda line: ToneAgent(line, ["a", "b"], 700))
    gap = resident.exchanges[0].gap_ms
    assert gap is not None
    assert 700 <= gap <= 700 + 4 * FRAME_MS
    assert resident.exchanges[1].gap_ms is None
    length = resident.exchanges[0].end_ms - resident.exchanges[0].start_ms
    assert 2 * CLAUSE_MS + PAUSE_MS[0] <= length <= 2 * CLAUSE_MS + PAUSE_MS[1] + 2 * FRAME_MS


def test_an_agent_that_begins_too_early_cuts_in() -> None:
    _, resident = call(["a", "b"], lambda line: ToneAgent(line, ["a", "b"], 0, impatience_ms=300))
    assert resident.exchanges[0].cut_in
    assert resident.exchanges[0].gap_ms is None


def test_a_case_keeps_its_voice() -> None:
    assert manner_of(Voice(), "c1") == manner_of(Voice(), "c1")
    assert manner_of(Voice(name="m3", rate=130, pitch=40), "c1").style == VoiceStyle("cmn+m3", 130, 40)
    assert manner_of(Voice(style="slow"), "c").style.rate_wpm < manner_of(Voice(style="fast"), "c").style.rate_wpm
