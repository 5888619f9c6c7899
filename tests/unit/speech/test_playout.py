"""The line of samples that the agent says."""

from __future__ import annotations

import numpy as np

from speech.playout import DUCKED_GAIN, FADE_MS, Playout, Segment


def clause(ms: int, text: str = "高压一百五十", start: int = 0, pause_ms: float = 0.0, say: int = 1) -> Segment:
    return Segment(np.full(16 * ms, 10_000, np.int16), text, say, start, pause_ms)


def pull(playout: Playout, count: int) -> list[np.ndarray]:
    return [frame for frame in (playout.pull() for _ in range(count)) if frame is not None]


def test_segments_follow_each_other_after_their_pause() -> None:
    playout = Playout()
    playout.add(clause(40, pause_ms=20))
    playout.add(clause(40))
    loud = [bool(frame.any()) for frame in pull(playout, 9)]
    assert loud == [True, True, False, True, True]
    assert playout.left_ms == 0


def test_position_in_characters() -> None:
    playout = Playout()
    playout.add(clause(600, "高压一百五十", 0))
    playout.add(clause(600, "低压九十五吗", 6))
    pull(playout, 15)
    place = playout.place()
    assert place is not None
    assert place.chars == 3
    heard = playout.place(unheard_ms=200)
    assert heard is not None
    assert heard.chars == 1
    pull(playout, 45)
    end = playout.place()
    assert end is not None
    assert end.chars == 12


def test_duck_and_back() -> None:
    playout = Playout()
    playout.add(clause(200))
    pull(playout, 1)
    playout.duck()
    frames = pull(playout, 2)
    assert frames[1].max() == int(10_000 * DUCKED_GAIN)
    playout.go_on(0)
    assert pull(playout, 2)[1].max() == 10_000


def test_fade_ends_in_silence_within_30_ms() -> None:
    playout = Playout()
    playout.add(clause(400))
    pull(playout, 5)
    tail = np.concatenate(playout.fade())
    assert abs(int(tail[FADE_MS * 16 - 1])) < 50
    assert not tail[FADE_MS * 16 :].any()
    assert len(tail) <= 30 * 16


def test_going_on_starts_between_two_syllables_before_the_halt() -> None:
    playout = Playout()
    pcm = np.full(16 * 2_000, 9_000, np.int16)
    pcm[16 * 900 : 16 * 920] = 0
    playout.add(Segment(pcm, "您最近有没有头晕胸闷", 1, 0, 0))
    pull(playout, 50)
    playout.rewind(0)
    playout.fade()
    playout.go_on(halt_ms=300)
    assert 895 <= 2_000 - playout.left_ms <= 920


def test_after_a_long_halt_the_clause_starts_again() -> None:
    playout = Playout()
    playout.add(clause(1_000))
    playout.add(clause(1_000, start=6))
    pull(playout, 80)
    playout.go_on(halt_ms=2_000)
    assert playout.left_ms == 1_000


def test_drop() -> None:
    playout = Playout()
    playout.add(clause(100))
    playout.drop()
    assert playout.pull() is None
    assert playout.place() is None
