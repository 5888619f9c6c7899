"""The statistical net over the rules: what it learns, where it points, when it only asks, what it may take back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from agent.domain.alerts import MentionStatus, Subject
from agent.domain.answers import AskContext
from agent.understanding.redflags import RedFlagRules, load_redflags, mentions
from agent.understanding.redflags.evidence import COLUMNS, known, worded
from agent.understanding.redflags.learning import Lesson, train
from agent.understanding.redflags.likeness import Likeness, load, row_of, save
from agent.understanding.text import normalise

ROOT = Path(__file__).parents[3]
BUNDLED = ROOT / "nlu_data" / "redflags" / "likeness.npz"
CONTEXT = AskContext(now=datetime(2026, 11, 23, 9, 30))
RULES = replace(load_redflags(ROOT / "nlu_data", ROOT / "dialogues" / "clinical"), likeness=None)
RAISING = ["咚锵咚锵里外不停", "里外咚锵咚锵的", "今天咚锵咚锵了", "咚锵得很厉害呀"] * 4
ORDINARY = ["今天吃了两碗饭呀", "天气很好出去走走", "里外都收拾干净了", "药一直按时吃着呢", "去年咚锵过早就好了"] * 4


def lesson(text: str, *flags: str) -> Lesson:
    return Lesson(*row_of(text, known(text, None, (), RULES.cues)), frozenset(flags))


def learnt() -> Likeness:
    lessons = [lesson(text, "bleeding") for text in RAISING] + [lesson(text) for text in ORDINARY]
    return train(lessons, ("bleeding",))


def rules() -> RedFlagRules:
    return replace(RULES, likeness=learnt())


def status(text: str) -> MentionStatus | None:
    found = mentions(normalise(text), None, CONTEXT, rules())
    return next((m.status for m in found if m.rule == "bleeding.likeness"), None)


def test_it_points_at_what_speaks_for_the_flag() -> None:
    text = "早上起来就咚锵咚锵的"
    model = learnt()
    assert model.scores(text, known(text, None, (), RULES.cues))["bleeding"] > 0.5
    start, end = model.place(text, "bleeding")
    assert "咚锵" in text[start:end]


def test_what_is_alike_is_raised_and_what_is_not_is_nothing() -> None:
    assert status("这会儿咚锵咚锵不停") is MentionStatus.PRESENT
    assert status("今天吃了两碗饭") is None


def test_it_says_whose_it_is() -> None:
    found = mentions(normalise("我老伴这会儿咚锵咚锵不停"), None, CONTEXT, rules())
    assert {m.subject for m in found if m.rule == "bleeding.likeness"} == {Subject.OTHER}


def test_the_rules_are_doubted_and_never_dropped() -> None:
    text = "鼻子流血了半个钟头止不住"
    by_rules = mentions(normalise(text), None, CONTEXT, RULES)
    unlike = Likeness(("bleeding",), np.full((COLUMNS + 1, 1), -3.0, dtype=np.float32))
    both = mentions(normalise(text), None, CONTEXT, replace(RULES, likeness=unlike))
    assert {m.rule for m in by_rules} == {m.rule for m in both}
    assert {m.status for m in both} == {MentionStatus.UNCERTAIN}


def test_too_few_characters_are_left_to_the_rules() -> None:
    assert learnt().scores("咚锵咚锵", {}) == {}
    assert not list(worded("二百零八，八十二"))


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = learnt()
    save(model, tmp_path / "a.npz")
    again = load(tmp_path / "a.npz")
    assert again is not None
    assert again.flags == model.flags
    assert np.allclose(again.weights, model.weights, atol=float(np.abs(model.weights).max()) / 100)
    assert load(tmp_path / "none.npz") is None


def test_the_bundled_file_is_small_and_fits() -> None:
    model = load(BUNDLED)
    assert model is not None
    assert model.weights.shape == (COLUMNS + 1, len(model.flags))
    assert BUNDLED.stat().st_size <= 400_000
