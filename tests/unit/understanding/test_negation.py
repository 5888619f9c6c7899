"""What a mention means is decided from the words around it."""

from __future__ import annotations

import pytest

from agent.understanding.parsers.symptoms import complaints
from agent.understanding.text import normalise
from tests.fakes.lexicon import lexicons


def polarity_of(text: str, *, proxy: bool = False) -> list[str]:
    return [c.polarity.value for c in complaints(normalise(text).text, "htn", lexicons(), proxy=proxy)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("头晕", ["present"]),
        ("不头晕", ["denied"]),
        ("头倒不晕", ["denied"]),
        ("头不晕也不疼，就是脚有点肿", ["denied", "denied", "present"]),
        ("没有头晕恶心心慌", ["denied", "denied", "denied"]),
        ("没有头晕，恶心，心慌", ["denied", "denied", "denied"]),
        ("恶心没有，头晕有", ["denied", "present"]),
        ("头晕？没有", ["denied"]),
        ("头晕，没有了", ["present"]),
        ("头晕，没别的", ["present"]),
        ("头晕恶心都没有", ["denied", "denied"]),
        ("除了头晕都没有", ["present"]),
        ("不是不头晕", ["present"]),
        ("没有不头晕的时候", ["present"]),
        ("时不时头晕", ["present"]),
        ("不光头晕还恶心", ["present", "present"]),
        ("晕倒是不晕", ["denied", "denied"]),
        ("莫得头晕", ["denied"]),
        ("冇头晕", ["denied"]),
        ("以前头晕", ["past"]),
        ("头晕早好了", ["past"]),
        ("头晕，过会儿就好了", ["present"]),
        ("以前头晕，现在又头晕", ["past", "present"]),
        ("我老伴头晕", ["other"]),
        ("老伴头晕，我心慌", ["other", "present"]),
        ("我闺女说我脚肿", ["present"]),
        ("老头晕", ["present"]),
        ("要是头晕就吃药", ["hypothetical"]),
        ("从来没头晕过", ["denied"]),
        ("咳嗽没有痰", ["present", "denied"]),
    ],
)
def test_polarity(text: str, expected: list[str]) -> None:
    assert polarity_of(text) == expected


def test_a_daughter_speaks_of_her_mother() -> None:
    assert polarity_of("我妈头晕") == ["other"]
    assert polarity_of("我妈头晕", proxy=True) == ["present"]
