"""Speech for typed conversations: recordings are recognised, messages are read aloud."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import numpy as np

from agent.conversation import Conversation
from agent.domain.events import AgentSaid, StaffWrote
from agent.domain.turns import Hints
from agent.errors import InputError, SpeechError
from agent.library import Library
from agent.report.messages import staff_words
from connectors.api.ports import Voice
from connectors.storage.ports import Store, VisitStatus
from speech.audio import silence, wav_bytes
from speech.containers import decode
from speech.ports import Pcm, Recognizer
from suifang.settings import Settings
from suifang.voice import Engines, open_engines

RECOGNITION_S = 20.0
"""For a minute of speech on a busy machine."""
READING_RATE = 0.9
"""Messages are read a little slower than calls are spoken: nobody can ask back."""
BETWEEN_SENTENCES_MS = 250.0


class SharedEngines:
    """The engines of the service, loaded when somebody first speaks: a text-only service never pays for them."""

    def __init__(self, settings: Settings, closing: AsyncExitStack) -> None:
        self._settings = settings
        self._closing = closing
        self._loading = asyncio.Lock()
        self._engines: Engines | None = None

    async def get(self) -> Engines:
        """The engines. Raises ``SpeechError`` or ``ModelError`` when they cannot be loaded."""
        async with self._loading:
            if self._engines is None:
                self._engines = await self._closing.enter_async_context(open_engines(self._settings, apart=True))
            return self._engines


@asynccontextmanager
async def shared_engines(settings: Settings) -> AsyncIterator[SharedEngines]:
    """Closed with the block."""
    async with AsyncExitStack() as closing:
        yield SharedEngines(settings, closing)


class ChatVoices:
    """The ``Voices`` port."""

    def __init__(self, library: Library, store: Store, engines: SharedEngines) -> None:
        self._library = library
        self._store = store
        self._engines = engines

    async def hear(self, visit_id: str, sound: bytes) -> tuple[str, Voice]:
        """The words of a recording."""
        hints = await self._hints(visit_id)
        try:
            pcm = await asyncio.to_thread(decode, sound)
        except SpeechError as error:
            raise InputError(error.code, error.message, error.remedy) from None
        engines = await self._engines.get()
        text, confidence = await engines.bench.run(
            lambda: _recognise(engines.recognizer, hints, pcm), timeout_s=RECOGNITION_S
        )
        if not text:
            raise InputError("nothing-heard", "no words were heard", "say it again, or write it")
        return text, Voice(confidence, pcm)

    async def speak(self, visit_id: str, seq: int) -> bytes:
        """A message of the log, read aloud."""
        events = await self._store.events.read(visit_id)
        said = next((event.body for event in events if event.seq == seq), None)
        if isinstance(said, StaffWrote):
            return await self.read(staff_words(said))
        if not isinstance(said, AgentSaid):
            raise InputError("message-unknown", f"there is no message {seq}", "give the seq of a message of the agent")
        return await self.read(said.text)

    async def read(self, text: str) -> bytes:
        """Words as WAV, a little slower than in calls."""
        engines = await self._engines.get()
        style = replace(engines.style, rate_wpm=round(engines.style.rate_wpm * READING_RATE))
        parts = [await engines.agent.synthesize(part, style) for part in _sentences(text)]
        gap = silence(BETWEEN_SENTENCES_MS)
        return wav_bytes(np.concatenate([piece for part in parts for piece in (part, gap)]))

    async def _hints(self, visit_id: str) -> Hints:
        visit = await self._store.visits.get(visit_id)
        if visit is None:
            raise InputError("visit-unknown", f"there is no visit {visit_id!r}", "start one with POST /api/chat")
        if visit.status is not VisitStatus.OPEN:
            raise InputError("visit-ended", "this visit has ended", "start a new one with POST /api/chat")
        return Conversation.resume(self._library, await self._store.events.read(visit_id)).hints()


def _recognise(recognizer: Recognizer, hints: Hints, pcm: Pcm) -> tuple[str, float]:
    """Words and confidence. Blocking."""
    session = recognizer.open(hints)
    if len(pcm):
        session.accept(pcm)
    heard = session.finish()
    return heard.text, heard.confidence


def _sentences(text: str) -> list[str]:
    """Cut behind 。？！, so that each is cached by itself."""
    parts = [""]
    for character in text:
        parts[-1] += character
        if character in "。？！":
            parts.append("")
    return [part for part in parts if part.strip()]
