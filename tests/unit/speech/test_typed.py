"""Words that come by keys are a turn of their own, in the middle of whatever is being said."""

from __future__ import annotations

from tests.fakes.dialogue import FakeDialogue
from tests.fakes.running import hold


def test_keys_are_heard_as_words_and_the_agent_gives_way() -> None:
    words = ["一百四"]
    held = hold(FakeDialogue(), [], typed=lambda: words.pop() if words else None, hang_up_at_ms=6_000)
    assert held.dialogue.heard == ["一百四"]
    assert held.notices.transcript[-1] == "A 谢谢您再见。"
