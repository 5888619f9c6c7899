"""A browser's line: what is said at one end is heard at the other, over real WebRTC on this machine."""

from __future__ import annotations

import asyncio
from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from agent.errors import SpeechError
from connectors.media.opus import PACKET_FRAMES, REST_PACKETS, SETTLED_PACKETS, Encoder, Hearing, Spoken
from connectors.media.webrtc import RtcLine, hear_at_once
from speech.audio import frames, level_dbfs, silence
from speech.ports import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Pcm
from suifang.bench_webrtc import CallerLine

pytestmark = pytest.mark.integration
HZ, LASTS_MS = 440, 1000


def tone() -> Pcm:
    samples = np.sin(2 * np.pi * HZ * np.arange(RATE_HZ * LASTS_MS // 1000) / RATE_HZ)
    return np.asarray(samples * 8000, np.int16)


async def listened(line: RtcLine, ms: int) -> Pcm:
    heard = [frame for _ in range(ms // FRAME_MS) if (frame := await line.receive()) is not None]
    assert all(len(frame) == FRAME_SAMPLES for frame in heard)
    return np.concatenate(heard)


def loud_ms(pcm: Pcm) -> int:
    return sum(FRAME_MS for frame in frames(pcm) if level_dbfs(frame) > -30)


def pitch_hz(pcm: Pcm) -> float:
    return float(np.abs(np.fft.rfft(pcm)).argmax() * RATE_HZ / len(pcm))


def test_both_ends_hear_each_other_and_hang_up() -> None:
    async def check() -> None:
        browser, agent = CallerLine(), RtcLine()
        try:
            await browser.answered(await agent.connect(await browser.offer()))
            async with asyncio.timeout(10):
                await browser.connected.wait()
            await asyncio.gather(listened(agent, 200), listened(browser, 200))
            for speaker, listener in ((agent, browser), (browser, agent)):
                for frame in frames(tone()):
                    await speaker.send(frame)
                heard, _ = await asyncio.gather(listened(listener, LASTS_MS + 600), listened(speaker, LASTS_MS + 600))
                assert abs(loud_ms(heard) - LASTS_MS) <= 100
                assert abs(pitch_hz(heard) - HZ) < 5
            for frame in list(frames(tone()))[:10]:
                await agent.send(frame)
            heard, _ = await asyncio.gather(listened(browser, 500), agent.aclose())
            assert loud_ms(heard) >= 10 * FRAME_MS - 20  # the last words are not cut off
            async with asyncio.timeout(1):
                while await agent.receive() is not None:
                    pass
        finally:
            await browser.aclose()
            await agent.aclose()

    asyncio.run(check())


def test_the_residents_gap_is_from_the_end_of_the_answer_to_the_agents_voice() -> None:
    async def check() -> None:
        line = CallerLine()
        await line.send(silence(FRAME_MS))
        for _ in range(10):
            line._hear(loud=False)
        await asyncio.sleep(0.3)
        line._hear(loud=True)
        assert 290 <= line.gaps_ms[0] <= 600
        await line.send(silence(FRAME_MS))
        for _ in range(10):
            line._hear(loud=False)
        line._hear(loud=True)  # over the resident's last words: cut in, no gap
        assert len(line.gaps_ms) == 1

    asyncio.run(check())


def packets(count: int) -> list[Any]:
    """``count`` packets of a tone, numbered across the end of the numbers."""
    encoder, step = Encoder(), FRAME_SAMPLES * PACKET_FRAMES
    pcm = np.resize(tone(), count * step)
    made = [encoder.packet(list(frames(pcm[n * step : (n + 1) * step]))) for n in range(count)]
    return [SimpleNamespace(sequence_number=(65_530 + n) % 65_536, _data=data) for n, data in enumerate(made)]


def test_a_packet_that_cannot_be_decoded_is_a_hole() -> None:
    heard: list[Pcm] = []
    hearing = Hearing(heard.append)
    hearing.add(SimpleNamespace(sequence_number=7, _data=b"\xff" * 7))
    assert heard == []


def test_packets_are_heard_at_once_and_in_order_whatever_overtakes_what() -> None:
    heard: list[Pcm] = []
    hearing, sent = Hearing(heard.append), packets(20)
    for number, packet in enumerate(sent[:10]):
        hearing.add(packet)
        assert len(heard) == (number + 1) * PACKET_FRAMES
    hearing.add(sent[11])
    assert len(heard) == 10 * PACKET_FRAMES
    hearing.add(sent[10])
    hearing.add(sent[10])  # twice on the way
    assert len(heard) == 12 * PACKET_FRAMES
    assert abs(pitch_hz(np.concatenate(heard[10:])) - HZ) < 5


def test_a_lost_packet_holds_up_only_those_that_may_have_overtaken_it() -> None:
    heard: list[Pcm] = []
    hearing, sent = Hearing(heard.append), packets(20)
    for number, packet in enumerate(sent[:10]):
        if number != 5:
            hearing.add(packet)
    assert len(heard) == 9 * PACKET_FRAMES
    hearing.add(sent[5])  # too late
    hearing.add(SimpleNamespace(sequence_number=30_000, _data=sent[12]._data))  # the sender has begun anew
    assert len(heard) == 10 * PACKET_FRAMES


def test_in_a_long_silence_the_line_rests_and_browsers_are_told_so() -> None:
    quiet = [silence(FRAME_MS)] * PACKET_FRAMES
    encoder, heard = Encoder(), list[Pcm]()
    sent = [encoder.packet(quiet) for _ in range(SETTLED_PACKETS + 4 * REST_PACKETS)]
    rest = [data for data in sent[SETTLED_PACKETS:] if data is not None]
    assert all(sent[:SETTLED_PACKETS])
    assert [len(data) for data in rest] == [1] * 4
    hearing = Hearing(heard.append)
    for number, data in enumerate(rest):
        hearing.add(SimpleNamespace(sequence_number=number, _data=data))
    assert len(heard) == len(rest) * PACKET_FRAMES
    assert all(level_dbfs(frame) < -60 for frame in heard)
    assert len(encoder.packet(list(frames(tone()))[:PACKET_FRAMES]) or b"") > 10
    assert all(Encoder(rests=False).packet(quiet) for _ in range(20))


def test_a_voice_is_not_cut_in_two_by_silence() -> None:
    waiting: deque[Pcm] = deque()
    spoken = Spoken(waiting)
    assert not any(frame.any() for frame in spoken.take())
    waiting.extend(list(frames(tone()))[:1])
    assert [bool(frame.any()) for frame in spoken.take()] == [False] * (PACKET_FRAMES - 1) + [True]
    waiting.extend(list(frames(tone()))[1:2])
    assert [bool(frame.any()) for frame in spoken.take()] == [True] + [False] * (PACKET_FRAMES - 1)


def test_another_aiortc_is_refused_in_plain_words() -> None:
    with pytest.raises(SpeechError, match="keeps its packets elsewhere"):
        hear_at_once(SimpleNamespace(), lambda _: None)
