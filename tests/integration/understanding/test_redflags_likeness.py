"""The statistical net beside the rules: what it learns, where it points, when it only asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from agent.domain.alerts import MentionStatus
from agent.domain.answers import AskContext
from agent.understanding.redflags import RedFlagRules, load_redflags, mentions
from agent.understanding.redflags.likeness import COLUMNS, Likeness, load, save, train
from agent.understanding.text import normalise

ROOT = Path(__file__).parents[3]
BUNDLED = ROOT / "nlu_data" / "redflags" / "likeness.npz"
CONTEXT = AskContext(now=datetime(2026, 11, 23, 9, 30))
RAISING = ["咚锵咚锵里外不停", "里外咚锵咚锵的", "今天咚锵咚锵了", "咚锵得很厉害呀"]
ORDINARY = ["今天吃了两碗饭呀", "天气很好出去走走", "里外都收拾干净了", "药一直按时吃着呢"]


def learnt() -> Likeness:
    raised = [frozenset({"bleeding"})] * len(RAISING) + [frozenset[str]()] * len(ORDINARY)
    return train(RAISING + ORDINARY, raised, ("bleeding",))


def rules() -> RedFlagRules:
    return replace(load_redflags(ROOT / "nlu_data", ROOT / "dialogues" / "clinical"), likeness=learnt())


def status(text: str) -> MentionStatus | None:
    found = mentions(normalise(text), None, CONTEXT, rules())
    return next((m.status for m in found if m.rule == "bleeding.likeness"), None)


def test_it_points_at_what_speaks_for_the_flag() -> None:
    text = "早上起来就咚锵咚锵的"
    ((flag, score, (start, end)),) = learnt().likely(text)
    assert flag == "bleeding"
    assert score > 0.4
    assert "咚锵" in text[start:end]


def test_what_is_alike_raises_and_is_judged_like_every_mention() -> None:
    assert status("这会儿咚锵咚锵不停") is MentionStatus.PRESENT
    assert status("电视上讲咚锵咚锵不停") is not MentionStatus.PRESENT
    assert status("去年咚锵咚锵不停") is not MentionStatus.PRESENT
    assert status("今天吃了两碗饭") is None


def test_figures_and_silence_are_alike_to_nothing() -> None:
    assert not list(learnt().likely("一百二十八，八十二"))
    assert not list(learnt().likely(""))


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = learnt()
    save(model, tmp_path / "a.npz")
    again = load(tmp_path / "a.npz")
    assert again is not None
    assert again.flags == model.flags
    assert (again.weights == model.weights).all()
    assert load(tmp_path / "none.npz") is None


def test_the_bundled_file_is_small_and_fits() -> None:
    model = load(BUNDLED)
    assert model is not None
    assert model.weights.shape == (COLUMNS + 1, len(model.flags))
    assert BUNDLED.stat().st_size <= 300_000
