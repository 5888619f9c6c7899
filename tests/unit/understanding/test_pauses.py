"""Pauses for words that come without punctuation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.understanding.pauses import Pauses, learn_pauses, load_pauses, save
from agent.understanding.text import normalise

TEXTS = [f"{first}，{second}" for first in ("头不晕", "腿不疼", "脚不肿") for second in ("就是没劲", "就是心慌")] * 12
NUMBERS = ["高压一百六，低压九十", "空腹七点二，饭后十点一"] * 12


@pytest.fixture(scope="module")
def pauses() -> Pauses:
    return learn_pauses(TEXTS + NUMBERS)


def test_a_pause_stands_where_people_make_one(pauses: Pauses) -> None:
    assert pauses.marked(normalise("头不晕就是心慌得很")).text == "头不晕，就是心慌得很"
    assert pauses.marked(normalise("高压一百六低压九十")).text == "高压一百六，低压九十"


@pytest.mark.parametrize(
    "text", ["高压一百六十二", "幺三八零零零零一二三四", "1948-05-03", "二十六号早上八点半", "睡前十四个单位"]
)
def test_numbers_stay_whole(text: str) -> None:
    everywhere = Pauses(np.full((1 << 17) + 1, 9.0, dtype=np.float32))
    pieces = everywhere.marked(normalise(text)).text.split("，")
    figures = [piece for piece in pieces if any(char in "零一二三四五六八九十百0123456789" for char in piece)]
    assert len(figures) == 1


def test_what_is_punctuated_or_short_or_spelt_is_left(pauses: Pauses) -> None:
    for text, ask in (("头不晕", None), ("好的，头不晕就是心慌", None), ("头不晕就是心慌得很", "contact_name")):
        assert pauses.marked(normalise(text), ask).text == text


def test_the_raw_words_stay(pauses: Pauses) -> None:
    marked = pauses.marked(normalise("腿不疼就是没劲得很"))
    assert marked.raw == "腿不疼就是没劲得很"
    assert marked.text.replace("，", "") == marked.raw


def test_a_model_is_kept_in_a_file(pauses: Pauses, tmp_path: Path) -> None:
    path = tmp_path / "pauses.npz"
    save(pauses, path)
    again = load_pauses(path)
    assert again is not None
    assert again.marked(normalise("头不晕就是心慌得很")).text == "头不晕，就是心慌得很"
    assert load_pauses(tmp_path / "none.npz") is None
    path.write_bytes(b"no model")
    assert load_pauses(path) is None
