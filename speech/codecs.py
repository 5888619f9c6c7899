"""Payloads of lines to our samples and back: G.711 µ-law and A-law, 16-bit linear, Opus. One object per line.

Every codec resamples at this door, so that inside there is only ``RATE_HZ``; a frame of 20 ms goes in and comes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import av
import av.error
import numpy as np
import numpy.typing as npt

from agent.errors import SpeechError
from speech.audio import alaw_decode, alaw_encode, check_frame
from speech.ports import RATE_HZ, Pcm
from speech.resample import StreamResampler

PHONE_HZ, OPUS_HZ = 8_000, 48_000
_OPUS_BITS = 24_000
_BIAS, _CLIP = 132, 32_635


class Codec(Protocol):
    """One line's payload format; keeps the state of both directions."""

    def decode(self, payload: bytes) -> Pcm:
        """Samples at ``RATE_HZ`` of one payload. Raises SpeechError ``audio-payload``."""
        ...

    def encode(self, frame: Pcm) -> bytes:
        """Payload of one frame of 20 ms."""
        ...


class Companded:
    """G.711: one byte a sample at 8 kHz."""

    def __init__(self, expand: Callable[[bytes], Pcm], compress: Callable[[Pcm], bytes]) -> None:
        self._expand = expand
        self._compress = compress
        self._up = StreamResampler(PHONE_HZ, RATE_HZ)
        self._down = StreamResampler(RATE_HZ, PHONE_HZ)

    def decode(self, payload: bytes) -> Pcm:
        """Samples at ``RATE_HZ`` of one payload, of any length."""
        _some(payload)
        return self._up.feed(self._expand(payload))

    def encode(self, frame: Pcm) -> bytes:
        """160 bytes."""
        return self._compress(self._down.feed(check_frame(frame)))


class Linear:
    """16-bit samples, high byte first (RTP's L16) or low byte first (WebSocket streams)."""

    def __init__(self, rate_hz: int, order: str) -> None:
        self._kind = np.dtype(f"{order}i2")
        self._in = StreamResampler(rate_hz, RATE_HZ)
        self._out = StreamResampler(RATE_HZ, rate_hz)
        self._step = 2 * max(1, rate_hz // RATE_HZ)

    def decode(self, payload: bytes) -> Pcm:
        """Samples at ``RATE_HZ`` of one payload of whole samples."""
        _some(payload)
        if len(payload) % self._step:
            raise _broken(f"{len(payload)} bytes are no whole samples")
        return self._in.feed(np.frombuffer(payload, self._kind).astype(np.int16))

    def encode(self, frame: Pcm) -> bytes:
        """The samples of one frame."""
        return self._out.feed(check_frame(frame)).astype(self._kind).tobytes()


class Opus:
    """Opus at 48 kHz, mono, tuned for speech with some packets lost."""

    def __init__(self) -> None:
        self._encoder = av.CodecContext.create("libopus", "w")
        self._encoder.sample_rate, self._encoder.layout, self._encoder.format = OPUS_HZ, "mono", "s16"
        self._encoder.bit_rate = _OPUS_BITS
        self._encoder.options = {"application": "voip", "frame_duration": "20", "packet_loss": "5", "fec": "1"}
        self._decoder = av.CodecContext.create("libopus", "r")
        self._decoder.sample_rate, self._decoder.layout = OPUS_HZ, "mono"
        self._up = StreamResampler(RATE_HZ, OPUS_HZ)
        self._down = StreamResampler(OPUS_HZ, RATE_HZ)

    def decode(self, payload: bytes) -> Pcm:
        """Samples at ``RATE_HZ`` of one packet."""
        _some(payload)
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except av.error.FFmpegError as error:
            raise _broken(f"Opus: {error.strerror}") from None
        parts = [_mono(frame) for frame in frames]
        whole = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        return self._down.feed(whole[: len(whole) // 3 * 3])

    def encode(self, frame: Pcm) -> bytes:
        """One packet."""
        made = av.AudioFrame.from_ndarray(self._up.feed(check_frame(frame))[None], format="s16", layout="mono")
        made.sample_rate = OPUS_HZ
        return b"".join(bytes(packet) for packet in self._encoder.encode(made))


def codec(name: str, rate_hz: int = 0) -> Codec:
    """By the name of the payload format: pcmu, pcma, l16, s16le, opus. Raises SpeechError ``audio-codec``.

    ``rate_hz`` is what the line announced; a format of one rate does not take another.
    """
    makers: dict[str, tuple[tuple[int, ...], Callable[[int], Codec]]] = {
        "pcmu": ((PHONE_HZ,), lambda _: Companded(ulaw_decode, ulaw_encode)),
        "pcma": ((PHONE_HZ,), lambda _: Companded(alaw_decode, alaw_encode)),
        "l16": ((RATE_HZ, PHONE_HZ, OPUS_HZ), lambda rate: Linear(rate, ">")),
        "s16le": ((RATE_HZ, PHONE_HZ, OPUS_HZ), lambda rate: Linear(rate, "<")),
        "opus": ((OPUS_HZ,), lambda _: Opus()),
    }
    rates, make = makers.get(name.lower(), ((), None))
    if make is None:
        message = f"there is no codec {name!r}"
        raise SpeechError("audio-codec", message, f"agree on one of {', '.join(makers)} with the line")
    if rate_hz and rate_hz not in rates:
        message = f"{name} at {rate_hz} Hz cannot be taken"
        raise SpeechError("audio-rate", message, f"agree on {' or '.join(map(str, rates))} Hz with the line")
    return make(rate_hz or rates[0])


def _expansion() -> npt.NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((codes & 0x0F) << 3) + _BIAS) << ((codes >> 4) & 7)) - _BIAS
    return np.where(codes & 0x80, -size, size).astype(np.int16)


_EXPANDED = _expansion()


def ulaw_decode(data: bytes) -> Pcm:
    """G.711 µ-law bytes to samples."""
    return np.asarray(_EXPANDED[np.frombuffer(data, np.uint8)])


def ulaw_encode(pcm: Pcm) -> bytes:
    """Samples to G.711 µ-law bytes."""
    wide = pcm.astype(np.int32)
    size = np.minimum(np.abs(wide), _CLIP) + _BIAS
    exponent = np.floor(np.log2(size)).astype(np.int32) - 7
    code: npt.NDArray[np.int32] = (exponent << 4) | ((size >> (exponent + 3)) & 0x0F) | np.where(wide < 0, 0x80, 0)
    return np.asarray(~code & 0xFF, np.uint8).tobytes()


def _mono(frame: av.AudioFrame) -> Pcm:
    samples = frame.to_ndarray()
    if samples.dtype != np.int16:
        samples = np.clip(samples * 32768, -32768, 32767).astype(np.int16)
    if samples.shape[0] > 1:
        return np.asarray(samples.mean(axis=0), np.int16)
    return np.asarray(samples.reshape(-1, len(frame.layout.channels)).mean(axis=1), np.int16)


def _some(payload: bytes) -> None:
    if not payload:
        raise _broken("nothing")


def _broken(what: str) -> SpeechError:
    return SpeechError("audio-payload", f"the line sent a payload that cannot be read: {what}", "check its codec")
