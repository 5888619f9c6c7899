"""Danger in the middle of a conversation: what is said, raised, asked once, and what is not."""

from __future__ import annotations

import pytest

from agent.domain.alerts import MentionStatus
from agent.domain.answers import AskContext
from agent.domain.effects import End, Escalate, Outcome, Say
from agent.domain.events import (
    AlertRaised,
    MentionJudged,
    SlotSet,
)
from agent.library import Library
from agent.understanding.interpret import interpret
from tests.integration.conversation.talks import NOW, WANG, Talk


def test_critical_value_is_read_back_then_raised_and_the_questions_go_on(at_pressure: Talk) -> None:
    at_pressure.hear("高压一百八十五，低压一百")
    assert "185" in at_pressure.said
    assert not at_pressure.events(AlertRaised)
    at_pressure.hear("对")
    (alert,) = at_pressure.events(AlertRaised)
    assert isinstance(alert, AlertRaised)
    assert alert.flag == "hypertensive_emergency"
    assert at_pressure.it.outcome is None
    (pressure, *_) = [e for e in at_pressure.events(SlotSet) if isinstance(e, SlotSet) and e.slot == "sbp"]
    assert pressure.read_back


def test_hanging_up_before_the_read_back_still_raises(at_pressure: Talk) -> None:
    at_pressure.hear("高压一百九，低压一百二")
    at_pressure.it.close("hang_up", NOW)
    assert at_pressure.events(AlertRaised)
    assert at_pressure.it.outcome is not None


def test_chest_pain_in_the_middle_is_escalated_in_the_same_turn(at_pressure: Talk) -> None:
    at_pressure.hear("哎哟，我胸口疼得厉害")
    (alert,) = at_pressure.events(AlertRaised)
    assert isinstance(alert, AlertRaised)
    assert (alert.flag, alert.subject) == ("chest_pain", "self")
    assert "胸口疼" in alert.evidence
    assert any(isinstance(effect, Escalate) for effect in at_pressure.effects)
    first = next(e for e in at_pressure.effects if isinstance(e, Say))
    assert "幺二零" in first.text or "120" in first.text
    assert not first.interruptible
    at_pressure.hear("有，我儿子在")
    assert at_pressure.it.outcome is Outcome.ESCALATED


def test_danger_is_told_before_any_figure_is_read_back(at_pressure: Talk) -> None:
    at_pressure.hear("说不准，大概一百六十多吧，胸口疼得厉害，出一身冷汗")
    assert at_pressure.responses[0].startswith("utter_emergency")
    assert any(isinstance(effect, Escalate) for effect in at_pressure.effects)
    assert "sbp" not in at_pressure.it.slots


def test_in_an_emergency_no_question_is_put_for_ever(at_pressure: Talk) -> None:
    at_pressure.hear("胸口疼得厉害，出一身冷汗", *["难受得很，一直吐"] * 5)
    assert at_pressure.it.outcome is Outcome.ESCALATED


def test_partial_words_raise_at_once_and_only_when_sure(at_pressure: Talk) -> None:
    assert at_pressure.it.overhear("血压我看看", NOW) == []
    assert at_pressure.it.events[-1].body.__class__.__name__ != "ResidentSaid"
    assert at_pressure.it.overhear("我现在胸口疼得厉害喘不上气", NOW)
    assert at_pressure.events(AlertRaised)


def test_denied_flag_raises_nothing_but_is_kept_for_the_audit(at_pressure: Talk) -> None:
    at_pressure.hear("高压一百三，低压八十", "在家", "胸口不疼，也没有喘不上气")
    assert not at_pressure.events(AlertRaised)
    assert at_pressure.events(MentionJudged)


def test_suicide_risk_never_hangs_up(at_pressure: Talk) -> None:
    at_pressure.hear("唉，活着没意思，不想活了")
    assert any(isinstance(effect, Escalate) for effect in at_pressure.effects)
    at_pressure.hear("没有", "没有")
    ends = [effect for effect in at_pressure.effects if isinstance(effect, End)]
    assert [end.hang_up for end in ends] == [False]
    assert at_pressure.it.outcome is Outcome.ESCALATED


def test_somebody_elses_emergency(at_pressure: Talk) -> None:
    at_pressure.hear("哎呀不好了，我老伴现在叫不醒了")
    (alert,) = at_pressure.events(AlertRaised)
    assert isinstance(alert, AlertRaised)
    assert alert.subject == "other"
    assert at_pressure.it.outcome is Outcome.ESCALATED


@pytest.mark.parametrize(
    ("answer", "raised"), [("是，现在就疼", True), ("没有，那是以前", False), ("听不懂你说啥", True)]
)
def test_doubtful_mention_is_asked_about_once(at_pressure: Talk, answer: str, raised: bool) -> None:
    at_pressure.hear("这孙子气得我心口疼")
    assert at_pressure.it.ask == "probe_chest_pain"
    assert not at_pressure.events(AlertRaised)
    at_pressure.hear(answer)
    assert bool(at_pressure.events(AlertRaised)) is raised


@pytest.mark.parametrize(
    ("words", "heeded"), [("刚换的药，吃着没反应", False), ("吃完药人没反应了", True), ("老伴吃完药没反应了", True)]
)
def test_no_side_effect_is_nobody_unconscious(library: Library, words: str, heeded: bool) -> None:
    """Asked for side effects, 没反应 of oneself is an answer; of a person it is raised, or asked about once."""
    found = interpret(words, "adr", AskContext(NOW, WANG), library.knowledge).mentions
    assert any(m.status in {MentionStatus.PRESENT, MentionStatus.UNCERTAIN} for m in found) is heeded


@pytest.mark.parametrize("words", ["难受，不想说了", "再见", "你过一会儿再打吧", "滚"])
def test_somebody_in_danger_who_will_not_talk_is_not_left(library: Library, words: str) -> None:
    talk = Talk(library).hear("我就是", "可以", "刚量的，高压一百九十六，低压一百一十二，我头疼得要炸开了，还吐了两回")
    assert talk.it.ask == "someone_nearby"
    talk.hear(words)
    assert talk.it.outcome in (None, Outcome.ESCALATED)
    talk.hear(words, words)
    assert talk.it.outcome is Outcome.ESCALATED
