"""Engines of the voice, as the settings choose them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from agent.errors import InputError
from agent.understanding.lexicons import load_lexicons
from models.published import LocalModel, find, local, published
from speech.bench import Workbench
from speech.ports import Recognizer, Synthesizer, VoiceStyle
from speech.recognition import sherpa, syllable_ctc, whisper
from speech.recognition.names import NameRepair
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


_PULLED: dict[str, Callable[[LocalModel, int], Recognizer]] = {sherpa.NAME: sherpa.load, whisper.NAME: whisper.load}


def recognizer_of(settings: Settings) -> Recognizer:
    """The recogniser that the settings name, with names of medicines repaired. Loads files: call it off the loop."""
    lexicons = load_lexicons(settings.root / "nlu_data")
    if settings.recognizer == syllable_ctc.NAME:
        own = syllable_ctc.bundled((settings.root / "dialogues", settings.root / "nlu_data"))
        return NameRepair(own, lexicons)
    if settings.recognizer in _PULLED:
        return NameRepair(_pulled(settings), lexicons, hotwords=True)
    known = ", ".join((syllable_ctc.NAME, *_PULLED))
    message = f"there is no recogniser {settings.recognizer!r}"
    raise InputError("recognizer-unknown", message, f"set SUIFANG_RECOGNIZER to one of {known}")


def _pulled(settings: Settings) -> Recognizer:
    """A recogniser with the pulled model that the settings name. Raises InputError, ModelError, SpeechError."""
    models = [model for model in published(settings.model_hub) if model.engine == settings.recognizer]
    if settings.recognizer_model not in [model.name for model in models]:
        known = ", ".join(model.name for model in models)
        message = f"{settings.recognizer} has no model {settings.recognizer_model!r}"
        raise InputError("recognizer-model", message, f"set SUIFANG_RECOGNIZER_MODEL to one of {known}")
    found = local(find(settings.recognizer_model, tuple(models)), settings.models_dir)
    return _PULLED[settings.recognizer](found, settings.recognizer_threads)


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
