"""Clause splitting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speech.synthesis.clauses import clauses


def test_speech_starts_with_the_first_clause() -> None:
    found = clauses("您好，我是社区医院的随访助手，替张医生给您打电话。请问您是王阿姨吗？")
    assert [c.text for c in found] == ["您好，我是社区医院的随访助手，", "替张医生给您打电话。", "请问您是王阿姨吗？"]
    assert [c.start for c in found] == [0, 15, 25]
    assert found[1].pause_ms > found[0].pause_ms


def test_numbers_are_not_split() -> None:
    assert len(clauses("血糖7.2，体重1,200克")) == 2


def test_a_long_list_is_split_at_its_commas() -> None:
    text = "您平时有没有头晕头痛恶心呕吐、眼花耳鸣呼吸困难、心悸胸闷鼻出血不止、四肢发麻下肢水肿这些不舒服"
    assert len(clauses(text)) > 1


@given(st.text(alphabet="您好吗，。！？、；：7.2 abc\n", max_size=80))
def test_nothing_is_lost_but_blanks(text: str) -> None:
    found = clauses(text)
    assert "".join(c.text for c in found).strip() == text.strip() or not any(c.isalnum() for c in text)
    for clause in found:
        assert text[clause.start : clause.start + len(clause.text)] == clause.text
