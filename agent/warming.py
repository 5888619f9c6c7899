"""A conversation before the first resident's: what is made at its first use is made before anybody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from agent.domain.answers import AskContext
from agent.library import Library
from agent.understanding.interpret import interpret
from agent.understanding.values import tables

_NOW = datetime(2026, 1, 5, 9)
_TALK = ("我没听清，你再说一遍", "刚才说错了，不是那个", "我有点头晕，别的没啥", "你是谁呀", "哦，这样啊，我想想")


def rehearsal(library: Library) -> Iterator[str]:
    """Understand an answer to every question that a screen offers answers to; each text once it is understood.

    Raises ``re.error`` for a pattern that nobody can mean.
    """
    tables()
    for ask, replies in library.replies.items():
        if ask not in library.knowledge.parsers:
            continue
        offered = (*replies.options[:2], *((replies.sentence,) if replies.sample else ()))
        for text in (*offered, *_TALK[:2]):
            interpret(text, ask, AskContext(_NOW), library.knowledge)
            yield text
    for text in _TALK:
        interpret(text, None, AskContext(_NOW), library.knowledge)
        yield text
