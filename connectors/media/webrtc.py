"""A browser as one end of a line: WebRTC by aiortc. Imported only where calls are held.

The line outlives the connection: when the network changes, the page connects anew and the call goes on. While nobody
is connected the audio clock stands still, so a resident is not asked whether they are still there.
"""

from __future__ import annotations

import asyncio
import fractions
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Queue
from typing import Any

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import AudioCodecContext, AudioFrame, AudioResampler, Packet
from av.error import FFmpegError

from agent.errors import InputError, SpeechError
from connectors.media.beat import Beat
from speech.audio import check_frame, level_dbfs, silence
from speech.ports import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Pcm

MOST_WAITING = 250
"""5 s of sound in either direction; of what comes in the oldest is dropped, what goes out waits."""
PATIENCE_S = 0.01
"""Before a frame is made up, packets that lie in the socket get so long to come through."""
BEAT_S = 8.0
"""A frame of silence so often while nobody is connected: the line is not dead yet."""
OPUS_HZ = 48_000
TICK, OPUS_TICK = fractions.Fraction(1, RATE_HZ), fractions.Fraction(1, OPUS_HZ)
PACKETS = "_RTCRtpReceiver__decoder_queue"
"""Where the library's receiver keeps what its decoding thread takes."""
BIT_RATE = 32_000
AWAY_S = 60.0
"""So long a page may be away before the line counts as hung up."""


class Outgoing(MediaStreamTrack):  # type: ignore[misc]
    """What the agent says, at the pace of real time, as Opus packets.

    Encoded here: speech at 16 kHz mono takes half the time that the library's own 48 kHz stereo takes, and no thread.
    """

    kind = "audio"

    def __init__(self, waiting: deque[Pcm], room: asyncio.Event) -> None:
        super().__init__()
        self._waiting = waiting
        self._room = room
        self._begun_s = 0.0
        self._samples = 0
        self._quiet = silence(FRAME_MS)
        self._encoder = _encoder()

    async def recv(self) -> Packet:
        """The next 20 ms."""
        now = time.monotonic()
        if not self._samples:
            self._begun_s = now
        await asyncio.sleep(max(0.0, self._begun_s + self._samples / RATE_HZ - now))
        pcm = self._waiting.popleft() if self._waiting else self._quiet
        self._room.set()
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._samples, TICK
        packet = self._encoder.encode(frame)[0]
        packet.pts, packet.time_base = self._samples, TICK
        self._samples += FRAME_SAMPLES
        return packet


def _encoder() -> AudioCodecContext:
    """Opus that gives a packet for every frame of 20 ms."""
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", "s16"
    encoder.time_base, encoder.bit_rate = TICK, BIT_RATE
    encoder.options = {"application": "voip", "frame_duration": str(FRAME_MS), "compression_level": "5"}
    return encoder


class Hearing(Queue[Any]):
    """Decodes a packet where it arrives, in place of a thread for every call and two hops for every packet.

    It stands where a receiver keeps packets for its decoding thread; that thread only waits here for the end.
    """

    def __init__(self, take: Callable[[Pcm], None]) -> None:
        super().__init__()
        self._take = take
        self._decoder = AudioCodecContext.create("libopus", "r")
        self._decoder.sample_rate, self._decoder.layout, self._decoder.format = OPUS_HZ, "mono", "s16"
        self._resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ, frame_size=FRAME_SAMPLES)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """A packet with its codec, or None at the end. One that cannot be decoded is a hole, no more."""
        if item is None:
            super().put(None, block, timeout)
            return
        packet = Packet(item[1].data)
        packet.pts, packet.time_base = item[1].timestamp, OPUS_TICK
        with suppress(FFmpegError):
            for frame in self._decoder.decode(packet):
                for piece in self._resampler.resample(frame):
                    self._take(piece.to_ndarray().reshape(-1))


def hear_at_once(receiver: RTCRtpReceiver, take: Callable[[Pcm], None]) -> None:
    """Give a receiver's sound to ``take``, 20 ms at a time. Raises ``SpeechError`` with a library that has changed."""
    if not hasattr(receiver, PACKETS):
        raise SpeechError("webrtc-changed", "this aiortc keeps its packets elsewhere", "install aiortc 1.16")
    setattr(receiver, PACKETS, Hearing(take))


class RtcLine:
    """The ``AudioChannel`` of a browser."""

    def __init__(self, ice_servers: Sequence[dict[str, str]] = ()) -> None:
        self._ice = [RTCIceServer(**server) for server in ice_servers]
        self._towards: deque[Pcm] = deque()
        self._room = asyncio.Event()
        self._from: asyncio.Queue[Pcm | None] = asyncio.Queue(MOST_WAITING)
        """None is the end."""
        self._peer: RTCPeerConnection | None = None
        self._newest: RTCPeerConnection | None = None
        """The connection that is listened to: also one that is still being made."""
        self._closed = asyncio.Event()
        self._seen_s = time.monotonic()
        self._beat = Beat()
        self.holes = 0
        """Frames of a connected browser that were late and had to be made up."""

    async def connect(self, offer: str) -> str:
        """Take a page's offer (SDP), in place of an earlier one; the answer. Raises ``InputError`` offer-invalid."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=self._ice))
        before, self._newest = self._newest, peer
        peer.on("track", lambda track: self._listen(peer, track))
        try:
            await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            peer.addTrack(Outgoing(self._towards, self._room))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # the library raises whatever a strange description makes it raise
            self._newest = before
            await peer.close()
            raise InputError("offer-invalid", f"no usable offer ({type(error).__name__})", "send SDP") from None
        old, self._peer = self._peer, peer
        if old is not None:
            await old.close()
        return str(peer.localDescription.sdp)

    async def receive(self) -> Pcm | None:
        """Next frame of the resident; None once the line is closed, or nobody came back."""
        if self._closed.is_set():
            return None
        connected = self._peer is not None and self._peer.connectionState == "connected"
        if not connected:
            self._beat.rest()
        wait_s = max(PATIENCE_S, self._beat.due_in_s(time.monotonic())) if connected else BEAT_S
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                return await self._from.get()
        if not self._from.empty():  # it came while the loop was busy elsewhere
            return self._from.get_nowait()
        if connected:  # a muted microphone may send nothing: time goes on
            self.holes += 1
            self._beat.made_up()
            self._seen_s = time.monotonic()
        elif time.monotonic() - self._seen_s > AWAY_S:
            return None
        return silence(FRAME_MS)

    async def send(self, frame: Pcm) -> None:
        """Queue a frame for the browser."""
        check_frame(frame)
        while len(self._towards) >= MOST_WAITING and not self._closed.is_set():
            self._room.clear()
            await self._room.wait()
        self._towards.append(frame)

    async def clear(self) -> float:
        """Drop what was not sent yet; its length in ms."""
        dropped = len(self._towards) * FRAME_MS
        self._towards.clear()
        self._room.set()
        return float(dropped)

    async def aclose(self) -> None:
        """Hang up; idempotent. What is still to be said is said first."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._put(None)
        self._room.set()
        if self._peer is not None:
            await self._peer.close()

    def _listen(self, peer: RTCPeerConnection, track: MediaStreamTrack) -> None:
        if track.kind != "audio":
            return

        def take(pcm: Pcm) -> None:  # an older connection is not listened to any more
            if peer is self._newest:
                self._take(pcm)

        for receiver in peer.getReceivers():
            if receiver.track is track:
                hear_at_once(receiver, take)

    def _take(self, frame: Pcm) -> None:
        self._seen_s = now = time.monotonic()
        if self._beat.takes(level_dbfs(frame), now):
            self._put(frame)

    def _put(self, frame: Pcm | None) -> None:
        if self._from.full():
            self._from.get_nowait()
        self._from.put_nowait(frame)
