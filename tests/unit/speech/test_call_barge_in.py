"""Whole calls on virtual time: speech over the agent's speech."""

from __future__ import annotations

from agent.domain.effects import Say
from speech.notices import AgentStopped, Overlapped
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.resident import Step
from tests.fakes.running import Held, hold
from tests.fakes.voice import CHAR_FRAMES

LONG = Say("我们想了解您最近一个月的身体情况和用药情况请您仔细讲", "utter_intro")
CHARS = len(LONG.text)


def heard_text(held: Held) -> str:
    """What the resident heard: a character counts once half of it was heard in one go."""
    out, run, last = "", 0, ""
    for _, char in held.resident.heard:
        run = run + 1 if char == last else 1
        last = char
        out += char if run == CHAR_FRAMES // 2 else ""
    return out


def silent_after_ms(held: Held, onset_ms: float) -> float:
    """From the resident's first sample until the agent's last loud frame before the next half second of quiet."""
    later = [t for t in held.resident.loud if t >= onset_ms]
    last = onset_ms
    for t in later:
        if t - last > 500:
            break
        last = t
    return last - onset_ms


def test_an_interruption_stops_the_agent_within_250_ms() -> None:
    held = hold(FakeDialogue(), [Step(("等一下我有话说",), into_ms=1_500)], [LONG])
    assert silent_after_ms(held, held.resident.spoke[0][0]) <= 250
    stopped = held.notices.of(AgentStopped)[0]
    assert 5 <= stopped.heard_chars <= 9
    assert held.dialogue.heard[0] == "等一下我有话说"
    assert LONG.text[-4:] not in heard_text(held)


def test_after_a_backchannel_it_goes_on_without_losing_a_word() -> None:
    held = hold(FakeDialogue(), [Step(("嗯",), into_ms=1_500)], [LONG])
    start, end = held.resident.spoke[0]
    assert [o.verdict for o in held.notices.of(Overlapped)] == ["backchannel"]
    assert held.dialogue.heard == []
    resumed = min(t for t in held.resident.loud if t > start + 300)
    assert resumed - end <= 600
    said = heard_text(held).split("您还在")[0]
    assert [c for c in LONG.text if c not in said] == []
    assert len(said) <= CHARS + 2


def test_a_syllable_that_nothing_follows_halts_it_and_no_more() -> None:
    held = hold(FakeDialogue(), [Step(("我",), into_ms=1_500)], [LONG])
    assert held.notices.of(AgentStopped) == []
    start, end = held.resident.spoke[0]
    resumed = min(t for t in held.resident.loud if t > start + 300)
    assert 200 < resumed - end <= 600
    assert [c for c in LONG.text if c not in heard_text(held).split("您还在")[0]] == []


def test_a_syllable_with_its_sentence_behind_a_gap_is_an_interruption() -> None:
    held = hold(FakeDialogue(), [Step(("我", 200, "想问一下"), into_ms=1_500)], [LONG])
    assert len(held.notices.of(AgentStopped)) == 1
    assert silent_after_ms(held, held.resident.spoke[0][0]) <= 250
    assert held.dialogue.heard[0] == "我想问一下"


def test_noise_only_softens_it() -> None:
    held = hold(FakeDialogue(), [Step(("~" * 40,), into_ms=1_500)], [LONG])
    assert held.notices.of(AgentStopped) == []
    assert heard_text(held).startswith(LONG.text)


def test_its_own_echo_does_not_stop_it() -> None:
    held = hold(FakeDialogue(), [Step(("一个月的身体",), into_ms=1_700)], [LONG])
    assert held.notices.of(AgentStopped) == []
    assert "echo" in {o.verdict for o in held.notices.of(Overlapped)}
    assert held.dialogue.heard == []


def test_uninterruptible_wording_is_finished_and_what_was_said_meanwhile_is_heard() -> None:
    notice = Say("本次通话会录音由人工智能随访助手为您服务", "utter_notice", interruptible=False)
    ask = Say("请问您是王阿姨本人吗", "utter_identity", ask="identity")
    held = hold(FakeDialogue([[LONG]]), [Step(("我就是王秀英",), into_ms=800)], [notice, ask])
    assert heard_text(held).startswith(notice.text)
    assert held.dialogue.heard[0] == "我就是王秀英"
    assert ask.text not in heard_text(held)


def test_yes_after_the_question_was_put_is_an_answer() -> None:
    ask = Say("请问您是王阿姨本人吗", "utter_identity", ask="identity")
    held = hold(FakeDialogue([[LONG]], complete=("是",)), [Step(("是",), into_ms=1_920)], [ask])
    assert held.dialogue.heard[0] == "是"


def test_a_red_flag_is_answered_before_the_sentence_is_over() -> None:
    held = hold(FakeDialogue(), [Step(("我跟你说我胸口疼得厉害昨天晚上就开始了",))], [Say("您好吗", "utter_hi")])
    assert held.dialogue.alarmed
    start, end = held.resident.spoke[0]
    first_word = next(t for t, c in held.resident.heard if c == "请" and t > start)
    assert first_word < end
    assert "请马上拨打幺二零" in heard_text(held)


def test_a_red_flag_over_uninterruptible_wording_stops_even_that() -> None:
    notice = Say("本次通话会录音由人工智能随访助手为您服务请您放心", "utter_notice", interruptible=False)
    held = hold(FakeDialogue(), [Step(("我胸口疼",), into_ms=600)], [notice])
    assert "请马上拨打幺二零" in heard_text(held)
    assert notice.text not in heard_text(held)


def test_a_cough_before_the_reply_does_not_eat_it() -> None:
    reply = Say("平时吃盐多不多", "utter_ask_salt", ask="salt_now")
    dialogue = FakeDialogue([[reply]], complete=("没有", "不多"))
    held = hold(dialogue, [Step(("没有", 300, "~~~")), Step(("不多",))], [Say("头晕吗", "q", ask="x")])
    assert held.dialogue.heard == ["没有", "不多"]
    assert reply.text in heard_text(held)
