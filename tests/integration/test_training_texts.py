"""The generator of training texts: same seed, same texts, and everything a call needs occurs."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from models.train import phrases, texts
from models.train.labels import hanzi_only, held_out, syllables
from models.train.numerals import number_words, spoken_number


def test_the_same_seed_gives_the_same_texts() -> None:
    assert list(islice(texts.sentences(3), 50)) == list(islice(texts.sentences(3), 50))
    assert list(islice(texts.sentences(3), 50)) != list(islice(texts.sentences(4), 50))


def test_texts_are_hanzi_and_commas_only() -> None:
    for text in islice(texts.sentences(1), 2000):
        assert hanzi_only(text) == text.replace("，", "")
        assert text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"),
        (10, "十"),
        (15, "十五"),
        (95, "九十五"),
        (105, "一百零五"),
        (110, "一百一十"),
        (150, "一百五十"),
        (2026, "二千零二十六"),
    ],
)
def test_numbers_are_read_in_full(value: int, words: str) -> None:
    assert number_words(value) == words


def test_a_pressure_is_said_in_all_the_ways_people_say_it() -> None:
    rng = random.Random(0)
    forms = {spoken_number(rng, 150) for _ in range(300)}
    assert {"一百五十", "一百五", "百五", "幺五零", "一五零"} <= forms


def test_every_medicine_brand_and_red_flag_occurs() -> None:
    said = "\n".join(islice(texts.sentences(11), 60_000))
    for word in (*phrases.MEDICINES, *phrases.BRANDS, *phrases.SYMPTOMS, *phrases.AGREEMENT, *phrases.DENIAL):
        assert word in said, word
    missing = [flag for flag in phrases.RED_FLAGS if flag not in said]
    assert len(missing) <= len(phrases.RED_FLAGS) // 20


def test_about_one_text_in_twenty_is_held_out() -> None:
    kept = sum(held_out(text) for text in {*islice(texts.sentences(5), 4000)})
    assert 100 < kept < 300


def test_punctuation_does_not_move_a_text_across_the_split() -> None:
    assert held_out("高压一百五，低压九十") == held_out("高压一百五低压九十")


def test_labels_are_one_toned_syllable_per_character() -> None:
    assert syllables("女，大夫说低压九十了") == ["nv3", "dai4", "fu5", "shuo1", "di1", "ya1", "jiu3", "shi2", "le5"]
