"""The prompt cache."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.ports import VoiceStyle
from speech.synthesis.cache import PromptCache, trim_folder
from tests.fakes.running import run
from tests.fakes.voice import FakeSynthesizer

STYLE = VoiceStyle("cmn+f3", 160)


def test_a_text_is_synthesised_once_per_voice_rate_and_pitch(tmp_path: Path) -> None:
    async def work() -> int:
        inner = FakeSynthesizer()
        cache = PromptCache(inner, tmp_path)
        for style in (STYLE, STYLE, VoiceStyle("cmn+f3", 160, volume=0.5), VoiceStyle("cmn+f3", 130)):
            await cache.synthesize("您好", style)
        await asyncio.gather(*(cache.synthesize("再见", STYLE) for _ in range(5)))
        await cache.aclose()
        return len(inner.asked)

    assert run(work()) == 3


def test_clips_survive_on_disk_and_volume_is_applied_on_the_way_out(tmp_path: Path) -> None:
    async def work() -> tuple[np.ndarray, np.ndarray, int]:
        first = await PromptCache(FakeSynthesizer(), tmp_path).synthesize("您好", STYLE)
        inner = FakeSynthesizer()
        second = await PromptCache(inner, tmp_path).synthesize("您好", VoiceStyle("cmn+f3", 160, volume=0.5))
        return first, second, len(inner.asked)

    first, second, asked = run(work())
    assert asked == 0
    assert np.array_equal(second, first // 2)


def test_memory_and_disk_have_limits(tmp_path: Path) -> None:
    async def work() -> int:
        inner = FakeSynthesizer()
        cache = PromptCache(inner, None, memory_bytes=20_000)
        for text in ("您好", "再见", "您好"):
            await cache.synthesize(text, STYLE)
        return len(inner.asked)

    assert run(work()) == 3
    for index in range(5):
        path = tmp_path / f"{index}.pcm"
        path.write_bytes(b"\0" * 1_000)
        os.utime(path, (index, index))
    trim_folder(tmp_path, 2_500)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["3.pcm", "4.pcm"]


def test_prewarm_speaks_clauses(tmp_path: Path) -> None:
    async def work() -> tuple[int, list[str]]:
        inner = FakeSynthesizer()
        count = await PromptCache(inner, tmp_path).prewarm(["您好，我是随访助手。请问您是王阿姨吗？"], STYLE)
        return count, [text for text, _ in inner.asked]

    assert run(work()) == (2, ["您好，我是随访助手。", "请问您是王阿姨吗？"])


def test_a_disk_that_refuses_costs_speed_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    async def work() -> int:
        return len(await PromptCache(FakeSynthesizer(), tmp_path / "file").synthesize("您好", STYLE))

    assert run(work()) > 0


def test_failures_pass_and_are_not_kept() -> None:
    async def work() -> int:
        cache = PromptCache(FakeSynthesizer(faults=[SpeechError("synthesis-died", "x", "y")]))
        with pytest.raises(SpeechError, match="synthesis-died"):
            await cache.synthesize("您好", STYLE)
        return len(await cache.synthesize("您好", STYLE))

    assert run(work()) > 0


def test_only_fixed_texts_lie_on_the_disk(tmp_path: Path) -> None:
    async def check() -> None:
        cache = PromptCache(FakeSynthesizer(), tmp_path, keeps=lambda text: "王" not in text)
        for text in ("您好。", "您是王阿姨吗？"):
            await cache.synthesize(text, STYLE)
            await cache.synthesize(text, STYLE)

    run(check())
    assert len(list(tmp_path.glob("*.pcm"))) == 1
