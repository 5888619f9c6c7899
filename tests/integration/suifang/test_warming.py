"""The rehearsal before the first conversation, and what it finds."""

import asyncio
import dataclasses
import re
from pathlib import Path

import pytest

from agent.errors import DefinitionError
from agent.library import Library, load_library
from agent.understanding.phrases import Phrases
from agent.warming import rehearsal
from suifang.warming import warming


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def _broken(library: Library) -> Library:
    """The same data with one pattern that the check at the start lets through."""
    lexicons = library.knowledge.lexicons
    general = {**lexicons.general, "repeat_surely": Phrases("repeat_surely", ("(?<=没+)听清",))}
    broken = dataclasses.replace(library.knowledge, lexicons=dataclasses.replace(lexicons, general=general))
    return dataclasses.replace(library, knowledge=broken)


def test_afterwards_the_patterns_of_an_answer_are_compiled(library: Library) -> None:
    said = list(rehearsal(library))
    assert len(said) > 100
    assert "patterns" in vars(library.knowledge.lexicons.yes_no["yes"])


def test_a_pattern_that_nobody_can_mean_is_told(library: Library) -> None:
    with pytest.raises(re.error):
        list(rehearsal(_broken(library)))


def test_it_ends_what_it_warms_with_the_remedy(library: Library) -> None:
    async def serve() -> None:
        async with warming(_broken(library)):
            await asyncio.sleep(60)

    with pytest.raises(DefinitionError, match="suifang flows check"):
        asyncio.run(serve())
