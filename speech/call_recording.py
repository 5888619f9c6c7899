"""Both sides of a call in one stereo Opus file, only while recording is allowed; marked as holding an AI voice.

Left is the resident, right is what of the agent was heard. Nothing is kept from before permission; when permission
is withdrawn the file is deleted. A recording that fails ends itself, never the call. Encoder and disk are kept off the
event loop: neither holds up a voice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import av
import av.error
import numpy as np

from speech.audio import silence
from speech.ports import FRAME_MS, RATE_HZ, AudioChannel, Pcm

_LOG = logging.getLogger("suifang.recording")
_BITS = 32_000
_STREAMED = {"page_duration": "1000000", "flush_packets": "1"}
"""Every page goes to the disk when it is full, so a dead process loses about a second."""
_OPUS = {"application": "voip", "frame_duration": "60", "compression_level": "1"}
"""A quarter of the processor time that the library's own choice takes."""
_BATCH = 24
"""Frames encoded at once: half a second."""


@dataclass(frozen=True, slots=True)
class AiMark:
    """What GB 45438-2025 wants in the metadata of files that hold synthesised speech."""

    producer: str
    """Name or code of who provides the service: the clinic."""
    content_id: str
    """Unique number of this recording, such as the visit's id."""

    def metadata(self) -> dict[str, str]:
        """The implicit mark; label 1 says that the file surely holds generated content."""
        mark = {
            "Label": "1", "ContentProducer": self.producer, "ProduceID": self.content_id, "ReservedCode1": "",
            "ContentPropagator": self.producer, "PropagateID": self.content_id, "ReservedCode2": "",
        }  # fmt: skip
        return {
            "AIGC": json.dumps(mark, ensure_ascii=False),
            "comment": "含人工智能合成语音 (contains AI-generated speech)",
        }


def private_file(path: Path) -> IO[bytes]:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb", buffering=0)


Opener = Callable[[Path], IO[bytes]]
"""Where a recording goes: a file, or one that seals what is written to it."""


class StereoFile:
    """An Ogg file with Opus in it, readable up to the last second even when the process dies."""

    def __init__(self, path: Path, mark: AiMark, opener: Opener = private_file) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._out = opener(path)
        self._container = av.open(self._out, "w", format="ogg", options=_STREAMED)
        self._stream: Any = self._container.add_stream("libopus", rate=RATE_HZ, layout="stereo")
        self._stream.bit_rate = _BITS
        self._stream.options = dict(_OPUS)
        self._stream.metadata.update(mark.metadata())
        self._frames: list[tuple[Pcm, Pcm]] = []
        self._samples = 0

    def add(self, left: Pcm, right: Pcm) -> None:
        """Take one frame of both sides."""
        self._frames.append((left, right))
        if len(self._frames) >= _BATCH:
            self._encode()

    def close(self) -> None:
        """Write what is left; idempotent."""
        if self._container is None:
            return
        container, self._container = self._container, None
        try:
            self._encode(container)
            container.mux(self._stream.encode(None))
        finally:
            container.close()
            self._out.close()

    def _encode(self, container: Any = None) -> None:
        if not self._frames:
            return
        both = np.stack([np.concatenate(side) for side in zip(*self._frames, strict=True)], axis=1)
        self._frames.clear()
        frame = av.AudioFrame.from_ndarray(both.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = RATE_HZ, self._samples
        self._samples += len(both)
        (container or self._container).mux(self._stream.encode(frame))


class _State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ENDING = "ending"
    """The line is closed; the last half second is on its way to the disk."""
    OVER = "over"
    """Nothing is written any more: it was finished, or failed, or may not be kept."""


class _InOrder:
    """Blocking work in threads, one piece after the other."""

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._last: asyncio.Task[None] | None = None

    def do(self, work: Callable[[], None]) -> None:
        """Have it done behind what was given before."""
        self._last = asyncio.create_task(self._after(self._last, work), name="recording")

    async def done(self) -> None:
        """Until everything is done."""
        if self._last is not None:
            await asyncio.wait([self._last])

    async def _after(self, before: asyncio.Task[None] | None, work: Callable[[], None]) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await asyncio.to_thread(work)
        except Exception as error:  # of the disk, the encoder or the keys: the call goes on
            self._failed(error)


class RecordedLine:
    """A line around another one that records what passes."""

    def __init__(
        self,
        inner: AudioChannel,
        path: Path,
        mark: AiMark,
        allowed: Callable[[], bool],
        opener: Opener = private_file,
    ) -> None:
        self._inner = inner
        self._path = path
        self._mark = mark
        self._allowed = allowed
        self._opener = opener
        self._state = _State.WAITING
        self._file: StereoFile | None = None
        """Touched by the work in order alone."""
        self._disk = _InOrder(self._fail)
        self._fresh: list[tuple[Pcm, Pcm]] = []
        self._ahead: deque[Pcm] = deque()

    async def receive(self) -> Pcm | None:
        """Next frame from the far end; one frame of the agent was heard meanwhile."""
        frame = await self._inner.receive()
        if frame is not None:
            heard = self._ahead.popleft() if self._ahead else silence(FRAME_MS)
            self._keep(frame, heard)
        return frame

    async def send(self, frame: Pcm) -> None:
        """Queue one frame for the far end."""
        await self._inner.send(frame)
        self._ahead.append(frame)

    async def clear(self) -> float:
        """Drop what was sent but not yet heard: it is not recorded either."""
        dropped_ms = await self._inner.clear()
        for _ in range(min(len(self._ahead), round(dropped_ms / FRAME_MS))):
            self._ahead.pop()
        return dropped_ms

    async def aclose(self) -> None:
        """Hang up and finish the file; idempotent."""
        try:
            await self._inner.aclose()
        finally:
            if self._state is _State.RUNNING:
                self._state = _State.ENDING
                self._hand_over()
                self._disk.do(self._close)
            await self._disk.done()
            self._state = _State.OVER

    def _keep(self, left: Pcm, right: Pcm) -> None:
        if self._state in (_State.ENDING, _State.OVER):
            return
        if not self._allowed():
            if self._state is _State.RUNNING:
                self._discard("withdrawn")
            return
        self._state = _State.RUNNING
        if left.shape == right.shape:  # a broken frame is the call's to report
            self._fresh.append((left, right))
        if len(self._fresh) >= _BATCH:
            self._hand_over()

    def _hand_over(self) -> None:
        frames, self._fresh = self._fresh, []
        self._disk.do(lambda: self._write(frames))

    def _discard(self, why: str) -> None:
        self._state = _State.OVER
        self._fresh.clear()
        self._disk.do(self._delete)
        _LOG.info("recording.deleted", extra={"why": why})

    def _fail(self, error: Exception) -> None:
        """What was written stays: it was allowed."""
        self._state = _State.OVER
        _LOG.warning("recording.failed", extra={"kind": type(error).__name__})

    # In threads.

    def _write(self, frames: Sequence[tuple[Pcm, Pcm]]) -> None:
        if self._state is _State.OVER:
            return
        if self._file is None:
            self._file = StereoFile(self._path, self._mark, self._opener)
        for left, right in frames:
            self._file.add(left, right)

    def _close(self) -> None:
        if self._state is not _State.OVER and self._file is not None:
            self._file.close()

    def _delete(self) -> None:
        with contextlib.suppress(OSError, ValueError, av.error.FFmpegError):
            if self._file is not None:
                self._file.close()
        self._path.unlink(missing_ok=True)
