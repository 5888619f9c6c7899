"""All data that understanding reads, loaded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.understanding.dialect import Dialect
from agent.understanding.hearing import Hearing
from agent.understanding.intent_model import Intents
from agent.understanding.lexicons import Lexicons
from agent.understanding.parsing import Parser
from agent.understanding.pauses import Pauses
from agent.understanding.proxy import Proxy
from agent.understanding.redflags import RedFlagRules
from agent.understanding.said_before import SaidBefore
from agent.understanding.text import Utterance, normalise


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All data that understanding reads."""

    lexicons: Lexicons
    hearing: Hearing
    redflags: RedFlagRules
    parsers: Mapping[str, Parser]
    topics: Mapping[str, tuple[str, ...]]
    """Ask id -> words by which people name it (血压, 体重 …), for corrections."""
    intents: Intents
    """Guesses what is asked of the agent when nothing else was understood."""
    instructions: re.Pattern[str]
    """Words that try to instruct the program; speech is data."""
    dialect: Dialect
    proxy: Proxy
    """Turns a relative's words into the resident's."""
    pauses: Pauses | None
    """Puts pauses into words that come without punctuation."""
    said_before: SaidBefore
    """Guesses coded answers in words that no parser knows."""

    def utterance(self, text: str, ask: str | None) -> Utterance:
        """What was said, in normal form and with its pauses."""
        said = normalise(text)
        return said if self.pauses is None else self.pauses.marked(said, ask)
