"""A doctor writes in place of the agent: the agent is silent, the nets are not, and nothing is taken for an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.conversation import Conversation
from agent.domain.answers import Resident
from agent.domain.effects import Escalate, Outcome, Say
from agent.domain.events import AgentSaid, AlertRaised, ResidentSaid, SlotSet, StaffWrote
from agent.library import Library, load_library
from agent.report.build import build_report
from agent.report.messages import messages

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 23, 9, 30)
WANG = "王医生"


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@pytest.fixture
def talk(library: Library) -> Conversation:
    """At the question of the blood pressure."""
    conversation, _ = Conversation.open(library, "hypertension_followup", Resident("王桂花", "R1"), NOW)
    for text in ("我就是本人", "可以"):
        conversation.hear(text, 1.0, NOW)
    assert conversation.ask == "blood_pressure"
    conversation.staff_writes(StaffWrote("taken", WANG), NOW)
    return conversation


def test_the_agent_is_silent_and_takes_no_answer(talk: Conversation) -> None:
    before = talk.state.turn
    assert talk.hear("高压一百三，低压八十", 1.0, NOW) == []
    assert talk.silence(NOW) == []
    assert talk.state.turn == before + 1
    assert talk.ask == "blood_pressure"
    assert not any(isinstance(event.body, SlotSet) and event.body.slot == "sbp" for event in talk.events)
    said = [event.body for event in talk.events if isinstance(event.body, ResidentSaid)]
    assert said[-1].text == "高压一百三，低压八十"


def test_a_red_flag_gives_the_agent_its_voice_back_at_once(talk: Conversation, library: Library) -> None:
    effects = talk.hear("我胸口疼得厉害，喘不上气", 1.0, NOW)
    assert any(isinstance(event.body, AlertRaised) for event in talk.events)
    assert any(isinstance(effect, Escalate) for effect in effects)
    assert any(isinstance(effect, Say) for effect in effects)
    assert talk.state.staff == ""
    assert Conversation.resume(library, talk.events).events == talk.events


def test_a_critical_value_written_to_a_doctor_is_read_back_and_raised(talk: Conversation, library: Library) -> None:
    assert any(isinstance(effect, Say) for effect in talk.hear("刚量的血压二百一，一百二", 1.0, NOW))
    talk.hear("对", 1.0, NOW)
    assert [e.body.flag for e in talk.events if isinstance(e.body, AlertRaised)] == ["hypertensive_emergency"]
    assert Conversation.resume(library, talk.events).events == talk.events


def test_handed_back_the_agent_puts_the_open_question_again(talk: Conversation) -> None:
    talk.staff_writes(StaffWrote("said", WANG, "家里有血压计吗？"), NOW)
    talk.hear("有", 1.0, NOW)
    effects = talk.hand_back(WANG, NOW)
    assert [effect.ask for effect in effects if isinstance(effect, Say)][-1] == "blood_pressure"
    assert talk.hand_back(WANG, NOW) == []
    talk.hear("一百三十，八十", 1.0, NOW + timedelta(seconds=20))
    assert talk.slots["sbp"] == 130


def test_the_log_gives_the_same_conversation_again(talk: Conversation, library: Library) -> None:
    talk.hear("我想问问吃药的事", 1.0, NOW)
    talk.staff_writes(StaffWrote("said", WANG, "您说"), NOW)
    again = Conversation.resume(library, talk.events)
    assert again.state.staff == WANG
    assert again.events == talk.events
    talk.hand_back(WANG, NOW)
    again = Conversation.resume(library, talk.events)
    assert (again.events, again.state.staff, again.ask) == (talk.events, "", "blood_pressure")


def test_in_a_call_danger_is_told_to_staff_and_is_the_agents_when_they_are_gone(library: Library) -> None:
    talk, _ = Conversation.open(
        library, "hypertension_followup", Resident("王桂花", "R1"), NOW, values={"channel": "voice"}
    )
    for text in ("我就是本人", "可以"):
        talk.hear(text, 1.0, NOW)
    (comes,) = talk.staff_writes(StaffWrote("taken", WANG), NOW)
    assert isinstance(comes, Say)
    assert WANG in comes.text
    assert talk.aside
    told = talk.hear("我胸口疼得厉害", 1.0, NOW)
    assert [type(effect) for effect in told] == [Escalate]
    assert talk.hear("我胸口疼得厉害", 1.0, NOW) == []  # it is known
    over = Conversation.resume(library, talk.events)
    over.close("hung_up", NOW)
    assert over.outcome is Outcome.ESCALATED
    assert talk.hand_back(WANG, NOW, left=True)[0] == Say(
        library.script.responses["utter_emergency_chest_pain"].texts[0], "utter_emergency_chest_pain", False
    )
    assert Conversation.resume(library, talk.events).events == talk.events


def test_page_and_report_show_who_wrote(talk: Conversation, library: Library) -> None:
    talk.staff_writes(StaffWrote("said", WANG, "家里有血压计吗？"), NOW)
    talk.hand_back(WANG, NOW)
    shown = messages(talk.events, -1, ())
    staff = [(one.speaker, one.text) for one in shown if one.by == "staff"]
    assert staff[1] == (WANG, "家里有血压计吗？")
    assert WANG in staff[0][1]
    assert shown[-1].by == "agent"
    report = build_report(talk.events, library.rules)
    assert ("staff", WANG, "家里有血压计吗？") in [(u.speaker, u.speaker_words, u.text) for u in report.transcript]
    assert isinstance(talk.events[-1].body, AgentSaid)
