"""A person, no more calls, nothing kept: heard in every state of every flow, and done at once."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import pytest

from agent.conversation import Conversation
from agent.domain.effects import Escalate, Outcome, Say
from agent.domain.events import AlertRaised, ConsentGiven, PatternUsed
from agent.library import Library
from suifang.settings import Settings
from tests.integration.conversation.talks import NOW, Talk

pytestmark = pytest.mark.integration

WISHES = {
    "找医生": Outcome.ESCALATED,
    "给我转人工": Outcome.ESCALATED,
    "别再打了": Outcome.REFUSED,
    "我不想让你们记了": Outcome.REFUSED,
}
MOST_STATES = 60


def states(library: Library, flow: str) -> Iterator[Conversation]:
    """A conversation at each of its questions and read-backs, answered with what the page offers first, or 没有."""
    talk = Talk(library, flow)
    for _ in range(MOST_STATES):
        if talk.it.outcome is not None:
            return
        yield talk.it
        replies = library.replies.get(talk.it.ask or "")
        talk.hear("没有" if replies is None else replies.sentence if replies.sample else replies.options[0])
    raise AssertionError(f"{flow} does not end")


def beside(talk: Conversation) -> Conversation:
    """The same state, to go on from in another way; hearing all of it again for each would take minutes."""
    other = copy(talk)
    other._events = list(talk.events)
    return other


def flows(library: Library) -> list[str]:
    return [name for name, flow in library.script.flows.items() if flow.form]


def test_in_every_state_of_every_flow(library: Library) -> None:
    seen = 0
    for flow in flows(library):
        for state in states(library, flow):
            for words, outcome in WISHES.items():
                talk = beside(state)
                before = dict(talk.slots) | {"consent": talk.slots.get("consent")}
                effects = talk.hear(words, 1.0, NOW)
                where = (flow, state.ask, words)
                assert talk.outcome is outcome, where
                assert dict(talk.slots) | {"consent": before["consent"]} == before, where
                assert not any(isinstance(event.body, AlertRaised) for event in talk.events), where
                if outcome is Outcome.ESCALATED:
                    assert [e.reason for e in effects if isinstance(e, Escalate)] == ["resident_asked"], where
                else:
                    assert not talk.may_record, where
                assert len([e for e in effects if isinstance(e, Say)]) == 1, where
                seen += 1
    assert seen > 4 * 150


def test_a_critical_value_that_waited_for_its_yes_is_raised_all_the_same(library: Library) -> None:
    talk = Talk(library).hear("我就是", "可以", "高压二百一，低压一百三")
    assert talk.it.state.pending is not None
    talk.hear("找医生")
    assert talk.it.outcome is Outcome.ESCALATED
    assert talk.events(AlertRaised)
    assert "sbp" not in talk.it.slots


def test_no_more_calls_and_nothing_kept_are_logged_for_the_ledger(library: Library) -> None:
    opted = Talk(library).hear("我就是", "可以", "高压一百四，低压八十", "别再打了")
    assert "opted_out" in [event.pattern for event in opted.events(PatternUsed) if isinstance(event, PatternUsed)]
    given = [event.granted for event in opted.events(ConsentGiven) if isinstance(event, ConsentGiven)]
    assert given == [True, False]


@pytest.mark.parametrize("said", [("我胸口疼得厉害，以后别再打电话了",), ("气得我心口疼", "就是疼，以后别再打电话了")])
def test_in_danger_no_more_calls_is_filed_and_nobody_is_left(library: Library, said: tuple[str, ...]) -> None:
    talk = Talk(library).hear("我就是", "可以", *said)
    assert talk.events(AlertRaised)
    assert talk.it.outcome is not Outcome.REFUSED
    assert "opted_out" in [event.pattern for event in talk.events(PatternUsed) if isinstance(event, PatternUsed)]
    assert any(name.startswith("utter_emergency") for name in talk.responses)


def test_denied_danger_leaves_the_wish(library: Library) -> None:
    talk = Talk(library).hear("我就是", "可以", "气得我心口疼", "没有，不疼，以后别再打电话了")
    assert talk.it.outcome is Outcome.REFUSED


def test_nobody_who_asks_for_a_person_waits_for_long() -> None:
    """Rung for so long at each who is on duty; then it is an urgent task, and the resident is told."""
    assert Settings().ring_seconds <= 30
