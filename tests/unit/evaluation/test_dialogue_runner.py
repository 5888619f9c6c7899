"""The text resident and the runner, against a small scripted agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.domain.answers import Resident, SlotValue
from agent.domain.effects import Effect, Outcome, Say
from agent.domain.events import AlertRaised, ConversationClosed, Event, EventBody, SuggestionMade
from evaluation.cases import DialogueCase, Expectation
from evaluation.dialogues import MOST_TURNS, Talk, converse, evaluate_dialogues
from evaluation.text_resident import AT_A_LOSS, TextResident

NOW = datetime(2026, 11, 23, 9, 30)
NUMBERS = {"一百六": 160, "一百四": 140, "九十五": 95}


def reads(ask: str, text: str) -> Mapping[str, Any]:
    found = [value for word, value in NUMBERS.items() if word in text]
    return {ask: found[0]} if found else {}


def case(**changes: Any) -> DialogueCase:
    values: dict[str, Any] = {
        "id": "d1", "flow": "f", "now": NOW, "resident": Resident("王桂花"),
        "answers": {"sbp": ("一百六",), "dbp": ("九十五",)},
    }  # fmt: skip
    return DialogueCase(**{**values, **changes})


class Script:
    """An agent that asks what it is told to, in order, keeps what it reads, and ends."""

    def __init__(self, *asks: str, events: Sequence[EventBody] = ()) -> None:
        self._asks = list(asks)
        self.slots: dict[str, SlotValue] = {}
        self.heard: list[str | None] = []
        self.outcome: Outcome | None = None
        self.events: tuple[Event, ...] = tuple(Event(i, NOW.isoformat(), body) for i, body in enumerate(events))

    @property
    def ask(self) -> str | None:
        return self._asks[0] if self._asks else None

    def opening(self) -> Sequence[Effect]:
        return self._put()

    def hear(self, text: str, confidence: float, now: datetime) -> Sequence[Effect]:
        self.heard.append(text)
        if self.ask:
            self.slots.update(reads(self._asks.pop(0), text))
        return self._put()

    def silence(self, now: datetime) -> Sequence[Effect]:
        self.heard.append(None)
        self._asks.pop(0)
        return self._put()

    def close(self, reason: str, now: datetime) -> Sequence[Effect]:
        self._end(Outcome.INCOMPLETE)
        return ()

    def _put(self) -> Sequence[Effect]:
        if self.ask is None:
            self._end(Outcome.COMPLETED)
            return ()
        return (Say("多少", f"utter_ask_{self.ask}", ask=self.ask),)

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.events = (*self.events, Event(99, NOW.isoformat(), ConversationClosed(outcome)))


def opener(script: Script) -> Any:
    def open_it(_case: DialogueCase) -> tuple[Talk, Sequence[Effect]]:
        return script, script.opening()

    return open_it


def test_answers_come_in_turn_and_the_last_repeats() -> None:
    resident = TextResident(case(answers={"sbp": ("一", "二")}), reads)
    assert [resident.answer("sbp", ()) for _ in range(3)] == ["一", "二", "二"]
    assert resident.answer("unheard_of", ()) == AT_A_LOSS
    assert TextResident(case(answers={"_default": ("没有",)}), reads).answer("unheard_of", ()) == "没有"


def test_an_injection_is_said_once_instead_of_the_answer() -> None:
    resident = TextResident(case(injections=(("sbp", "等一下"),)), reads)
    assert [resident.answer("sbp", ()) for _ in range(2)] == ["等一下", "一百六"]


def test_read_backs_are_answered_truthfully() -> None:
    resident = TextResident(case(), reads)
    assert resident.answer("sbp", ()) == "一百六"
    right, wrong = (Say(f"{word}，对吗", "utter_readback", ask="sbp") for word in ("一百六", "一百四"))
    assert resident.answer("sbp", (right,)) == "对"
    assert resident.answer("sbp", (wrong,)) == "一百六"


def test_a_conversation_is_held_and_judged() -> None:
    alert = AlertRaised(1, "chest_pain", "P0", "self", "胸口疼", "r", "1")
    made = SuggestionMade(2, "2", "2026-12-05", None, ())
    wanted = Expectation("completed", {"sbp": 160, "dbp": 95}, "2", 14, ("chest_pain",))
    evaluation = evaluate_dialogues([case(expect=wanted)], opener(Script("sbp", "dbp", events=(alert, made))), reads)
    assert evaluation.cases[0].ok, evaluation.cases[0].why
    assert evaluation.totals["slot_score"] == 1.0


def test_what_differs_is_counted_wrong() -> None:
    made = SuggestionMade(2, "1", "2027-02-05", None, ())
    wanted = Expectation("refused", {"sbp": 161, "dbp": None}, "2", 14, ("stroke",))
    evaluation = evaluate_dialogues([case(expect=wanted)], opener(Script("sbp", "dbp", events=(made,))), reads)
    why = evaluation.cases[0].why
    for word in ("outcome", "sbp", "dbp", "missed stroke", "suggested_visit_class", "next_visit_within_days"):
        assert word in why
    assert evaluation.totals["slot_score"] == 0.0
    assert evaluation.totals["outcome_score"] == 0.0
    assert evaluation.totals["alert_recall"] == 0.0


def test_false_alerts_count_only_where_alerts_are_named() -> None:
    alert = AlertRaised(1, "chest_pain", "P0", "self", "胸口疼", "r", "1")
    for named, rate in ((None, None), ((), 1.0)):
        evaluation = evaluate_dialogues(
            [case(expect=Expectation(alerts=named))], opener(Script("sbp", events=(alert,))), reads
        )
        assert evaluation.totals["alert_false"] == rate


def test_silence_and_the_limit_of_turns() -> None:
    script = Script(*["sbp"] * (MOST_TURNS + 5))
    ending = converse(case(answers={"sbp": ("",)}), opener(script), reads)
    assert script.heard == [None] * MOST_TURNS
    assert ending.outcome == "incomplete"
