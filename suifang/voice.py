"""Engines of the voice, as the settings choose them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent.errors import InputError
from agent.flows.responses import read_responses
from agent.understanding.lexicons import Lexicons
from speech.bench import Workbench
from speech.ports import Recognizer, Synthesizer, VoiceStyle
from speech.recognition.apart import Apart
from speech.recognition.standby import Standby
from speech.synthesis import openai_speech, piper_http
from speech.synthesis.cache import PromptCache
from speech.synthesis.clauses import clauses
from speech.synthesis.espeak import EspeakSynthesizer
from speech.synthesis.fallback import Evened, WithSpare
from speech.synthesis.http_audio import SpeechServer
from speech.synthesis.recorded import RecordedPrompts, read_folder
from suifang.egress import check_egress
from suifang.settings import BUNDLED_RECOGNIZER, Settings

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


def synthesizer_of(settings: Settings, own: EspeakSynthesizer | None = None) -> Synthesizer:
    """The agent's voice: recordings, else the chosen engine, else espeak-ng; all at one loudness. Reads files."""
    spoken: Synthesizer = _kept(own or EspeakSynthesizer(), "espeak-ng", settings)
    if settings.synthesizer != "espeak-ng":
        spoken = WithSpare(_kept(_server(settings), settings.synthesizer, settings), spoken)
    if settings.recordings is None:
        return spoken
    wordings = read_responses(settings.root / "dialogues" / "responses")
    return RecordedPrompts(spoken, read_folder(settings.recordings, {r.id: r.texts for r in wordings.values()}))


def _server(settings: Settings) -> Synthesizer:
    key = settings.synthesizer_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    server = SpeechServer(check_egress(settings, "SUIFANG_SYNTHESIZER_URL", settings.synthesizer_url), headers=headers)
    if settings.synthesizer == piper_http.NAME:
        return piper_http.PiperSynthesizer(server, settings.synthesizer_voice)
    if settings.synthesizer == openai_speech.NAME:
        usual = openai_speech.SpeechModel()
        model, voice = settings.synthesizer_model or usual.model, settings.synthesizer_voice or usual.voice
        return openai_speech.OpenAiSpeech(server, openai_speech.SpeechModel(model, voice))
    message = f"there is no synthesiser {settings.synthesizer!r}"
    known = ", ".join(("espeak-ng", piper_http.NAME, openai_speech.NAME))
    raise InputError("synthesizer-unknown", message, f"set SUIFANG_SYNTHESIZER to one of {known}")


def _kept(engine: Synthesizer, name: str, settings: Settings) -> Synthesizer:
    """Evened clips in a cache of their own: another voice never answers from it."""
    parts = (settings.synthesizer_url, settings.synthesizer_model, settings.synthesizer_voice)
    which = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    folder = settings.cache_dir / "prompts" / f"{name}-{which}"
    fixed = _fixed(settings.root)
    return PromptCache(Evened(engine), folder, keeps=lambda text: text.strip() in fixed)


def _fixed(root: Path) -> frozenset[str]:
    """Clauses that are the same for everybody: only those may lie on the disk."""
    wordings = read_responses(root / "dialogues" / "responses")
    found = (clause.text.strip() for one in wordings.values() for text in one.texts for clause in clauses(text))
    return frozenset(text for text in found if "{" not in text and "}" not in text)


def _recognizer_here(settings: Settings, lexicons: Lexicons | None) -> Recognizer:
    from suifang.recognizing import recognizer_of  # noqa: PLC0415 - engines that a service never loads itself

    return recognizer_of(settings, lexicons)


def _recognizer_coming(settings: Settings, lexicons: Lexicons, loader: Executor) -> Recognizer:
    from suifang.recognizing import coming  # noqa: PLC0415

    return coming(settings, lexicons, loader)


def recognizer_apart(settings: Settings, stack: contextlib.ExitStack) -> Recognizer:
    """The same in a process of its own, ended with the stack, as is the one that takes its place. Waits for it."""
    children: list[Apart] = []

    def started(chosen: Settings) -> Apart:
        for child in children:
            child.close()
        child = Apart("suifang.recognizing", chosen)
        children.append(child)
        stack.callback(child.close)
        child.ready()
        return child

    bundled = settings.model_copy(update={"recognizer": BUNDLED_RECOGNIZER})
    return Standby(started(settings), lambda: started(bundled))


@asynccontextmanager
async def open_engines(
    settings: Settings, lexicons: Lexicons | None = None, *, apart: bool = False, early: bool = False
) -> AsyncIterator[Engines]:
    """Load the engines, with the lexicons if they are loaded already; they are closed at the end.

    ``apart`` has speech recognised in a process of its own: where many calls are held at once. ``early`` lets the
    agent speak while the bundled recogniser is still being loaded: where the only call begins with its words.
    """
    async with contextlib.AsyncExitStack() as stack:
        own, resident, bench = EspeakSynthesizer(), EspeakSynthesizer(), Workbench(ENGINE_THREADS)
        own.start()
        stack.push_async_callback(own.aclose)
        stack.push_async_callback(resident.aclose)
        stack.callback(bench.close)
        agent = await asyncio.to_thread(synthesizer_of, settings, own)
        stack.push_async_callback(agent.aclose)
        ending = stack.enter_context(contextlib.ExitStack())
        if early and lexicons is not None and settings.recognizer == BUNDLED_RECOGNIZER:
            recognizer = _recognizer_coming(settings, lexicons, stack.enter_context(ThreadPoolExecutor(1)))
        else:
            here = partial(_recognizer_here, settings, lexicons)
            recognizer = await asyncio.to_thread(partial(recognizer_apart, settings, ending) if apart else here)
        yield Engines(recognizer, agent, resident, bench, VoiceStyle(settings.voice, settings.voice_rate_wpm))
