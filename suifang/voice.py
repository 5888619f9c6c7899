"""Engines of the voice, as the settings choose them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from agent.errors import InputError
from speech.bench import Workbench
from speech.ports import Recognizer, Synthesizer, VoiceStyle
from speech.recognition.syllable_ctc import bundled
from speech.synthesis.cache import PromptCache
from speech.synthesis.espeak import EspeakSynthesizer
from suifang.settings import Settings

ENGINE_THREADS = 2


@dataclass(frozen=True, slots=True)
class Engines:
    """What calls share."""

    recognizer: Recognizer
    agent: Synthesizer
    resident: Synthesizer
    """The simulated resident speaks through a process of its own."""
    bench: Workbench
    style: VoiceStyle


def recognizer_of(settings: Settings) -> Recognizer:
    """The recogniser that the settings name. Loads files: call it off the event loop."""
    if settings.recognizer != "syllable-ctc":
        raise InputError(
            "recognizer-unknown",
            f"there is no recogniser {settings.recognizer!r}",
            "set SUIFANG_RECOGNIZER=syllable-ctc",
        )
    return bundled((settings.root / "dialogues", settings.root / "nlu_data"))


@asynccontextmanager
async def open_engines(settings: Settings) -> AsyncIterator[Engines]:
    """Load the engines; they are closed at the end."""
    recognizer = await asyncio.to_thread(recognizer_of, settings)
    bench = Workbench(ENGINE_THREADS)
    agent = PromptCache(EspeakSynthesizer(), settings.cache_dir / "prompts")
    resident = EspeakSynthesizer()
    try:
        yield Engines(recognizer, agent, resident, bench, VoiceStyle(settings.voice, settings.voice_rate_wpm))
    finally:
        await agent.aclose()
        await resident.aclose()
        bench.close()
