"""A browser as one end of a line: WebRTC by aiortc. Imported only where calls are held.

The line outlives the connection: when the network changes, the page connects anew and the call goes on. While nobody
is connected the audio clock stands still, so a resident is not asked whether they are still there.
"""

from __future__ import annotations

import asyncio
import fractions
import time
from collections import deque
from collections.abc import Sequence

import numpy as np
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from agent.errors import InputError
from speech.audio import check_frame, silence
from speech.ports import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Pcm

MOST_WAITING = 250
"""5 s of sound in either direction; of what comes in the oldest is dropped, what goes out waits."""
GAP_S = 2 * FRAME_MS / 1000
"""A connected browser that is silent so long is given two frames of silence."""
BEAT_S = 8.0
"""A frame of silence so often while nobody is connected: the line is not dead yet."""
AWAY_S = 60.0
"""So long a page may be away before the line counts as hung up."""


class Outgoing(MediaStreamTrack):  # type: ignore[misc]
    """What the agent says, at the pace of real time."""

    kind = "audio"

    def __init__(self, waiting: deque[Pcm], room: asyncio.Event) -> None:
        super().__init__()
        self._waiting = waiting
        self._room = room
        self._begun_s = 0.0
        self._samples = 0
        self._quiet = silence(FRAME_MS)

    async def recv(self) -> AudioFrame:
        """The next 20 ms."""
        now = time.monotonic()
        if not self._samples:
            self._begun_s = now
        await asyncio.sleep(max(0.0, self._begun_s + self._samples / RATE_HZ - now))
        pcm = self._waiting.popleft() if self._waiting else self._quiet
        self._room.set()
        frame = AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, self._samples
        frame.time_base = fractions.Fraction(1, RATE_HZ)
        self._samples += FRAME_SAMPLES
        return frame


class RtcLine:
    """The ``AudioChannel`` of a browser."""

    def __init__(self, ice_servers: Sequence[dict[str, str]] = ()) -> None:
        self._ice = [RTCIceServer(**server) for server in ice_servers]
        self._towards: deque[Pcm] = deque()
        self._room = asyncio.Event()
        self._from: asyncio.Queue[Pcm] = asyncio.Queue(MOST_WAITING)
        self._peer: RTCPeerConnection | None = None
        self._newest: RTCPeerConnection | None = None
        """The connection that is listened to: also one that is still being made."""
        self._reading: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()
        self._seen_s = time.monotonic()

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
        try:
            async with asyncio.timeout(GAP_S if connected else BEAT_S):
                return await self._next()
        except TimeoutError:
            if connected:  # a muted microphone may send nothing: time goes on
                self._take(silence(FRAME_MS))
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
        self._room.set()
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        if self._peer is not None:
            await self._peer.close()

    async def _next(self) -> Pcm | None:
        get, end = asyncio.create_task(self._from.get()), asyncio.create_task(self._closed.wait())
        try:
            await asyncio.wait({get, end}, return_when=asyncio.FIRST_COMPLETED)
            return get.result() if get.done() else None
        finally:
            get.cancel()
            end.cancel()

    def _listen(self, peer: RTCPeerConnection, track: MediaStreamTrack) -> None:
        if track.kind != "audio":
            return
        task = asyncio.create_task(self._read(peer, track), name="browser audio")
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, peer: RTCPeerConnection, track: MediaStreamTrack) -> None:
        """Decode until the track ends; an older connection is not listened to any more."""
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
        rest = np.zeros(0, np.int16)
        while peer is self._newest:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            pieces = [piece.to_ndarray().reshape(-1) for piece in resampler.resample(frame)]
            rest = np.concatenate([rest, *pieces]).astype(np.int16)
            while len(rest) >= FRAME_SAMPLES:
                self._take(rest[:FRAME_SAMPLES])
                rest = rest[FRAME_SAMPLES:]

    def _take(self, frame: Pcm) -> None:
        self._seen_s = time.monotonic()
        if self._from.full():
            self._from.get_nowait()
        self._from.put_nowait(frame)
