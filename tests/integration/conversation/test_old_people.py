"""What happens on the way in calls with old people: no medicine, the same words again, the telephone handed on."""

from __future__ import annotations

import pytest

from agent.domain.effects import Outcome, Schedule, WriteRecord
from agent.domain.events import AlertRaised, AskClosed
from agent.library import Library
from tests.integration.conversation.talks import NOW, Talk


@pytest.fixture
def talk(library: Library) -> Talk:
    return Talk(library).hear("我就是", "行，你说吧")


def until(talk: Talk, ask: str) -> Talk:
    while talk.it.ask != ask:
        talk.hear("不想说")
    return talk


def test_who_takes_none_is_asked_whether_one_was_prescribed(talk: Talk) -> None:
    until(talk, "medications").hear("没有")
    assert (talk.it.ask, talk.responses[-1]) == ("med_adherence", "utter_ask_med_adherence_none")
    talk.hear("没开过药")
    assert "med_adherence" not in talk.it.slots
    assert talk.it.ask not in {"med_adherence", "adr"}
    closed = [event for event in talk.events(AskClosed) if isinstance(event, AskClosed)]
    assert closed[-1].why == "not_applicable"


def test_prescribed_and_not_taken_is_not_taken(talk: Talk) -> None:
    until(talk, "medications").hear("没有", "开了没吃")
    assert talk.it.slots["med_adherence"] == "3"


def test_the_same_words_in_vain_are_not_asked_for_a_third_time(talk: Talk) -> None:
    until(talk, "weight_kg_now").hear("那个啥", "那个啥")
    assert talk.responses[0] == "utter_move_on"
    assert talk.it.ask != "weight_kg_now"


def test_the_same_wish_over_and_over_comes_to_an_end(talk: Talk) -> None:
    until(talk, "heart_rate")
    for _ in range(8):
        talk.hear("你慢点说")
        if talk.it.ask != "heart_rate":
            return
    pytest.fail("slower and slower for ever")


def test_the_telephone_comes_back_to_the_resident(library: Library) -> None:
    talk = Talk(library).hear("我是她孙子，你等一下，我把电话给奶奶，让她自己跟你说")
    assert talk.it.ask == "identity"
    talk.hear("喂，我就是王桂花")
    assert (talk.it.ask, talk.it.slots["identity"]) == ("consent", "self")
    again = Talk(library).hear("我是她孙子", "电话给我了，我就是王桂花本人")
    assert (again.it.ask, again.it.slots["identity"]) == ("consent", "self")


def test_silence_keeps_what_was_said_and_calls_again(talk: Talk) -> None:
    talk.hear("高压一百三十六，低压八十四，在家量的")
    effects = [effect for _ in range(3) for effect in talk.it.silence(NOW)]
    assert talk.it.outcome is Outcome.INCOMPLETE
    assert any(isinstance(effect, WriteRecord) for effect in effects)
    assert any(isinstance(effect, Schedule) for effect in effects)


def test_the_last_digits_of_a_telephone_are_corrected(library: Library) -> None:
    talk = Talk(library, "record_intake").hear("我就是", "行")
    until(talk, "contact_phone").hear("幺三六零零零零七七三四")
    talk.hear("哎刚才电话我说错了，尾号是七七四三，不是三四", "对")
    assert talk.it.slots["contact_phone"] == "13600007743"


def test_an_old_illness_that_is_back_raises_its_flag(talk: Talk) -> None:
    until(talk, "htn_symptoms").hear("去年昏倒过，今早又昏了")
    assert [event.flag for event in talk.events(AlertRaised) if isinstance(event, AlertRaised)] == ["unconscious"]


def test_last_year_s_pressure_is_none_of_now(talk: Talk) -> None:
    talk.hear("去年住院那阵子是一百三十二八十")
    assert (talk.it.ask, "sbp" in talk.it.slots) == ("blood_pressure", False)


@pytest.mark.parametrize("words", ["我不是王桂花", "这里没有王桂花", "老太太走了三年了"])
def test_who_says_the_name_need_not_be_the_resident(library: Library, words: str) -> None:
    assert Talk(library).hear(words).it.outcome is Outcome.WRONG_PERSON


@pytest.mark.parametrize("words", ["什么王桂花", "哪个王桂花", "有事说事"])
def test_a_question_back_is_no_answer_to_who_is_there(library: Library, words: str) -> None:
    assert Talk(library).hear(words).it.ask == "identity"


def test_who_the_caller_is_is_not_asked_when_it_was_said(library: Library) -> None:
    talk = Talk(library).hear("我是她闺女，我妈耳朵背")
    assert talk.it.ask == "consent"
    assert talk.it.slots["contact_relation"] == "3"
    assert "utter_louder" not in talk.responses


def test_the_telephone_is_handed_to_another_who_speaks_for_the_resident(talk: Talk) -> None:
    until(talk, "alcohol_liang_now").hear("这些我说不清，让我老伴跟你说，你来接", "我是她老伴", "她一天喝半斤黄酒")
    assert talk.it.slots["identity"] == "proxy"
    assert talk.it.slots["contact_relation"] == "1"
    assert talk.it.slots["alcohol_liang_now"] == 1


def test_one_question_is_refused_without_taking_the_consent_back(talk: Talk) -> None:
    until(talk, "alcohol_liang_now").hear("这个我不想说，你们别记")
    assert talk.it.outcome is None
    assert talk.it.ask != "alcohol_liang_now"
