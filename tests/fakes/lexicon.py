"""The lexicons of this repository, read once for all tests of words."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from agent.domain.answers import AskContext, Resident
from agent.understanding.lexicons import Lexicons, load_lexicons

NLU_DATA = Path(__file__).parents[2] / "nlu_data"
CONTEXT = AskContext(now=datetime(2026, 11, 23, 9, 30), resident=Resident("王桂花", sex="2"))


@cache
def lexicons() -> Lexicons:
    return load_lexicons(NLU_DATA)
