"""Payload formats against an independent coder, and through whole round trips."""

from __future__ import annotations

import av
import numpy as np
import pytest

from agent.errors import SpeechError
from speech.audio import frames
from speech.codecs import Codec, codec, ulaw_decode, ulaw_encode
from speech.ports import Pcm


def tone(hz: float = 440.0, seconds: float = 1.0) -> Pcm:
    return np.asarray(8_000 * np.sin(2 * np.pi * hz * np.arange(round(seconds * 16_000)) / 16_000), np.int16)


def through(one: Codec, other: Codec, pcm: Pcm) -> Pcm:
    return np.concatenate([other.decode(one.encode(frame)) for frame in frames(pcm)])


def alike(got: Pcm, sent: Pcm) -> float:
    """Best correlation within 60 ms of delay."""
    part = sent[2_000:12_000].astype(float)
    scores = [float(np.corrcoef(part, got[2_000 + lag : 12_000 + lag])[0, 1]) for lag in range(0, 960, 2)]
    return max(scores)


@pytest.mark.parametrize(
    ("name", "rate_hz", "size"),
    [("pcmu", 8_000, 160), ("PCMA", 0, 160), ("l16", 16_000, 640), ("s16le", 8_000, 320), ("l16", 48_000, 1_920),
     ("opus", 48_000, None)],
)  # fmt: skip
def test_a_round_trip_keeps_the_sound_and_the_length(name: str, rate_hz: int, size: int | None) -> None:
    sent = tone()
    got = through(codec(name, rate_hz), codec(name, rate_hz), sent)
    assert got.dtype == np.int16
    assert abs(len(got) - len(sent)) <= 320
    assert alike(got, sent) > 0.97
    payload = codec(name, rate_hz).encode(sent[:320])
    assert len(payload) == size or (size is None and 10 < len(payload) < 400)


def test_mu_law_is_that_of_ffmpeg() -> None:
    every = np.arange(-32_768, 32_768, 7, dtype=np.int16)
    coder = av.CodecContext.create("pcm_mulaw", "w")
    coder.sample_rate, coder.layout, coder.format = 8_000, "mono", "s16"
    frame = av.AudioFrame.from_ndarray(every[None], format="s16", layout="mono")
    frame.sample_rate = 8_000
    theirs = ulaw_decode(b"".join(bytes(packet) for packet in coder.encode(frame)))
    ours = ulaw_decode(ulaw_encode(every))
    assert np.mean(ours == theirs) > 0.98, "they differ only where a sample lies between two steps"
    error = np.abs(ours.astype(int) - every)
    assert (error <= np.maximum(8, np.abs(every.astype(int)) // 16 + 140)).all()
    reader = av.CodecContext.create("pcm_mulaw", "r")
    reader.sample_rate, reader.layout = 8_000, "mono"
    codes = bytes(range(256))
    (decoded,) = reader.decode(av.Packet(codes))
    assert np.array_equal(decoded.to_ndarray().reshape(-1), ulaw_decode(codes))


@pytest.mark.parametrize("name", ["pcmu", "pcma", "l16", "opus"])
def test_nothing_is_no_payload(name: str) -> None:
    with pytest.raises(SpeechError, match="audio-payload"):
        codec(name).decode(b"")


def test_garbage_is_an_error_and_the_line_goes_on() -> None:
    one, other = codec("opus"), codec("opus")
    with pytest.raises(SpeechError, match="audio-payload"):
        other.decode(b"\xff" * 7)
    assert len(through(one, other, tone(seconds=0.2))) >= 2_560
    with pytest.raises(SpeechError, match="audio-payload"):
        codec("l16").decode(b"abc")


@pytest.mark.parametrize(("name", "rate_hz", "code"), [("g729", 0, "audio-codec"), ("pcmu", 16_000, "audio-rate")])
def test_what_cannot_be_taken_is_refused_at_the_door(name: str, rate_hz: int, code: str) -> None:
    with pytest.raises(SpeechError) as caught:
        codec(name, rate_hz)
    assert caught.value.code == code


def test_a_frame_of_another_rate_is_refused() -> None:
    with pytest.raises(SpeechError, match="audio-frame-format"):
        codec("pcmu").encode(tone()[:160])
