"""Whole calls with real voices: espeak-ng on both sides, the real voice activity detection, a line with flaws."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from agent.domain.effects import Outcome, Say
from speech.audio import silence
from speech.bench import Workbench
from speech.call import CallParts, CallResult, run_call
from speech.channel import LineConditions, Pace, RealTime, VirtualTime, audio_pair
from speech.notices import AgentSpeaks, AgentStopped
from speech.ports import VoiceStyle
from speech.synthesis.cache import PromptCache
from speech.synthesis.espeak import EspeakSynthesizer
from speech.vad import DualVad
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.oracle import OracleRecognizer
from tests.fakes.resident import FakeResident, Step
from tests.fakes.running import STARTED, Notices, run

pytestmark = pytest.mark.integration

OLD_WOMAN = VoiceStyle("cmn+f4", 130, 40)
QUESTION = Say("您最近一次血压是多少？", "utter_ask_blood_pressure", ask="blood_pressure")
SYMPTOMS = Say("您最近有没有头晕、胸闷这些不舒服？", "utter_ask_htn_symptoms", ask="htn_symptoms")
SALT = Say("平时吃盐多不多？", "utter_ask_salt", ask="salt_now")
BOTH = "高压一百五低压九十五"


@dataclass
class Spoken:
    """A call with real voices."""

    result: CallResult
    dialogue: FakeDialogue
    resident: FakeResident
    notices: Notices


def speak_call(
    answers: Sequence[tuple[tuple[str | int, ...], float | None]],
    opening: Say,
    dialogue: FakeDialogue,
    conditions: LineConditions | None = None,
    pace: Pace | None = None,
) -> Spoken:
    """The resident gives ``answers`` (texts and pauses in ms; how far into the agent's speech, or after it)."""

    async def call() -> Spoken:
        engine = PromptCache(EspeakSynthesizer())
        script, steps = [], []
        for parts, into_ms in answers:
            pieces = [silence(p) if isinstance(p, int) else await engine.synthesize(p, OLD_WOMAN) for p in parts]
            pcm = np.concatenate(pieces)
            script.append(("".join(p for p in parts if isinstance(p, str)), pcm))
            steps.append(Step((), quiet_ms=600, into_ms=into_ms, audio=pcm))
        near, far = audio_pair(pace or VirtualTime(), conditions)
        resident = FakeResident(far, steps, hang_up_at_ms=40_000)
        made = CallParts(
            OracleRecognizer(script, lambda: len(dialogue.heard)), engine, Workbench(1), STARTED,
            style=VoiceStyle("cmn+m3", 190), lockstep=not isinstance(pace, RealTime),
        )  # fmt: skip
        notices = Notices(made)
        async with asyncio.TaskGroup() as group:
            group.create_task(resident.run())
            result = await run_call(near, dialogue, [opening], made, notices)
        await engine.aclose()
        made.bench.close()
        return Spoken(result, dialogue, resident, notices)

    return run(call())


@pytest.mark.parametrize(
    "conditions",
    [None, LineConditions("8k"), LineConditions("8k", noise_db=20, seed=3), LineConditions(loss=0.03, seed=5)],
    ids=["clean", "8k", "8k-20dB", "loss"],
)
def test_a_call_with_pauses_inside_the_answers(conditions: LineConditions | None) -> None:
    dialogue = FakeDialogue([[SYMPTOMS], [SALT]], complete=(BOTH, "没有头晕", "不多"), partial=("高压一百五",))
    answers: list[tuple[tuple[str | int, ...], float | None]] = [
        (("高压一百五", 900, "低压九十五"), None), (("没有头晕",), None), (("不多",), None),
    ]  # fmt: skip
    held = speak_call(answers, QUESTION, dialogue, conditions)
    assert held.dialogue.heard == [BOTH, "没有头晕", "不多"]
    assert held.result.outcome is Outcome.COMPLETED
    assert max(held.result.gaps_ms) <= 700
    assert held.notices.of(AgentStopped) == []


@pytest.mark.parametrize("into_ms", [800.0, 1_300.0, 2_100.0])
def test_the_agent_is_silent_250_ms_after_it_is_interrupted(into_ms: float) -> None:
    dialogue = FakeDialogue([[SALT]], complete=("不多",))
    held = speak_call([(("等一下我有话要说",), into_ms), (("不多",), None)], SYMPTOMS, dialogue)
    onset_ms = held.resident.spoke[0][0]
    loud_ms = [t for t in held.resident.loud if onset_ms <= t <= onset_ms + 800]
    assert max(loud_ms) - onset_ms <= 250
    assert held.notices.of(AgentStopped)[0].heard_chars < len(SYMPTOMS.text)
    assert held.dialogue.heard[0] == "等一下我有话要说"


def test_synthesiser_to_detector() -> None:
    async def work() -> list[str]:
        engine = EspeakSynthesizer()
        clip = await engine.synthesize("高压一百五，低压九十五。", OLD_WOMAN)
        await engine.aclose()
        vad, kinds = DualVad(), []
        padded = np.concatenate([silence(500), clip, silence(600)])
        for start in range(0, len(padded) // 320 * 320, 320):
            kinds += [event.kind.value for event in vad.feed(padded[start : start + 320])]
        return kinds

    kinds = run(work())
    assert kinds[:2] == ["onset", "confirmed"]
    assert kinds[-1] == "ended"


def test_a_short_call_in_real_time() -> None:
    dialogue = FakeDialogue(complete=("没有",))
    held = speak_call([(("没有",), None)], Say("头晕吗？", "utter_ask", ask="x"), dialogue, pace=RealTime())
    assert held.dialogue.heard == ["没有"]
    assert held.result.gaps_ms[0] <= 700
    first = held.notices.of(AgentSpeaks)[0]
    assert first.at_ms <= 300
