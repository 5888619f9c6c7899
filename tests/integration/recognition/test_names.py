"""Medicine names before and after every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.understanding.lexicons import Lexicons, load_lexicons
from speech.audio import silence
from speech.ports import Hints, Hypothesis, Pcm
from speech.recognition.confidence import DOUBTED
from speech.recognition.names import NameRepair, repaired, spoken_names


@pytest.fixture(scope="module")
def lexicons(root: Path) -> Lexicons:
    return load_lexicons(root / "nlu_data")


@dataclass
class Says:
    """An engine and its session: always the same words."""

    text: str
    confidence: float = 0.9
    asked: list[Hints] = field(default_factory=list)

    def open(self, hints: Hints) -> Says:
        self.asked.append(hints)
        return self

    def accept(self, pcm: Pcm) -> None:
        assert len(pcm)

    def partial(self) -> Hypothesis:
        return Hypothesis(self.text, self.confidence, 0.1, 0.9)

    finish = partial


def test_a_name_that_sounds_alike_is_repaired_and_will_be_read_back(lexicons: Lexicons) -> None:
    session = NameRepair(Says("吃二加酸瓜一天两次"), lexicons).open(Hints("medications"))
    session.accept(silence(20))
    for heard in (session.partial(), session.finish()):
        assert heard.text == "吃二甲双胍一天两次"
        assert heard.confidence == DOUBTED
        assert (heard.start_s, heard.end_s) == (0.1, 0.9)


def test_other_characters_of_the_same_sound_cost_nothing(lexicons: Lexicons) -> None:
    heard = repaired(Hypothesis("吃阿斯匹林", 0.9, 0.0, 1.0), lexicons)
    assert heard.confidence == 0.9


@pytest.mark.parametrize("text", ["", "肯定吃了", "血压一百五，低压九十", "头晕"])
def test_everything_else_is_left_alone(lexicons: Lexicons, text: str) -> None:
    heard = Hypothesis(text, 0.7, 0.0, 1.0)
    assert repaired(heard, lexicons) is heard


def test_ids_become_names_and_the_question_for_medicines_brings_them_all(lexicons: Lexicons) -> None:
    medicine = next(iter(lexicons.medicines.by_id.values()))
    names = spoken_names(Hints("yes_no", (medicine.id, "别的")), lexicons)
    assert names == (*medicine.names, "别的")
    asked = spoken_names(Hints("medications"), lexicons)
    assert "二甲双胍" in asked
    assert len(asked) > 20


def test_the_bundled_engine_keeps_its_hints(lexicons: Lexicons) -> None:
    engine = Says("没有")
    NameRepair(engine, lexicons).open(Hints("medications", ("amlodipine",)))
    NameRepair(engine, lexicons, hotwords=True).open(Hints("medications", ("amlodipine",)))
    assert engine.asked[0].phrases == ("amlodipine",)
    assert len(engine.asked[1].phrases) > 20
