"""The line in memory."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.audio import level_dbfs, silence
from speech.channel import MAX_BUFFERED_FRAMES, LineConditions, VirtualTime, audio_pair
from tests.fakes.running import run
from tests.fakes.voice import frame_of


def carry(conditions: LineConditions, frames: int = 100) -> np.ndarray:
    """What arrives at the agent's end of a tone sent from the other."""

    async def work() -> np.ndarray:
        near, far = audio_pair(VirtualTime(), conditions)
        tone = (3_000 * np.sin(np.arange(320 * frames) * 2 * np.pi * 500 / 16_000)).astype(np.int16)

        async def send() -> None:
            for i in range(frames):
                await far.send(tone[i * 320 : (i + 1) * 320])
                await far.receive()

        got = []
        async with asyncio.TaskGroup() as group:
            group.create_task(send())
            for _ in range(frames):
                frame = await near.receive()
                assert frame is not None
                got.append(frame)
        return np.concatenate(got)

    return run(work())


def test_a_clean_line_delays_by_one_frame_and_changes_nothing() -> None:
    out = carry(LineConditions())
    assert level_dbfs(out[320:]) == pytest.approx(level_dbfs(carry(LineConditions(band="8k"))[640:]), abs=0.5)


def test_noise_and_loss_are_heard_and_repeatable() -> None:
    noisy = carry(LineConditions(noise_db=10, seed=1))
    assert not np.array_equal(noisy, carry(LineConditions(noise_db=10, seed=2)))
    assert np.array_equal(noisy, carry(LineConditions(noise_db=10, seed=1)))
    lossy = carry(LineConditions(loss=0.3))
    assert level_dbfs(lossy) < level_dbfs(carry(LineConditions()))


@pytest.mark.parametrize("wrong", [{"band": "4k"}, {"loss": 1.5}])
def test_impossible_conditions_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SpeechError, match="line-"):
        LineConditions(**wrong)  # type: ignore[arg-type]


def test_a_sender_of_too_much_is_held_back() -> None:
    async def work() -> None:
        near, _far = audio_pair(VirtualTime())
        for _ in range(MAX_BUFFERED_FRAMES):
            await near.send(silence(20))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await near.send(silence(20))
        assert await near.clear() == MAX_BUFFERED_FRAMES * 20
        await near.send(frame_of(5))
        await near.aclose()

    run(work())


def test_hanging_up_wakes_everybody() -> None:
    async def work() -> list[object]:
        near, far = audio_pair(VirtualTime())
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(end.receive()) for end in (far,)]
            await asyncio.sleep(0)
            await near.aclose()
            await near.aclose()
        await far.send(silence(20))
        return [task.result() for task in waits] + [await near.receive()]

    assert run(work()) == [None, None]
