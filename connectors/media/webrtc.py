"""A browser as one end of a line: WebRTC by aiortc. Imported only where calls are held.

The line outlives the connection: when the network changes, the page connects anew and the call goes on. While nobody
is connected the audio clock stands still, so a resident is not asked whether they are still there.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import Packet

from agent.errors import InputError, SpeechError
from connectors.media.beat import SOFT_DBFS, Beat
from connectors.media.opus import OPUS_HZ, OPUS_TICK, PACKET_MS, Encoder, Hearing, Spoken, with_packet_time
from speech.audio import check_frame, level_dbfs, silence
from speech.ports import FRAME_MS, Pcm

MOST_WAITING = 250
"""5 s of sound in either direction; of what comes in the oldest is dropped, what goes out waits."""
PATIENCE_S = 0.01
"""Before a frame is made up, packets that lie in the socket get so long to come through."""
BEAT_S = 8.0
"""A frame of silence so often while nobody is connected: the line is not dead yet."""
ARRIVALS = "_RTCRtpReceiver__jitter_buffer"
"""Where the library's receiver gives the packets that arrive."""
LAST_WORDS_S = 0.5
"""At a hang-up what was queued is still sent for so long; more than a conductor lets lie there."""
AWAY_S = 60.0
"""So long a page may be away before the line counts as hung up."""


class Outgoing(MediaStreamTrack):  # type: ignore[misc]
    """What the agent says, at the pace of real time, as Opus packets: the library encodes nothing, in no thread."""

    kind = "audio"

    def __init__(self, waiting: deque[Pcm], room: asyncio.Event, *, rests: bool = True) -> None:
        super().__init__()
        self._spoken = Spoken(waiting)
        self._room = room
        self._begun_s = 0.0
        self._passed = 0
        """Packets, sent or not."""
        self._encoder = Encoder(rests=rests)

    async def recv(self) -> Packet:
        """The next packet."""
        while True:
            now = time.monotonic()
            if not self._passed:
                self._begun_s = now
            await asyncio.sleep(max(0.0, self._begun_s + self._passed * PACKET_MS / 1000 - now))
            data = self._encoder.packet(self._spoken.take())
            self._room.set()
            self._passed += 1
            if data is not None:
                break
        packet = Packet(data)
        packet.pts, packet.time_base = (self._passed - 1) * PACKET_MS * OPUS_HZ // 1000, OPUS_TICK
        return packet


def hear_at_once(receiver: RTCRtpReceiver, take: Callable[[Pcm], None]) -> None:
    """Give a receiver's sound to ``take``, 20 ms at a time. Raises ``SpeechError`` with a library that has changed."""
    if not hasattr(receiver, ARRIVALS):
        raise SpeechError("webrtc-changed", "this aiortc keeps its packets elsewhere", "install aiortc 1.16")
    setattr(receiver, ARRIVALS, Hearing(take))


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
        self._quiet = self._last = silence(FRAME_MS)
        """What is made up; what came last."""
        self.holes = 0
        """How often the next frame of a voice was late, and one had to be made up."""

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
        return with_packet_time(str(peer.localDescription.sdp))

    async def receive(self) -> Pcm | None:
        """Next frame of the resident; None once the line is closed, or nobody came back."""
        if self._closed.is_set():
            return None
        if not self._from.empty():
            return self._from.get_nowait()
        connected = self._peer is not None and self._peer.connectionState == "connected"
        if not connected:
            self._beat.rest()
        wait_s = max(PATIENCE_S, self._beat.due_in_s(time.monotonic())) if connected else BEAT_S
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                return await self._from.get()
        if not self._from.empty():  # it came while the loop was busy elsewhere
            return self._from.get_nowait()
        if connected:  # a muted microphone may send nothing, nor a browser in a silence: time goes on
            self.holes += level_dbfs(self._last) > SOFT_DBFS
            self._last = self._quiet
            self._beat.made_up()
            self._seen_s = time.monotonic()
        elif time.monotonic() - self._seen_s > AWAY_S:
            return None
        return self._quiet

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
            await self._said(self._peer)
            await self._peer.close()

    async def _said(self, peer: RTCPeerConnection) -> None:
        """Until the last words have left, and the packet that they are in."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                while self._towards and peer.connectionState == "connected":
                    self._room.clear()
                    await self._room.wait()

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
        self._last = frame
        level = level_dbfs(frame) if self._beat.early(now) else 0.0  # and is not asked for
        if self._beat.takes(level, now):
            self._put(frame)

    def _put(self, frame: Pcm | None) -> None:
        if self._from.full():
            self._from.get_nowait()
        self._from.put_nowait(frame)
