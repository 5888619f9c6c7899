"""The one normal form of an utterance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.text import MAX_CHARS, normalise


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("高压一百五，低压九十五。", "高压一百五，低压九十五"),
        ("高压150,低压95", "高压150，低压95"),
        ("一百五 九十五", "一百五，九十五"),
        ("空腹７．２", "空腹7.2"),
        ("150/95", "150/95"),
        ("早上8:30量的", "早上8:30量的"),
        ("……", ""),
        ("嗯...那个", "嗯，那个"),
        ("😀您好\x00", "您好"),
        ("  ", ""),
        ("ＨＩ", "hi"),
        ("1,000", "1000"),
        ("没摔到没摔到", "没摔到，没摔到"),
        ("0，000", "0，000"),
        ("一百廿四", "一百二十四"),
    ],
)
def test_normal_form(raw: str, text: str) -> None:
    assert normalise(raw).text == text


def test_clauses_keep_their_place() -> None:
    utterance = normalise("头不晕，也不疼，就是脚肿")
    for offset, clause in utterance.clauses():
        assert utterance.text[offset : offset + len(clause)] == clause
    assert [clause for _, clause in utterance.clauses()] == ["头不晕", "也不疼", "就是脚肿"]


@given(st.text())
def test_any_text_is_taken(raw: str) -> None:
    text = normalise(raw).text
    assert len(text) <= 4 * MAX_CHARS
    assert "\n" not in text
    assert normalise(text).text == text or len(raw) > MAX_CHARS
