"""``bench webrtc``: many browsers' calls at once. Real WebRTC peers on this machine, each a synthesised resident."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from agent.domain.events import AgentSaid, Event, ResidentSaid
from agent.library import load_library
from connectors.media.webrtc import Outgoing, RtcLine
from evaluation.cases import DialogueCase
from evaluation.intervals import percentile
from evaluation.resident import HEARS_DBFS, SpokenResident, manner_of
from evaluation.text_resident import TextResident
from speech.audio import level_dbfs
from speech.ports import FRAME_MS, Pcm
from speech.synthesis.espeak import EspeakSynthesizer
from suifang.bench_service import Served, Way, serve, ways
from suifang.judging import Judge

STAGGER_S = 0.3
"""Between two residents who call."""
CONNECTS_S = 20.0
ONSET_MS = 100
"""The agent begins to speak when it is heard after at least so much quiet."""
SPEAKING_S = 0.06
"""A frame of the answer was sent so lately: the resident is still speaking."""
ANSWERS_S = 10.0
"""An answer without a word of the agent for so long was not answered."""


@dataclass(frozen=True, slots=True)
class RtcLoad:
    """How many calls, and for how long all of them are on the line."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RtcSpeed:
    """What was measured at the residents' ears, and of the service's process."""

    calls: int
    seconds: float
    answers: int
    gap_p50_ms: int | None
    """From the end of an answer to the agent's first sound, both jitter buffers included."""
    gap_p95_ms: int | None
    cut_in: int
    unanswered: int
    connect_p95_ms: int | None
    failed: int
    """Calls that did not connect, or were dropped."""
    ended: int
    """Conversations that came to their end in that time."""
    holes_per_minute: float
    """Times in a minute of one call that the agent's voice broke off at the resident's ear: a frame was 80 ms late."""
    service_cpu_ms_per_second: float
    """Processor time of the service for a second of one call."""
    residents_cpu_ms_per_second: float
    """Processor time of the residents' own peers, which share the machine."""

    def __str__(self) -> str:
        return (
            f"webrtc: {self.calls} calls at once for {self.seconds:.0f} s, connected p95 {self.connect_p95_ms} ms, "
            f"{self.answers} answers, gap p50 {self.gap_p50_ms} ms p95 {self.gap_p95_ms} ms, {self.cut_in} cut in, "
            f"{self.unanswered} unanswered, {self.failed} failed, {self.ended} ended, "
            f"{self.holes_per_minute:.1f} holes a minute; a second of one call takes "
            f"{self.service_cpu_ms_per_second:.1f} ms of the service, {self.residents_cpu_ms_per_second:.1f} ms of its "
            "resident's peer"
        )


class CallerLine(RtcLine):
    """The browser's end of a call: offers, hears, and keeps the wall-clock time from its answer to the agent's."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self.connected = asyncio.Event()
        self._spoken_s: float | None = None
        self._cut = False
        self._quiet_ms = 0.0

    async def offer(self) -> str:
        """A description with all candidates (SDP)."""
        peer = self._peer = self._newest = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.on("track", lambda track: self._listen(peer, track))
        peer.on("connectionstatechange", self._changed)
        peer.addTrack(Outgoing(self._towards, self._room, rests=False))  # as a browser's microphone
        await peer.setLocalDescription(await peer.createOffer())
        return str(peer.localDescription.sdp)

    async def answered(self, sdp: str) -> None:
        """The service's description."""
        if self._peer is not None:
            await self._peer.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def receive(self) -> Pcm | None:
        """The next frame; its time is taken when the agent begins to speak."""
        frame = await super().receive()
        if frame is not None:
            self._hear(loud=level_dbfs(frame) > HEARS_DBFS)
        return frame

    async def send(self, frame: Pcm) -> None:
        """Part of an answer."""
        now = time.monotonic()
        if self._spoken_s is None or now - self._spoken_s > SPEAKING_S:
            self._cut = False
        self._spoken_s = now
        await super().send(frame)

    @property
    def unanswered(self) -> bool:
        """The agent owes a word, and too long."""
        return self._spoken_s is not None and time.monotonic() - self._spoken_s > ANSWERS_S

    def _changed(self) -> None:
        if self._peer is not None and self._peer.connectionState == "connected":
            self.connected.set()

    def _hear(self, *, loud: bool) -> None:
        onset = loud and self._quiet_ms >= ONSET_MS
        self._quiet_ms = 0.0 if loud else self._quiet_ms + FRAME_MS
        if not onset or self._spoken_s is None:
            return
        since_s = time.monotonic() - self._spoken_s
        if since_s <= SPEAKING_S:
            self._cut = True
        else:
            if not self._cut:
                self.gaps_ms.append(since_s * 1000)
            self._spoken_s = None


@dataclass(eq=False)
class Call:
    """One resident's call, as their page holds it."""

    case: DialogueCase
    line: CallerLine = field(default_factory=CallerLine)
    log: list[Event] = field(default_factory=list)
    connect_ms: float | None = None
    failed: bool = False
    ended: bool = False
    resident: SpokenResident | None = None

    async def hold(self, served: Served, way: Way, voice: EspeakSynthesizer, judge: Judge) -> None:
        """Call and answer until cancelled, or the conversation ends."""
        mind = TextResident(self.case, judge.reads(self.case.now))
        manner = manner_of(self.case.voice, self.case.id)
        self.resident = SpokenResident(self.line, voice, mind, lambda: self.log, manner)
        key = [f"suifang.link.{way.token}"]
        try:
            async with (
                connect(f"{served.sockets}/api/chat/{way.visit}/live", subprotocols=key) as chat,  # type: ignore[arg-type]
                connect(f"{served.sockets}/api/call/{way.visit}/live", subprotocols=key) as call,  # type: ignore[arg-type]
                asyncio.TaskGroup() as group,
            ):
                reading = group.create_task(_drained(chat), name="state")
                speaking = group.create_task(self.resident.run(), name="resident")
                await self._talk(call)
                reading.cancel()
                speaking.cancel()
        except* (WebSocketException, OSError, TimeoutError):
            self.failed = True
        finally:
            await self.line.aclose()

    async def _talk(self, socket: ClientConnection) -> None:
        began = time.monotonic()
        await socket.send(json.dumps({"type": "offer", "sdp": await self.line.offer()}))
        async with asyncio.timeout(CONNECTS_S):
            while (message := json.loads(await socket.recv()))["type"] != "answer":
                self._take(message)
            await self.line.answered(message["sdp"])
            await self.line.connected.wait()
        self.connect_ms = (time.monotonic() - began) * 1000
        async for raw in socket:
            message = json.loads(raw)
            self._take(message)
            if message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            if message["type"] in ("ended", "refused"):
                self.ended, self.failed = message["type"] == "ended", message["type"] == "refused"
                return
        self.failed = True

    def _take(self, message: Mapping[str, Any]) -> None:
        """A caption: what the agent puts, or what it understood, as the log of this call."""
        if message["type"] != "caption" or not message["final"]:
            return
        seq, text = len(self.log), message["text"]
        if message["by"] == "resident":
            self.log.append(Event(seq, "", ResidentSaid(seq, text, None)))
            return
        self.log.append(Event(seq, "", AgentSaid(seq, text, message["response"], message["ask"])))
        if message["ask"] and self.resident is not None:
            self.resident.question_begins(text)


async def measure_webrtc(load: RtcLoad, cases: Sequence[DialogueCase], root: Path, folder: Path) -> RtcSpeed:
    """Serve a demonstration in ``folder``, hold the calls, hang up. Raises ``InputError`` bench-service."""
    judge, voice = Judge(load_library(root)), EspeakSynthesizer()
    calls = [Call(replace(cases[n % len(cases)], id=f"{n}-{cases[n % len(cases)].id}")) for n in range(load.calls)]
    try:
        async with serve(folder, {"SUIFANG_WEB_CALLS": str(load.calls)}) as served:
            opened = await ways(served, folder, load.calls, "call")
            tasks = []
            for call, way in zip(calls, opened, strict=True):
                tasks.append(asyncio.create_task(call.hold(served, way, voice, judge), name="resident's call"))
                await asyncio.sleep(STAGGER_S)
            began_s, own_s, theirs_s = time.monotonic(), time.process_time(), cpu_s(served.process_id)
            await asyncio.sleep(load.seconds)
            lasted_s = time.monotonic() - began_s
            spent = (cpu_s(served.process_id) - theirs_s, time.process_time() - own_s)
            speed = _speed(calls, lasted_s, spent)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return speed
    finally:
        await voice.aclose()


def cpu_s(process_id: int) -> float:
    """Processor time of a process and of all that it started."""
    ticks, parents = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name = int(entry.parent.name)
            fields = entry.read_text("utf-8", "replace").rpartition(")")[2].split()
            parents[name], ticks[name] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {process_id}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(ticks.get(one, 0) for one in family) / os.sysconf("SC_CLK_TCK")


def _speed(calls: Sequence[Call], lasted_s: float, spent: tuple[float, float]) -> RtcSpeed:
    gaps = [gap for call in calls for gap in call.line.gaps_ms]
    connects = [call.connect_ms for call in calls if call.connect_ms is not None]
    exchanges = [exchange for call in calls if call.resident for exchange in call.resident.exchanges]
    service_ms, residents_ms = (round(part / lasted_s / len(calls) * 1000, 1) for part in spent)
    return RtcSpeed(
        len(calls), round(lasted_s, 1), len(exchanges), _whole(percentile(gaps, 50)), _whole(percentile(gaps, 95)),
        sum(exchange.cut_in for exchange in exchanges), sum(call.line.unanswered for call in calls),
        _whole(percentile(connects, 95)), sum(call.failed or call.connect_ms is None for call in calls),
        sum(call.ended for call in calls), round(sum(c.line.holes for c in calls) / len(calls) / lasted_s * 60, 1),
        service_ms, residents_ms,
    )  # fmt: skip


async def _drained(socket: ClientConnection) -> None:
    """The page's other socket: its state is shown, its pings are answered."""
    async for raw in socket:
        if json.loads(raw)["type"] == "ping":
            await socket.send(json.dumps({"type": "pong"}))


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
