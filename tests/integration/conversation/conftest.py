"""The shipped data, a conversation that was just opened, and one at its first question."""

from pathlib import Path

import pytest

from agent.library import Library, load_library
from tests.integration.conversation.talks import Talk


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@pytest.fixture
def talk(library: Library) -> Talk:
    return Talk(library)


@pytest.fixture
def at_pressure(talk: Talk) -> Talk:
    talk.hear("我就是", "可以，你说吧")
    assert talk.it.ask == "blood_pressure"
    return talk
