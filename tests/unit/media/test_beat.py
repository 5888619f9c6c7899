"""The audio clock of a line keeps to the wall clock."""

from __future__ import annotations

from connectors.media.beat import EARLY_FRAMES, FAR_FRAMES, LATE_FRAMES, Beat
from speech.ports import FRAME_MS

FRAME_S = FRAME_MS / 1000
SPEECH, NOISE, SILENT = -20.0, -35.0, -90.0


def test_a_steady_line_gets_nothing_made_up_and_loses_nothing() -> None:
    beat = Beat()
    for frame in range(500):
        assert beat.takes(SILENT, frame * FRAME_S + 0.018 * (frame % 2))
        assert beat.due_in_s(frame * FRAME_S + 0.018) > 0


def test_a_muted_microphone_is_made_up_at_the_pace_of_time() -> None:
    beat, made = Beat(), 0
    beat.takes(SILENT, 0.0)
    for tick in range(1000):
        while beat.due_in_s(tick * 0.01) <= 0:
            beat.made_up()
            made += 1
    assert abs(made - 10.0 / FRAME_S) <= LATE_FRAMES + 1


def test_after_a_stall_words_stay_and_pauses_get_shorter() -> None:
    """Half a second nothing comes and is made up; then all of it comes at once, speech and a pause behind it."""
    beat = Beat()
    beat.takes(SPEECH, 0.0)
    now = 0.5
    while beat.due_in_s(now) <= 0:
        beat.made_up()
    assert all(beat.takes(SPEECH, now) for _ in range(25))
    kept = [beat.takes(SILENT, now + (n + 1) * FRAME_S) for n in range(60)]
    left_out = kept.count(False)
    assert 25 - LATE_FRAMES - EARLY_FRAMES <= left_out <= 25
    assert all(kept[-20:])


def test_noise_gives_way_only_far_ahead_and_speech_never() -> None:
    beat = Beat()
    assert all(beat.takes(NOISE, 0.0) for _ in range(FAR_FRAMES))
    assert not beat.takes(NOISE, 0.0)
    assert beat.takes(SPEECH, 0.0)


def test_while_nobody_is_connected_nothing_falls_behind() -> None:
    beat = Beat()
    beat.takes(SPEECH, 0.0)
    beat.rest()
    assert beat.due_in_s(60.0) > 0
