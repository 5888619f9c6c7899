"""A recorded line: two sides in one marked file, only while it is allowed."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
import time
from pathlib import Path

import av
import numpy as np
import pytest

from speech.call_recording import AiMark, RecordedLine, StereoFile
from speech.channel import VirtualTime, audio_pair
from speech.ports import AudioChannel, Pcm
from tests.fakes.running import run

pytestmark = pytest.mark.integration

MARK = AiMark("和平社区卫生服务中心", "visit-7")


def tone(hz: float, frames: int) -> list[Pcm]:
    pcm = np.asarray(8_000 * np.sin(2 * np.pi * hz * np.arange(frames * 320) / 16_000), np.int16)
    return list(pcm.reshape(-1, 320))


def read(path: Path) -> tuple[np.ndarray, dict[str, str]]:
    """Both sides at 48 kHz, and the metadata."""
    with av.open(str(path)) as source:
        stream = source.streams.audio[0]
        tags = {**source.metadata, **stream.metadata}
        parts = []
        for frame in source.decode(stream):
            samples = frame.to_ndarray()
            parts.append(samples if samples.shape[0] == 2 else samples.reshape(-1, 2).T)
        return np.concatenate(parts, axis=1), tags


def strongest(side: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(side))) * 48_000 / len(side))


class Permission:
    """Of the resident."""

    given = False

    def __call__(self) -> bool:
        return self.given


async def talk(
    line: AudioChannel, far: AudioChannel, resident: list[Pcm], agent: list[Pcm], clear_at: int | None = None
) -> None:
    """One frame each way a beat; the agent is ahead by what it queued at once."""
    for number, frame in enumerate(resident):
        await far.send(frame)
        if number < len(agent):
            await line.send(agent[number])
        if number == clear_at:
            await line.clear()
        await asyncio.gather(line.receive(), far.receive())


def recorded(path: Path, permission: Permission) -> tuple[RecordedLine, AudioChannel]:
    near, far = audio_pair(VirtualTime())
    return RecordedLine(near, path, MARK, permission), far


def test_both_sides_are_in_one_marked_file(tmp_path: Path) -> None:
    path = tmp_path / "visit/call.opus"

    async def work() -> None:
        permission = Permission()
        permission.given = True
        line, far = recorded(path, permission)
        await talk(line, far, tone(400, 160), tone(1_200, 160))
        await line.aclose()
        await line.aclose()

    run(work())
    sides, tags = read(path)
    assert abs(sides.shape[1] / 48_000 - 3.2) < 0.1
    assert strongest(sides[0]) == pytest.approx(400, abs=10)
    assert strongest(sides[1]) == pytest.approx(1_200, abs=10)
    mark = json.loads(tags["AIGC"])
    assert (mark["Label"], mark["ContentProducer"], mark["ProduceID"]) == ("1", "和平社区卫生服务中心", "visit-7")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_kept_from_before_permission(tmp_path: Path) -> None:
    path = tmp_path / "call.opus"

    async def work() -> None:
        permission = Permission()
        line, far = recorded(path, permission)
        await talk(line, far, tone(400, 100), [])
        assert not path.exists()
        permission.given = True
        await talk(line, far, tone(700, 100), [])
        await line.aclose()

    run(work())
    sides, _ = read(path)
    assert abs(sides.shape[1] / 48_000 - 2.0) < 0.1
    assert strongest(sides[0]) == pytest.approx(700, abs=10)


def test_without_permission_there_is_no_file_and_withdrawn_it_is_deleted(tmp_path: Path) -> None:
    never, withdrawn = tmp_path / "never.opus", tmp_path / "withdrawn.opus"

    async def work() -> None:
        line, far = recorded(never, Permission())
        await talk(line, far, tone(400, 60), [])
        await line.aclose()
        permission = Permission()
        permission.given = True
        line, far = recorded(withdrawn, permission)
        await talk(line, far, tone(400, 120), [])
        permission.given = False
        await talk(line, far, tone(400, 2), [])
        permission.given = True
        await talk(line, far, tone(400, 60), [])
        await line.aclose()

    run(work())
    assert not never.exists()
    assert not withdrawn.exists()


def test_what_was_cleared_before_it_was_heard_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "call.opus"

    async def work() -> None:
        permission = Permission()
        permission.given = True
        line, far = recorded(path, permission)
        for frame in tone(1_200, 10):
            await line.send(frame)
        await talk(line, far, tone(400, 3), [])
        await line.clear()
        await talk(line, far, tone(400, 97), [])
        await line.aclose()

    run(work())
    sides, _ = read(path)
    loud = np.abs(sides[1]) > 0.05 * np.abs(sides[1]).max()
    assert np.flatnonzero(loud).max() / 48_000 < 0.25


def test_a_disk_that_refuses_ends_the_recording_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be", "utf-8")

    async def work() -> None:
        permission = Permission()
        permission.given = True
        line, far = recorded(tmp_path / "taken/call.opus", permission)
        await talk(line, far, tone(400, 60), [])
        await line.aclose()

    with caplog.at_level(logging.WARNING, "suifang.recording"):
        run(work())
    assert [record.message for record in caplog.records] == ["recording.failed"]


def test_a_process_that_dies_leaves_what_was_said_so_far(tmp_path: Path) -> None:
    file = StereoFile(tmp_path / "call.opus", MARK)
    began = time.process_time()
    for left, right in zip(tone(400, 500), tone(900, 500), strict=True):
        file.add(left, right)
    assert time.process_time() - began < 2.0, "ten seconds of audio take a small part of ten seconds"
    copy = tmp_path / "after-death.opus"
    copy.write_bytes(file.path.read_bytes())
    sides, _ = read(copy)
    assert sides.shape[1] / 48_000 > 7
    file.close()
