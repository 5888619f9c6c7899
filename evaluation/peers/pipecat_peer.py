"""A Pipecat pipeline on cases of the voice bench, in real time, with an instant recogniser.

    python evaluation/peers/pipecat_peer.py CASES.json OUT.json [--mode default|vad] [--at-once 4]

``default`` is what the framework comes with: Silero and Smart Turn v3 from the wheel; ``vad`` is Silero with the
framework's speech timeout. The model and the voice answer at once; what is left is the framework's turn taking.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from typing import Any

from line import FRAME_MS, RATE_HZ, Clock, Heard, framed, read, run, until_settled, words_due
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

READY_S = 10.0


class Line(BaseInputTransport):
    """The resident's audio at the pace of real time, silence before and after it."""

    def __init__(self, params: TransportParams, pcm: bytes, clock: Clock) -> None:
        super().__init__(params)
        self._waiting, self._clock = deque(framed(pcm)), clock
        self._playing: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._playing = asyncio.create_task(self._play())

    async def cleanup(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
        await super().cleanup()

    async def _play(self) -> None:
        due, quiet = time.perf_counter(), bytes(RATE_HZ * FRAME_MS // 1000 * 2)
        while True:
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            running = self._clock.zero is not None
            data = self._waiting.popleft() if running and self._waiting else quiet
            await self.push_audio_frame(InputAudioRawFrame(audio=data, sample_rate=RATE_HZ, num_channels=1))


class Speaker(BaseOutputTransport):
    """Plays at the pace of real time; knows when it was heard and whether it was interrupted."""

    def __init__(self, params: TransportParams, heard: Heard) -> None:
        super().__init__(params)
        self._heard, self._due = heard, 0.0
        self.ready, self.begun = asyncio.Event(), asyncio.Event()
        self.interrupted = False

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self.ready.set()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        self.interrupted = self.interrupted or (isinstance(frame, InterruptionFrame) and self.begun.is_set())
        await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        seconds = len(frame.audio) / 2 / RATE_HZ
        now = time.perf_counter()
        self._due = max(self._due, now) + seconds
        if any(frame.audio):
            self.begun.set()
            self._heard.add(seconds)
        await asyncio.sleep(max(0.0, self._due - time.perf_counter()))
        return True


class InstantWords(FrameProcessor):
    """Gives the words of every stretch: half of them in its middle, all of them as it ends."""

    def __init__(self, case: dict[str, Any], clock: Clock) -> None:
        super().__init__()
        self._due, self._clock = words_due(case["stretches"]), clock

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        while isinstance(frame, InputAudioRawFrame) and self._due and self._clock.ms >= self._due[0][0]:
            _, final, text = self._due.pop(0)
            if final:
                await self.push_frame(TranscriptionFrame(text, "resident", "", finalized=True))
            else:
                await self.push_frame(InterimTranscriptionFrame(text, "resident", ""))


class InstantAnswer(FrameProcessor):
    """Model and voice in one: the reply's audio at once."""

    def __init__(self, reply: bytes) -> None:
        super().__init__()
        self._reply = reply

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            for piece in spoken(self._reply):
                await self.push_frame(piece)
        else:
            await self.push_frame(frame, direction)


def spoken(pcm: bytes) -> list[Frame]:
    audio = TTSAudioRawFrame(audio=pcm, sample_rate=RATE_HZ, num_channels=1)
    return [TTSStartedFrame(), audio, TTSStoppedFrame()]


def turn_params(mode: str) -> LLMUserAggregatorParams:
    if mode == "vad":
        strategies = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy()])
        return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=strategies)
    return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())


async def hold(case: dict[str, Any], mode: str, reply: bytes) -> dict[str, Any]:
    clock = Clock()
    heard = Heard(clock)
    params = TransportParams(
        audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ
    )
    speaker = Speaker(params, heard)
    pair = LLMContextAggregatorPair(LLMContext(), user_params=turn_params(mode))
    parts = [Line(params, read(case["audio"]), clock), InstantWords(case, clock), pair.user()]
    pipeline = Pipeline([*parts, InstantAnswer(reply), speaker, pair.assistant()])
    rates = PipelineParams(audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ)
    worker = PipelineWorker(pipeline, params=rates, enable_rtvi=False)
    runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        await asyncio.wait_for(speaker.ready.wait(), READY_S)
        await asyncio.sleep(0.5)
        if case.get("agent_audio"):
            await worker.queue_frames(spoken(read(case["agent_audio"])))
            await asyncio.wait_for(speaker.begun.wait(), READY_S)
        clock.start()
        await until_settled(case, clock, heard)
        return {"id": case["id"], "heard": heard.stretches, "stopped": speaker.interrupted and "agent" in case}
    finally:
        await worker.cancel()
        await asyncio.wait_for(running, READY_S)


if __name__ == "__main__":
    logger.remove()
    sys.exit(asyncio.run(run(hold, ("default", "vad"))))
