"""LiveKit Agents' ``AgentSession`` on cases of the voice bench, in real time, with an instant recogniser.

    python evaluation/peers/livekit_peer.py CASES.json OUT.json [--mode default|vad|mini] [--at-once 4]

No server: audio goes in and out in memory. The recogniser knows the words and gives them as they end; the model
and the voice answer at once. What is left is the framework's own turn taking.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from typing import Any

from line import FRAME_BYTES, FRAME_MS, RATE_HZ, REPLY, Clock, Heard, framed, read, run, until_settled, words_due
from livekit import rtc
from livekit.agents import Agent, AgentSession, inference, llm, stt, tts
from livekit.agents.voice import io


def frame(data: bytes) -> rtc.AudioFrame:
    return rtc.AudioFrame(data, RATE_HZ, 1, len(data) // 2)


class Line(io.AudioInput):
    """The resident's audio at the pace of real time, silence before and after it."""

    def __init__(self, pcm: bytes, clock: Clock) -> None:
        super().__init__(label="line")
        self._waiting, self._clock, self._due = deque(framed(pcm)), clock, time.perf_counter()

    async def __anext__(self) -> rtc.AudioFrame:
        self._due += FRAME_MS / 1000
        await asyncio.sleep(max(0.0, self._due - time.perf_counter()))
        running = self._clock.zero is not None
        return frame(self._waiting.popleft() if running and self._waiting else bytes(FRAME_BYTES))


class Speaker(io.AudioOutput):
    """Plays at the pace of real time; knows when it was heard."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(label="speaker", capabilities=io.AudioOutputCapabilities(pause=True), sample_rate=RATE_HZ)
        self._clock, self._waiting, self._paused, self._open = clock, deque[rtc.AudioFrame](), False, False
        self._played_s = 0.0
        self.heard = Heard(clock)
        self.begun = asyncio.Event()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        self._open = True
        self._waiting.append(frame)

    def flush(self) -> None:
        super().flush()
        self._open = False

    def clear_buffer(self) -> None:
        if self._waiting or self._played_s:
            self._waiting.clear()
            self._finish(True)

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def _finish(self, interrupted: bool) -> None:
        position, self._played_s = self._played_s, 0.0
        self.on_playback_finished(playback_position=position, interrupted=interrupted)

    async def play(self) -> None:
        due = time.perf_counter()
        while True:
            now = time.perf_counter()
            if self._paused or not self._waiting:
                if self._played_s and not self._waiting and not self._open and not self._paused:
                    self._finish(False)
                await asyncio.sleep(0.005)
                due = time.perf_counter()
                continue
            piece = self._waiting.popleft()
            if not self._played_s:
                self.begun.set()
                self.on_playback_started(created_at=time.time())
            self._played_s += piece.duration
            self.heard.add(piece.duration)
            due += piece.duration
            await asyncio.sleep(max(0.0, due - now))


class InstantStt(stt.STT):
    """Gives the words of every stretch: half of them in its middle, all of them as it ends."""

    def __init__(self, stretches: list[list[Any]], clock: Clock) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.stretches, self.clock = stretches, clock

    async def _recognize_impl(self, buffer: Any, *, language: Any = None, conn_options: Any = None) -> Any:
        raise NotImplementedError

    def stream(self, *, language: Any = None, conn_options: Any = None) -> Any:
        return InstantStream(stt=self, conn_options=conn_options)


class InstantStream(stt.RecognizeStream):
    async def _run(self) -> None:
        owner: Any = self._stt
        due = words_due(owner.stretches)
        async for _ in self._input_ch:
            while due and owner.clock.ms >= due[0][0]:
                _, final, text = due.pop(0)
                kind = stt.SpeechEventType.FINAL_TRANSCRIPT if final else stt.SpeechEventType.INTERIM_TRANSCRIPT
                data = stt.SpeechData(language="zh", text=text, confidence=0.95)
                self._event_ch.send_nowait(stt.SpeechEvent(type=kind, alternatives=[data]))


class InstantLlm(llm.LLM):
    def chat(self, *, chat_ctx: Any, tools: Any = None, conn_options: Any = None, **_: Any) -> Any:
        return InstantAnswer(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class InstantAnswer(llm.LLMStream):
    async def _run(self) -> None:
        delta = llm.ChoiceDelta(role="assistant", content=REPLY)
        self._event_ch.send_nowait(llm.ChatChunk(id="1", delta=delta))


class InstantTts(tts.TTS):
    def __init__(self, pcm: bytes) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE_HZ, num_channels=1)
        self.pcm = pcm

    def synthesize(self, text: str, *, conn_options: Any = None) -> Any:
        return InstantSpeech(tts=self, input_text=text, conn_options=conn_options)


class InstantSpeech(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        owner: Any = self._tts
        output_emitter.initialize(
            request_id="1", sample_rate=RATE_HZ, num_channels=1, mime_type="audio/pcm", frame_size_ms=FRAME_MS
        )
        output_emitter.push(owner.pcm)
        output_emitter.flush()


def session_of(mode: str, case: dict[str, Any], clock: Clock, reply: bytes) -> AgentSession[None]:
    parts: dict[str, Any] = {"stt": InstantStt(case["stretches"], clock), "llm": InstantLlm(), "tts": InstantTts(reply)}
    if mode == "vad":
        parts |= {"vad": inference.VAD(), "turn_handling": {"turn_detection": "vad"}}
    elif mode == "mini":
        parts |= {
            "vad": inference.VAD(), "turn_handling": {"turn_detection": inference.TurnDetector(version="v1-mini")},
        }  # fmt: skip
    return AgentSession(**parts)


async def spoken(pcm: bytes) -> Any:
    for piece in framed(pcm):
        yield frame(piece)


async def hold(case: dict[str, Any], mode: str, reply: bytes) -> dict[str, Any]:
    clock = Clock()
    session = session_of(mode, case, clock, reply)
    speaker = Speaker(clock)
    session.input.audio, session.output.audio = Line(read(case["audio"]), clock), speaker
    playing = asyncio.create_task(speaker.play())
    await session.start(Agent(instructions="answer"))
    await asyncio.sleep(0.5)
    handle = None
    if case.get("agent_audio"):
        handle = session.say(case["agent"], audio=spoken(read(case["agent_audio"])))
        await speaker.begun.wait()
    clock.start()
    try:
        await until_settled(case, clock, speaker.heard)
        stopped = bool(handle and handle.interrupted)
        return {"id": case["id"], "heard": speaker.heard.stretches, "stopped": stopped}
    finally:
        await session.aclose()
        playing.cancel()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(hold, ("default", "vad", "mini"))))
