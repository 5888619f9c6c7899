"""What a screen offers for an ask is read by that ask's own parser; earlier answers can be given anew."""

from __future__ import annotations

from datetime import datetime

import pytest

from agent.conversation import Conversation
from agent.domain.answers import AskContext, Resident
from agent.flows.progress import asks_of
from agent.library import Library, load_library
from agent.understanding.interpret import read

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30)
SOMEBODY = Resident("王桂花", sex="2")
OWN_PARSER = {"readback": "yes_no", "probe": "yes_no"}


@pytest.fixture(scope="module")
def library(root):  # type: ignore[no-untyped-def]
    return load_library(root)


def test_every_option_and_sample_answers_its_ask(library: Library) -> None:
    unread = []
    for ask, replies in library.replies.items():
        sentences = [*replies.options, *([replies.sentence] if replies.sample else [])]
        for text in sentences:
            reading = read(OWN_PARSER.get(ask, ask), text, AskContext(NOW, SOMEBODY), library.knowledge)
            if not reading.fills and reading.answer is None:
                unread.append((ask, text))
    assert unread == []


def test_several_options_together_are_all_taken(library: Library) -> None:
    several = library.replies["htn_symptoms"]
    reading = read("htn_symptoms", "、".join(several.options[1:5]), AskContext(NOW, SOMEBODY), library.knowledge)
    assert [fill.value for fill in reading.fills] == [("2", "3", "4")]


@pytest.mark.parametrize(
    ("ask", "first", "again", "slots"),
    [
        ("blood_pressure", "高压138，低压86", "高压148，低压92", {"sbp": 148, "dbp": 92}),
        ("heart_rate", "72下", "80下", {"heart_rate": 80}),
        ("weight_kg_now", "62公斤", "65公斤", {"weight_kg_now": 65}),
        ("smoke_per_day_now", "一天5根", "不抽", {"smoke_per_day_now": 0}),
        ("salt_now", "咸", "淡", {"salt_now": "1"}),
        ("htn_symptoms", "头晕", "没有不舒服", {"htn_symptoms": ("1",)}),
        ("bp_setting", "在家自己量的", "卫生室量的", {"bp_setting": "clinic"}),
    ],
)
def test_an_earlier_answer_is_given_anew_in_words(
    library: Library, ask: str, first: str, again: str, slots: dict[str, object]
) -> None:
    talk, _ = Conversation.open(library, "hypertension_followup", SOMEBODY, NOW)
    for text in ("我就是本人", "可以"):
        talk.hear(text, 1.0, NOW)
    for _ in range(20):
        if talk.ask == ask:
            break
        talk.hear(library.replies[talk.ask or ""].sentence, 1.0, NOW) if library.replies[
            talk.ask or ""
        ].sample else talk.hear(library.replies[talk.ask or ""].options[0], 1.0, NOW)
    talk.hear(first, 1.0, NOW)
    topic = library.knowledge.topics[ask][0]
    talk.hear(f"刚才的{topic}说错了，是{again}", 1.0, NOW)
    if talk.state.pending is not None:
        talk.hear("对", 1.0, NOW)
    assert {slot: talk.slots.get(slot) for slot in slots} == slots


def test_pads_say_what_was_entered(library: Library) -> None:
    pressure = library.replies["blood_pressure"]
    reading = read("blood_pressure", pressure.sentence, AskContext(NOW, SOMEBODY), library.knowledge)
    assert {fill.slot: fill.value for fill in reading.fills} == {"sbp": 138, "dbp": 86}


def test_the_asks_of_a_flow_in_order(library: Library) -> None:
    asks = asks_of("hypertension_followup", library.script.flows)
    assert asks[:3] == ("blood_pressure", "bp_setting", "htn_symptoms")
    assert "consent" not in asks
    assert "satisfaction_score" not in asks
