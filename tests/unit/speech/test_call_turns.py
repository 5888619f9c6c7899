"""Whole calls on virtual time: turns, waits, silence, the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.domain.effects import End, Outcome, Patience, Say
from agent.domain.events import TurnTimed
from speech.audio import length_ms, read_wav
from speech.ledger import HangUp
from speech.notices import AgentSpeaks, Carried, ResidentHeard
from speech.vad import VadSettings
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.resident import Step
from tests.fakes.running import QUESTION, hold
from tests.fakes.voice import FakeVad

NEXT = Say("平时吃盐多不多？", "utter_ask_salt", ask="salt_now")
BOTH = "高压一百五低压九十五"


def test_a_complete_answer_is_answered_at_once() -> None:
    held = hold(FakeDialogue([[NEXT]], complete=(BOTH, "不多")), [Step((BOTH,)), Step(("不多",))])
    assert held.dialogue.heard == [BOTH, "不多"]
    assert max(held.result.gaps_ms) <= 600
    assert held.result.hang_up is HangUp.ENDED
    assert held.result.outcome is Outcome.COMPLETED
    assert held.dialogue.closed == []


def test_a_pause_inside_an_answer_is_not_the_end() -> None:
    dialogue = FakeDialogue([[NEXT]], complete=(BOTH, "不多"), partial=("高压一百五",))
    held = hold(dialogue, [Step(("高压一百五", 1_100, "低压九十五")), Step(("不多",))])
    assert held.dialogue.heard == [BOTH, "不多"]
    assert held.result.habit.count == 1
    assert held.result.habit.mean_ms > 500


def test_words_that_announce_more_are_waited_for() -> None:
    held = hold(FakeDialogue(complete=("吃氨氯地平还有",)), [Step(("吃氨氯地平还有", 1_500, "二甲双胍"))])
    assert held.dialogue.heard == ["吃氨氯地平还有二甲双胍"]


def test_why_it_waited_is_in_the_log() -> None:
    held = hold(FakeDialogue([[NEXT]], complete=(BOTH,), step=Patience.LONG), [Step((BOTH,)), Step(("还行吧",))])
    timed = [e.body for e in held.dialogue.events if isinstance(e.body, TurnTimed)]
    assert [t.turn for t in timed] == [1, 2]
    assert timed[0].reason == "both numbers are given"
    assert timed[0].gap_ms >= timed[0].wait_ms
    assert [r.reason for r in held.notices.of(ResidentHeard)][1].startswith("denies or assures")


@pytest.mark.parametrize("quiet_ms", [20, 100, 200, 280, 360])
def test_noise_right_before_the_voice_does_not_swallow_it(quiet_ms: int) -> None:
    held = hold(FakeDialogue(complete=("没有头晕",)), [Step(("~" * 8, quiet_ms, "没有头晕"))])
    assert held.dialogue.heard == ["没有头晕"]


def test_the_agent_learns_from_cutting_in() -> None:
    dialogue = FakeDialogue([[NEXT], [NEXT], [NEXT]], complete=("行", "你说吧", "口重", "不多"))
    held = hold(dialogue, [Step(("行", 640, "你说吧")), Step(("口重", 520, "不多"), quiet_ms=1_500)])
    assert held.dialogue.heard == ["行", "你说吧", "口重不多"]


def test_silence_climbs_the_ladder_and_ends_politely() -> None:
    held = hold(FakeDialogue(), [])
    spoken = held.notices.of(AgentSpeaks)
    assert [s.text for s in spoken] == [QUESTION.text, "您还在听吗？", "您还在听吗？", "那我晚些再打给您。"]
    assert spoken[1].at_ms - spoken[0].at_ms > 7_000
    assert held.result.outcome is Outcome.CALLBACK
    assert held.result.gaps_ms == ()


def test_hang_up_in_the_middle_keeps_the_words_said() -> None:
    held = hold(FakeDialogue([[NEXT]], complete=()), [Step(("头有点晕",))], hang_up_at_ms=4_160)
    assert held.dialogue.heard == ["头有点晕"]
    assert held.dialogue.closed == ["hung_up"]
    assert held.result.hang_up is HangUp.RESIDENT
    assert held.result.outcome is None


def test_a_short_word_that_the_detector_doubts_is_still_an_answer() -> None:
    def deaf_vad() -> FakeVad:
        return FakeVad(VadSettings(confirm_ms=300))

    held = hold(FakeDialogue([[NEXT]], complete=("对", "不多")), [Step(("对",)), Step(("不多",))], vad=deaf_vad)
    assert held.dialogue.heard[0] == "对"


def test_a_very_long_answer_is_heard_whole() -> None:
    story = "我昨天早上起来量的血压高得很后来儿子带我去社区医院找张医生看了一回开了新药"
    held = hold(FakeDialogue(), [Step((story, 600, story, 600, story[:10]))])
    assert held.dialogue.heard == [story + story + story[:10]]


def test_effects_reach_the_observer_and_the_call_stays_when_it_must() -> None:
    stay = [Say("我陪着您。", "utter_stay"), End(Outcome.ESCALATED, hang_up=False)]
    held = hold(FakeDialogue([stay], complete=("不想活了",)), [Step(("不想活了",))], hang_up_at_ms=60_000)
    assert [c.effect for c in held.notices.of(Carried)] == [End(Outcome.ESCALATED, hang_up=False)]
    assert held.result.hang_up is HangUp.RESIDENT
    assert held.result.outcome is Outcome.ESCALATED


def test_clips_only_where_recording_is_allowed(tmp_path: Path) -> None:
    said = [Step((BOTH,))]
    allowed = hold(FakeDialogue(complete=(BOTH,)), said, clips=tmp_path / "yes")
    assert allowed.result.clips == ("turn-001.wav",)
    pcm, rate_hz = read_wav(tmp_path / "yes" / "turn-001.wav")
    assert rate_hz == 16_000
    assert 2_000 + 300 <= length_ms(pcm) <= 2_000 + 500
    timed = [e.body for e in allowed.dialogue.events if isinstance(e.body, TurnTimed)]
    assert timed[0].clip == "turn-001.wav"
    hold(FakeDialogue(complete=(BOTH,), recording=False), said, clips=tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_the_reply_is_synthesised_while_the_wait_runs() -> None:
    held = hold(FakeDialogue([[NEXT]], complete=()), [Step(("头有点晕",))], hang_up_at_ms=9_000)
    asked = [text for text, _ in held.notices.parts.synthesizer.asked]  # type: ignore[attr-defined]
    assert asked.count(NEXT.text) == 2
