"""Opus packets of a browser's line: what is said is encoded, what arrives is put in order and decoded.

Nearly all that a call costs is paid for every packet, so packets are long, and few are sent in a silence.
"""

from __future__ import annotations

import fractions
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from aiortc.rtp import RtpPacket
from av import AudioCodecContext, AudioFrame, Packet
from av.error import FFmpegError

from speech.audio import silence
from speech.ports import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Pcm
from speech.resample import StreamResampler

PACKET_MS = 40
"""Twice the usual length: half the packets, for 20 ms in either direction."""
PACKET_FRAMES = PACKET_MS // FRAME_MS
OPUS_HZ = 48_000
TICK, OPUS_TICK = fractions.Fraction(1, RATE_HZ), fractions.Fraction(1, OPUS_HZ)
BIT_RATE = 32_000
SETTLED_PACKETS = 5
"""So much silence is encoded before the line rests: encoder and decoder have forgotten the voice by then."""
REST_PACKETS = 10
"""In a silence one packet of so many is sent, a header without sound (DTX; RFC 6716, 2.1.9): browsers know it so."""
ALONE = 0xFC
"""Of a packet's first byte: mode and length, and that it holds one frame."""
OUT_OF_ORDER = 3
"""Packets that may overtake a missing one; then it is lost, and a hole."""
FAR = 100
"""A number further off than this is no late packet, nor behind a loss: the sender has begun anew."""
_SEQUENCE = 1 << 16


def with_packet_time(sdp: str) -> str:
    """The description of one audio line, asking the browser for packets as long as ours (RFC 8866, 6.4)."""
    return f"{sdp}a=ptime:{PACKET_MS}\r\n"


class Encoder:
    """Frames of 16 kHz mono to packets: half the time that the library's own 48 kHz stereo takes."""

    def __init__(self, *, rests: bool = True) -> None:
        self._rests = rests
        self._codec = AudioCodecContext.create("libopus", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = RATE_HZ, "mono", "s16"
        self._codec.time_base, self._codec.bit_rate = TICK, BIT_RATE
        self._codec.options = {
            "application": "voip", "frame_duration": str(PACKET_MS), "compression_level": "1",
        }  # fmt: skip
        self._samples = 0
        self._silent = 0
        self._still = b""

    def packet(self, frames: list[Pcm]) -> bytes | None:
        """``PACKET_FRAMES`` frames as one packet; None where a silence goes on and nothing need be sent."""
        pcm = np.concatenate(frames)
        self._silent = 0 if pcm.any() else self._silent + 1
        rested = self._silent - SETTLED_PACKETS
        if rested > 0 and not self._rests:
            return self._still
        if rested > 0:
            return bytes([self._still[0] & ALONE]) if rested % REST_PACKETS == 1 else None
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._samples, TICK
        self._samples += len(pcm)
        self._still = bytes(self._codec.encode(frame)[0])
        return self._still


class Spoken:
    """What waits to be sent, a packet at a time; a voice that begins is not cut in two by silence."""

    def __init__(self, waiting: deque[Pcm]) -> None:
        self._waiting = waiting
        self._quiet = silence(FRAME_MS)
        self._resting = True

    def take(self) -> list[Pcm]:
        """``PACKET_FRAMES`` frames."""
        frames = [self._waiting.popleft() for _ in range(min(PACKET_FRAMES, len(self._waiting)))]
        filling = [self._quiet] * (PACKET_FRAMES - len(frames))
        if self._resting and frames:
            self._resting = False
            return filling + frames
        self._resting = bool(filling)
        return frames + filling


class Hearing:
    """Puts packets in order and decodes them where they arrive: no thread for every call, no waiting for later ones.

    It stands in the place of the library's jitter buffer, which keeps four packets back and sixteen after a loss.
    """

    def __init__(self, take: Callable[[Pcm], None]) -> None:
        self._take = take
        self._decoder = AudioCodecContext.create("libopus", "r")
        self._decoder.sample_rate, self._decoder.layout, self._decoder.format = OPUS_HZ, "mono", "s16"
        self._down = StreamResampler(OPUS_HZ, RATE_HZ)
        self._left: Pcm = silence(0)
        self._next: int | None = None
        """Number of the packet that is due."""
        self._early: dict[int, bytes] = {}

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """A packet that arrived; what can be heard is heard. The library gets nothing to decode."""
        number = packet.sequence_number
        due = self._next if self._next is not None else number
        ahead = (number - due) % _SEQUENCE
        if ahead >= _SEQUENCE - FAR:  # too late
            return False, None
        if ahead > FAR:
            self._early.clear()
            due = number
        self._early[number] = packet._data
        self._next = self._heard(due if len(self._early) <= OUT_OF_ORDER else self._oldest(due))
        return False, None

    def _oldest(self, due: int) -> int:
        """The packet nearest to the one that was due, which is lost."""
        return min(self._early, key=lambda number: (number - due) % _SEQUENCE)

    def _heard(self, due: int) -> int:
        """Decode what is there without a gap; the packet that is due then."""
        while (data := self._early.pop(due, None)) is not None:
            with suppress(FFmpegError):  # one that cannot be decoded is a hole, no more
                self._decode(data)
            due = (due + 1) % _SEQUENCE
        return due

    def _decode(self, data: bytes) -> None:
        packet = Packet(data)
        packet.time_base = OPUS_TICK
        for frame in self._decoder.decode(packet):
            pcm = np.concatenate([self._left, self._down.feed(frame.to_ndarray().reshape(-1))])
            whole = len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES
            for start in range(0, whole, FRAME_SAMPLES):
                self._take(pcm[start : start + FRAME_SAMPLES])
            self._left = pcm[whole:]
