"""What the far end hears of the agent when its loudness changes: at once, without a frame lost or doubled."""

from __future__ import annotations

import asyncio

import numpy as np

from agent.domain.effects import Say
from agent.errors import SpeechError
from speech.channel import VirtualTime, audio_pair
from speech.jobs import Jobs
from speech.playout import DUCKED_GAIN
from speech.ports import FRAME_MS, Pcm, VoiceStyle
from speech.speaking import LEAD_MS, Mouth
from speech.turns.barge_in import Order
from tests.fakes.running import run
from tests.fakes.voice import CHAR_FRAMES, FakeSynthesizer, read, speak

TEXT = "您最近一次量的血压是多少"
LOUD = int(np.abs(speak("您")).max())


class Speaker:
    """Nobody is told."""

    def speaks(self, say: Say) -> None:
        """The first sample."""

    def synthesis_failed(self, error: SpeechError) -> None:
        """A clause is missing."""


async def heard(orders: dict[int, Order], frames: int) -> list[Pcm]:
    """What comes out at the far end, beat by beat, with these orders before their beats."""
    near, far = audio_pair(VirtualTime())
    out: list[Pcm] = []
    async with asyncio.TaskGroup() as group:
        jobs = Jobs(group)
        mouth = Mouth(near, FakeSynthesizer(), VoiceStyle(), jobs)
        mouth.say([Say(TEXT, "utter_test")])
        await jobs.settle()
        for beat in range(frames):
            if beat in orders:
                mouth.obey(orders[beat])
            await mouth.tick(beat * FRAME_MS, Speaker(), may_speak=True)
            frame, _ = await asyncio.gather(far.receive(), near.receive())
            assert frame is not None
            out.append(frame)
    return out


def test_it_is_softer_with_the_next_frame_whatever_lies_ahead_on_the_line() -> None:
    assert LEAD_MS > 5 * FRAME_MS
    out = run(heard({40: Order.DUCK, 60: Order.RESUME}, len(TEXT) * CHAR_FRAMES + 20))
    loudness = [int(np.abs(frame).max()) for frame in out]
    assert set(loudness[2:40]) == {LOUD}
    assert set(loudness[41:60]) == {int(LOUD * DUCKED_GAIN)}
    assert set(loudness[61 : len(TEXT) * CHAR_FRAMES]) == {LOUD}
    assert read(np.concatenate(out)) == TEXT
    assert sum(level > 0 for level in loudness) == len(TEXT) * CHAR_FRAMES


def test_after_a_halt_the_words_on_the_line_are_said_again() -> None:
    out = run(heard({45: Order.FREEZE, 70: Order.RESUME}, len(TEXT) * CHAR_FRAMES + 120))
    loudness = [int(np.abs(frame).max()) for frame in out]
    assert max(loudness[48:69]) == 0
    text = read(np.concatenate(out[70:]))
    assert TEXT.endswith(text)
    assert len(text) >= len(TEXT) - 45 // CHAR_FRAMES
