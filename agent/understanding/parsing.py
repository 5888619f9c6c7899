"""What a parser is: one pure function from an utterance and its context to a reading of one ask."""

from __future__ import annotations

from collections.abc import Callable

from agent.domain.answers import AskContext, Reading
from agent.understanding.text import Utterance

Parser = Callable[[Utterance, AskContext], Reading]
"""Reads one ask id of formats.md. Never raises on any text; returns an empty ``Reading`` when it understands nothing.

A parser fills nothing from a vague value (``confirm=True`` alone asks for the exact one), fills and sets
``confirm`` for values of the C and R ranges of domain.md, and never fills a slot that the words do not give.
The answers unknown, refused and repeat are found for every ask by ``agent.understanding.general``.
"""
