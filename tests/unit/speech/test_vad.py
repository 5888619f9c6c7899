"""The smoother of voice activity, fed with numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.vad import DualVad, NoiseFloor, SpeechSmoother, VadEvent, VadKind


def feed(smoother: SpeechSmoother, hops: Iterator[tuple[bool, float]], level: float = -20.0) -> list[VadEvent]:
    events: list[VadEvent] = []
    for index, (flag, probability) in enumerate(hops):
        events += smoother.feed((index + 1) * 10.0, flag, probability, level if flag else -70.0)
    return events


def stretch(*parts: tuple[int, bool, float]) -> Iterator[tuple[bool, float]]:
    for ms, flag, probability in parts:
        yield from [(flag, probability)] * (ms // 10)


def test_speech_is_confirmed_and_ended_at_its_true_times() -> None:
    events = feed(SpeechSmoother(), stretch((500, False, 0), (600, True, 0.9), (400, False, 0.0)))
    assert [e.kind for e in events] == [VadKind.ONSET, VadKind.CONFIRMED, VadKind.ENDED]
    assert events[0].at_ms == pytest.approx(500, abs=10)
    assert events[2].at_ms == pytest.approx(1_100, abs=10)


def heard_after_ms(probability: float) -> int:
    """From the onset to the hop that confirms it."""
    smoother, kinds = SpeechSmoother(), []
    for index in range(40):
        kinds += [(index * 10, e.kind) for e in smoother.feed((index + 1) * 10.0, True, probability, -20.0)]
    return kinds[1][0] - kinds[0][0] if [kind for _, kind in kinds] == [VadKind.ONSET, VadKind.CONFIRMED] else -1


def test_a_voice_beyond_doubt_is_confirmed_in_half_the_time() -> None:
    assert (heard_after_ms(0.95), heard_after_ms(0.6), heard_after_ms(0.4)) == (20, 40, -1)


def test_noise_is_dismissed() -> None:
    events = feed(SpeechSmoother(), stretch((200, False, 0), (600, True, 0.3), (400, False, 0.0)))
    assert [e.kind for e in events][:2] == [VadKind.ONSET, VadKind.DISMISSED]
    assert VadKind.CONFIRMED not in {e.kind for e in events}


def test_a_click_is_nothing() -> None:
    assert feed(SpeechSmoother(), stretch((200, False, 0), (20, True, 0.9), (300, False, 0.0))) == []


def test_a_short_gap_does_not_end_speech() -> None:
    events = feed(SpeechSmoother(), stretch((300, True, 0.9), (60, False, 0.9), (300, True, 0.9), (300, False, 0.0)))
    assert [e.kind for e in events].count(VadKind.ENDED) == 1


def test_a_tail_far_below_the_voice_is_silence() -> None:
    smoother = SpeechSmoother()
    feed(smoother, stretch((400, True, 0.9)))
    late: list[VadEvent] = []
    for index in range(30):
        late += smoother.feed(400.0 + 10 * (index + 1), True, 0.9, -60.0)
    assert late[0] == VadEvent(VadKind.ENDED, 400.0)


def test_the_detector_takes_frames_only() -> None:
    with pytest.raises(SpeechError, match="audio-frame-format"):
        DualVad().feed(np.zeros(160, np.int16))


def test_silence_tone_and_clipping_are_no_speech() -> None:
    vad = DualVad()
    tone = (8_000 * np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000)).astype(np.int16)
    square = np.where(tone >= 0, 32_767, -32_768).astype(np.int16)
    kinds = set()
    for pcm in (np.zeros(16_000, np.int16), tone, square):
        for start in range(0, len(pcm), 320):
            kinds |= {e.kind for e in vad.feed(pcm[start : start + 320])}
    assert VadKind.CONFIRMED not in kinds


def test_music_is_no_speech() -> None:
    vad, at_s = DualVad(), np.arange(8_000) / 16_000
    kinds = set()
    for chord in ((262, 330, 392), (294, 349, 440), (247, 294, 392), (262, 330, 523)) * 3:
        tones = sum(np.sin(2 * np.pi * hz * n * at_s) / n**2 for hz in chord for n in (1, 2, 3))
        pcm = np.asarray(3_000 * tones * np.exp(-at_s * 3), np.int16)
        for start in range(0, len(pcm), 320):
            kinds |= {e.kind for e in vad.feed(pcm[start : start + 320])}
    assert VadKind.CONFIRMED not in kinds


def test_one_silent_moment_does_not_hide_the_lines_noise() -> None:
    floor = NoiseFloor()
    for index in range(100):
        floor.feed(-90.0 if index < 4 else -36.0)
    assert floor.dbfs == pytest.approx(-36, abs=1)


def test_the_lines_noise_is_no_onset_and_a_loud_beginning_is_seen_before_it_is_known() -> None:
    smoother, events = SpeechSmoother(), []
    for index in range(100):
        events += smoother.feed((index + 1) * 10.0, index > 50, 0.3, -36.0)
    assert events == []
    assert not smoother.rising
    for index in range(2):
        smoother.feed(1_010.0 + 10 * index, True, 0.0, -18.0)
    assert smoother.rising


def test_the_lines_own_noise_is_not_the_voice_fading() -> None:
    smoother, events = SpeechSmoother(), []
    for index in range(240):
        speaking = 50 <= index < 110
        events += smoother.feed((index + 1) * 10.0, index >= 50, 0.9 if index >= 50 else 0.0, -20 if speaking else -36)
    assert [e.kind for e in events][:3] == [VadKind.ONSET, VadKind.CONFIRMED, VadKind.ENDED]
    assert events[2].at_ms == pytest.approx(1_100, abs=20)
