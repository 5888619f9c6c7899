"""A spare voice for when the chosen engine fails in the middle of a call, and one loudness for all of them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from agent.errors import SpeechError
from speech.audio import scale
from speech.loudness import evened
from speech.ports import Pcm, Synthesizer, VoiceStyle

_LOG = logging.getLogger("suifang.synthesis")
REST_S = 30.0
"""After a failure the engine is left alone so long: no further clause waits for it in vain."""
PATIENCE_S = 3.0
"""A clause later than this is spoken by the spare voice: silence is worse than another voice."""
_OURS = ("synthesis-empty",)


class Evened:
    """Brings every clip of an engine to one loudness; volume is applied after that."""

    def __init__(self, inner: Synthesizer) -> None:
        self._inner = inner

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """Speak. Raises what the engine raises."""
        clip = await self._inner.synthesize(text, replace(style, volume=1.0))
        return scale(await asyncio.to_thread(evened, clip), style.volume)

    async def aclose(self) -> None:
        """Close the engine; idempotent."""
        await self._inner.aclose()


class WithSpare:
    """The chosen engine, and another for what it fails to speak."""

    def __init__(
        self, chosen: Synthesizer, spare: Synthesizer, *, now_s: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        self._chosen = chosen
        self._spare = spare
        self._now_s = now_s
        self._patience_s = patience_s
        self._rests_until_s = float("-inf")

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """Speak with the chosen engine, or the spare one. Raises SpeechError when neither can."""
        if self._now_s() >= self._rests_until_s:
            try:
                async with asyncio.timeout(self._patience_s):
                    return await self._chosen.synthesize(text, style)
            except SpeechError as error:
                if error.code in _OURS:
                    raise
                self._rest(error.code)
            except TimeoutError:
                self._rest("synthesis-slow")
        return await self._spare.synthesize(text, style)

    async def aclose(self) -> None:
        """Close both; idempotent."""
        try:
            await self._chosen.aclose()
        finally:
            await self._spare.aclose()

    def _rest(self, code: str) -> None:
        self._rests_until_s = self._now_s() + REST_S
        _LOG.warning("synthesis.spare_voice", extra={"code": code, "rest_s": REST_S})
