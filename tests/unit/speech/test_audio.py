"""Samples, levels, files, resampling."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SpeechError
from speech import audio
from speech.recording import ClipFolder
from speech.resample import StreamResampler, resample


def tone(hz: float, ms: int, rate_hz: int = 16_000) -> np.ndarray:
    return (8_000 * np.sin(np.arange(rate_hz * ms // 1000) * 2 * np.pi * hz / rate_hz)).astype(np.int16)


@pytest.mark.parametrize(
    "frame", [np.zeros(319, np.int16), np.zeros(320, np.float32), np.zeros((320, 1), np.int16), b"\0" * 640, None]
)
def test_a_frame_of_another_shape_is_refused_with_a_remedy(frame: object) -> None:
    with pytest.raises(SpeechError) as caught:
        audio.check_frame(frame)
    assert caught.value.code == "audio-frame-format"
    assert "convert" in caught.value.remedy


def test_another_rate_is_refused() -> None:
    with pytest.raises(SpeechError, match="audio-rate"):
        audio.check_rate(8_000)
    with pytest.raises(SpeechError, match="audio-rate"):
        resample(tone(440, 20), 12_345)
    with pytest.raises(SpeechError, match="audio-rate"):
        StreamResampler(22_050, 16_000)


def test_alaw_keeps_speech() -> None:
    pcm = tone(440, 200)
    back = audio.alaw_decode(audio.alaw_encode(pcm))
    error = back.astype(float) - pcm
    assert 10 * np.log10(np.mean(pcm.astype(float) ** 2) / np.mean(error**2)) > 33


@pytest.mark.parametrize(("from_hz", "to_hz"), [(16_000, 8_000), (8_000, 16_000), (48_000, 16_000), (16_000, 48_000)])
def test_a_stream_keeps_its_length_and_its_tone(from_hz: int, to_hz: int) -> None:
    source = tone(600, 400, from_hz)
    stream = StreamResampler(from_hz, to_hz)
    step = from_hz // 50
    out = np.concatenate([stream.feed(source[i : i + step]) for i in range(0, len(source), step)])
    assert len(out) == len(source) * to_hz // from_hz
    assert audio.level_dbfs(out[to_hz // 20 :]) == pytest.approx(audio.level_dbfs(source), abs=0.5)


def test_a_clip_is_resampled() -> None:
    assert len(resample(tone(440, 500, 22_050), 22_050)) == pytest.approx(8_000, abs=2)


def test_silence_is_trimmed_to_a_margin() -> None:
    pcm = np.concatenate([audio.silence(300), tone(440, 100), audio.silence(500)])
    assert audio.length_ms(audio.trim_silence(pcm)) == pytest.approx(140, abs=11)
    assert len(audio.trim_silence(audio.silence(300))) == 0


def test_frames_are_padded() -> None:
    assert [len(f) for f in audio.frames(np.ones(700, np.int16))] == [320, 320, 320]


def test_wav_round_trip(tmp_path: Path) -> None:
    audio.write_wav(tmp_path / "a.wav", tone(440, 100))
    pcm, rate_hz = audio.read_wav(tmp_path / "a.wav")
    assert rate_hz == 16_000
    assert np.array_equal(pcm, tone(440, 100))


def test_unreadable_wav(tmp_path: Path) -> None:
    (tmp_path / "cut.wav").write_bytes(b"RIFF\0\0")
    with wave.open(str(tmp_path / "stereo.wav"), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(b"\0" * 64)
    for name in ("cut.wav", "stereo.wav", "missing.wav"):
        with pytest.raises(SpeechError, match="audio-read"):
            audio.read_wav(tmp_path / name)


def test_clips(tmp_path: Path) -> None:
    assert ClipFolder(None).save(3, tone(440, 50)) is None
    assert ClipFolder(tmp_path / "clips").save(3, tone(440, 50)) == "turn-003.wav"
    (tmp_path / "file").write_text("x")
    with pytest.raises(SpeechError, match="audio-write"):
        ClipFolder(tmp_path / "file").save(3, tone(440, 50))
