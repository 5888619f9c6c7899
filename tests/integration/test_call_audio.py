"""Whole calls with real voices: espeak-ng on both sides, the real voice activity detection, a line with flaws."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from agent.domain.effects import Outcome, Say
from speech.audio import silence
from speech.bench import Workbench
from speech.call import CallParts, CallResult, run_call
from speech.channel import LineConditions, Pace, RealTime, VirtualTime, audio_pair
from speech.notices import AgentSpeaks, AgentStopped
from speech.ports import RATE_HZ, Recognizer, VoiceStyle
from speech.recognition import syllable_ctc
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
    **changed: Any,
) -> Spoken:
    """The resident gives ``answers`` (texts and pauses in ms; how far into the agent's speech, or after it).

    ``hears``: an engine in place of one that knows the words; ``before``: a sound ahead of the first answer;
    ``gain``: how much too loud the microphone is.
    """

    async def call() -> Spoken:
        engine = PromptCache(EspeakSynthesizer())
        script, steps = [], []
        for parts, into_ms in answers:
            pieces = [silence(p) if isinstance(p, int) else await engine.synthesize(p, OLD_WOMAN) for p in parts]
            pcm = np.concatenate(pieces)
            pcm = np.clip(pcm.astype(np.int32) * changed.get("gain", 1), -32_768, 32_767).astype(np.int16)
            script.append(("".join(p for p in parts if isinstance(p, str)), pcm))
            steps.append(Step((), quiet_ms=600, into_ms=into_ms, audio=pcm))
        if "before" in changed:
            steps.insert(0, Step((), quiet_ms=600, audio=changed["before"]))
        near, far = audio_pair(pace or VirtualTime(), conditions)
        resident = FakeResident(far, steps, hang_up_at_ms=40_000)
        hears = changed.get("hears") or OracleRecognizer(script, lambda: len(dialogue.heard))
        made = CallParts(
            hears, engine, Workbench(1), STARTED,
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


AT_S = np.arange(3 * RATE_HZ) / RATE_HZ
TONE = np.sin(2 * np.pi * 440 * AT_S)
CHORDS = sum(np.sin(2 * np.pi * hz * AT_S) * np.exp(-(AT_S % 0.5) * 3) for hz in (262, 330, 392, 523))


@pytest.fixture(scope="module")
def bundled() -> Recognizer:
    """The real engine."""
    return syllable_ctc.bundled()


@pytest.mark.parametrize(
    "sound",
    [np.zeros(3 * RATE_HZ), 9_000 * TONE, np.sign(TONE) * 32_767, 4_000 * CHORDS],
    ids=["silence", "tone", "clipped tone", "music"],
)
def test_a_call_goes_on_behind_what_is_no_speech(sound: np.ndarray, bundled: Recognizer) -> None:
    dialogue = FakeDialogue([[QUESTION]], complete=("没有头晕", BOTH))
    answers = [(("没有头晕",), None), ((BOTH,), None)]
    held = speak_call(answers, SYMPTOMS, dialogue, hears=bundled, before=np.asarray(sound, np.int16))
    assert held.dialogue.heard == ["没有头晕", BOTH]
    assert held.result.outcome is Outcome.COMPLETED
    assert held.result.faults == ()


def test_a_microphone_driven_into_clipping_is_understood(bundled: Recognizer) -> None:
    dialogue = FakeDialogue([[QUESTION]], complete=("没有头晕", BOTH))
    held = speak_call([(("没有头晕",), None), ((BOTH,), None)], SYMPTOMS, dialogue, hears=bundled, gain=12)
    assert held.dialogue.heard == ["没有头晕", BOTH]
    assert held.result.outcome is Outcome.COMPLETED


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
