"""Who calls by telephone is told of a message with the way to the doctor's video: once, where it can arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.conversation import Conversation, Past
from agent.domain.answers import SlotValue
from agent.domain.effects import Escalate, Say
from agent.domain.events import RoomLinkOffered
from agent.library import Library
from tests.integration.conversation.talks import NOW, WANG

pytestmark = pytest.mark.integration

BY_PHONE = {"channel": "voice", "line": "phone", "messages": "yes"}
LANDLINE = "01062345678"
TO_SELF, TO_FAMILY = "utter_room_link", "utter_room_link_family"


class PhoneTalk:
    """A conversation on a telephone line."""

    def __init__(
        self, library: Library, phone: str = WANG.phone, history: dict[str, SlotValue] | None = None, **values: str
    ) -> None:
        self.library, self.said = library, []
        flow, who = "hypertension_followup", replace(WANG, phone=phone)
        self.it, _ = Conversation.open(library, flow, who, NOW, Past(history or {}), {**BY_PHONE, **values})
        self.hear("我就是本人", "可以")

    def hear(self, *words: str) -> PhoneTalk:
        for text in words:
            effects = self.it.hear(text, 1.0, NOW)
            self.said += [effect for effect in effects if isinstance(effect, (Say, Escalate))]
        return self

    @property
    def order(self) -> list[str]:
        return [effect.response if isinstance(effect, Say) else "escalated" for effect in self.said]

    @property
    def offers(self) -> list[str]:
        return [event.body.to for event in self.it.events if isinstance(event.body, RoomLinkOffered)]


def test_it_is_on_its_way_with_the_alarm_and_told_after_what_saves_a_life(library: Library) -> None:
    talk = PhoneTalk(library).hear("我胸口疼得厉害，喘不上气")
    assert talk.offers == ["self"]  # whatever becomes of the line
    assert talk.order[-3:] == ["utter_emergency_chest_pain", "escalated", "utter_ask_someone_nearby"]
    talk.hear("老伴在")
    at = talk.order.index(TO_SELF)
    assert talk.order[at + 1] == "utter_emergency_stay"
    assert isinstance(talk.said[at], Say)
    assert "短信" in talk.said[at].text


def test_it_is_told_to_who_falls_silent_too(library: Library) -> None:
    talk = PhoneTalk(library).hear("我胸口疼得厉害，喘不上气")
    for _ in range(4):
        if talk.it.outcome is None:
            talk.said += [effect for effect in talk.it.silence(NOW) if isinstance(effect, Say)]
    assert talk.order.count(TO_SELF) == 1


def test_who_wants_a_doctor_is_told_at_once(library: Library) -> None:
    talk = PhoneTalk(library).hear("给我转人工")
    assert talk.order[-3:] == ["utter_handoff", "escalated", TO_SELF]


def test_it_is_offered_once(library: Library) -> None:
    talk = PhoneTalk(library).hear("血压一百九，低压一百一", "对", "我胸口疼得厉害，喘不上气", "老伴在")
    assert talk.order.count("escalated") == 2
    assert talk.offers == ["self"]
    assert talk.order.count(TO_SELF) == 1


def test_a_landline_sends_it_to_the_contact_person(library: Library) -> None:
    talk = PhoneTalk(library, LANDLINE, {"contact_phone": "13911112222"}).hear("给我转人工")
    assert (talk.offers, talk.order[-1]) == (["family"], TO_FAMILY)
    assert "家里人" in talk.said[-1].text if isinstance(talk.said[-1], Say) else False


@pytest.mark.parametrize(
    ("phone", "values"),
    [
        (LANDLINE, {}),  # nobody can be reached
        ("", {}),
        (WANG.phone, {"messages": ""}),  # nothing takes messages
        (WANG.phone, {"messages": "", "line": "", "channel": "chat"}),  # there is a page
    ],
)
def test_nothing_is_promised_that_cannot_arrive(library: Library, phone: str, values: dict[str, str]) -> None:
    talk = PhoneTalk(library, phone, **values).hear("我胸口疼得厉害，喘不上气", "老伴在")
    assert talk.offers == []
    assert not {TO_SELF, TO_FAMILY} & set(talk.order)


def test_a_conversation_taken_up_from_its_log_has_promised_the_same(library: Library) -> None:
    talk = PhoneTalk(library).hear("我胸口疼得厉害，喘不上气")
    again = Conversation.resume(library, talk.it.events)
    assert [event.body for event in again.events] == [event.body for event in talk.it.events]
    said = [effect.response for effect in again.hear("老伴在", 1.0, NOW) if isinstance(effect, Say)]
    assert TO_SELF in said
