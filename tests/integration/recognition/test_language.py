"""Syllables, n-grams, grammar, lexicon: what the search is built from."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from agent.errors import DefinitionError, SpeechError
from speech.recognition import grammar, lexicon, ngram, patterns, spoken_numbers, syllables
from speech.recognition.language import START, load
from speech.recognition.syllable_ctc import LANGUAGE
from tests.integration.recognition.bench import Bench


@pytest.mark.parametrize(
    ("syllable", "initial", "final", "tone"),
    [("zhuang4", "zh", "uang", "4"), ("yu2", "y", "v", "2"), ("an1", "", "an", "1"), ("lv4", "l", "v", "4")],
)
def test_a_syllable_has_parts(syllable: str, initial: str, final: str, tone: str) -> None:
    assert syllables.split(syllable) == syllables.Syllable(initial, final, tone)


def test_tones_are_mixed_up_sooner_than_initials_and_these_sooner_than_strangers() -> None:
    tone, southern = syllables.confusion_cost("si4", "si2"), syllables.confusion_cost("si4", "shi4")
    assert 0 == syllables.confusion_cost("si4", "si4") < tone < southern < syllables.MAX_COST
    assert syllables.confusion_cost("si4", "ma1") > syllables.MAX_COST


def test_a_row_is_a_distribution_and_prefers_what_was_seen() -> None:
    model = ngram.build([([1, 2, 3], 5.0), ([1, 2, 4], 1.0), ([5], 1.0)], 6, 3)
    row = model.row((1, 2))
    assert row.sum() == pytest.approx(1, abs=2e-3)
    assert row[3] > row[4] > row[5] > 0
    assert np.array_equal(model.row((4, 2)), model.row((2,)))


def test_a_model_survives_storing(tmp_path: Path) -> None:
    model = ngram.build([([1, 2, 3, 2], 2.0), ([3, 1], 1.0)], 5, 4)
    np.savez(tmp_path / "m.npz", **model.arrays("m"))
    with np.load(tmp_path / "m.npz") as stored:
        again = ngram.NGram.from_arrays(dict(stored), "m")
    assert np.allclose(again.row((1, 2)), model.row((1, 2)), rtol=0.1, atol=1e-3)


def test_no_text_is_an_even_model() -> None:
    assert ngram.build([], 4, 3).row((1, 2)).tolist() == [0.25] * 4


@pytest.mark.parametrize(
    ("value", "words"), [(105, "一百零五"), (150, "一百五十"), (18, "十八"), (2003, "二千零三"), (110, "一百一十")]
)
def test_numbers_have_a_full_reading(value: int, words: str) -> None:
    assert spoken_numbers.words(value) == words


def test_a_number_is_said_in_several_ways() -> None:
    rng = random.Random(1)
    said = {spoken_numbers.spoken(150, rng) for _ in range(60)}
    assert said == {"一百五十", "一百五", "百五", "一五零", "幺五零"}


def test_every_class_and_ask_of_the_grammar_makes_plain_words() -> None:
    answers, rng = grammar.read(LANGUAGE / "answers.yml"), random.Random(1)
    words = {"medicine": ["氨氯地平"], "symptom": ["头晕"], "red_flag": ["胸口疼"]}
    assert {name for names in answers.asks.values() for name in names} | set(answers.hints.values()) <= set(
        answers.classes
    )
    for name in answers.classes:
        for _ in range(50):
            assert "".join(lexicon.runs(answers.sample(name, words, rng))) != ""
            assert not set("[]{}|") & set(answers.sample(name, words, rng))


def test_an_ask_unknown_to_the_grammar_is_guessed_by_its_name() -> None:
    answers = grammar.read(LANGUAGE / "answers.yml")
    assert answers.classes_of("evening_blood_pressure") == ("pressure",)
    assert answers.classes_of("favourite_colour") == ()


def test_patterns_are_read_backwards() -> None:
    found = patterns.examples("<place>(疼|痛)得?(?!不)[很慌]", {"place": "(头|腰)"}, 200, random.Random(1))
    assert {"头疼很", "腰痛得慌"} <= set(found)
    assert patterns.examples("(", {}, 3, random.Random(1)) == []


def test_the_lexicon_takes_words_patterns_and_rules(tmp_path: Path) -> None:
    (tmp_path / "medicines.yml").write_text("medicines:\n  - {id: x, name: 新药片, also: [小新]}\n", "utf-8")
    (tmp_path / "redflags").mkdir()
    rules = 'parts: {chest: ["胸口"], hurt: ["疼"]}\nrules:\n  - {id: pain, seq: [chest, 8, hurt]}\n'
    (tmp_path / "redflags/pain.yml").write_text(rules, "utf-8")
    found = lexicon.read([tmp_path, tmp_path / "absent"])
    assert {"新药片", "小新"} <= set(found.kinds["medicine"])
    assert "胸口疼" in found.kinds["red_flag"]


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("a: 1\nb: [\n", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        lexicon.read([tmp_path])
    assert caught.value.path.endswith("bad.yml")
    assert caught.value.line > 1


def test_a_missing_language_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="restore"):
        load(tmp_path, ("<blk>",), lexicon.Lexicon((), {}))


def test_a_new_character_of_a_flow_can_be_written(bench: Bench) -> None:
    language = load(LANGUAGE, bench.tokens, lexicon.Lexicon(("䓬类",), {}))
    assert "䓬" in language.alphabet.ids
    assert len(language.base[0].row(START)) == len(language.alphabet.chars)
