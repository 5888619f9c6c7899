"""Patterns as they are written in data files: which can be meant, and when they are compiled."""

import re

import pytest

from agent.understanding.phrases import checked, compile_phrases, thoroughly


@pytest.mark.parametrize(
    "pattern",
    ["没有", "(没|冇)有?", "[（(]没[)）]", "(?<!不)疼", "(?P<gap0>[很挺]{0,4})疼", "疼.{0,3}?死", "(?:没|不)+"],
)
def test_what_can_be_meant_is_left_alone(pattern: str) -> None:
    assert checked(pattern) == pattern
    re.compile(pattern)


@pytest.mark.parametrize("pattern", ["(没有", "没有)", "[没有", "?没有", "(没|*有)", "没有++*", "没有\\", "(?没有)"])
def test_what_nobody_can_mean_is_refused(pattern: str) -> None:
    with pytest.raises(re.error):
        checked(pattern)


def test_a_rarer_fault_is_found_thoroughly() -> None:
    rare = "(?<=没+)有"
    assert checked(rare) == rare
    with thoroughly(), pytest.raises(re.error):
        compile_phrases("set", [rare], {})
    assert checked(rare) == rare
