"""Any endpoint that speaks OpenAI's ``/audio/speech`` behind the Synthesizer port: hosted, or on the clinic's machine.

What is spoken leaves the process: the operator chooses where to.
"""

from __future__ import annotations

from dataclasses import dataclass

from speech.audio import scale
from speech.ports import Pcm, VoiceStyle
from speech.synthesis.http_audio import HttpAudio, SpeechServer
from speech.synthesis.spoken import spoken

NAME = "openai-speech"
USUAL_WPM = 160
MAX_CHARS = 600


@dataclass(frozen=True)
class SpeechModel:
    """Which model and voice of the endpoint."""

    model: str = "tts-1"
    voice: str = "alloy"


class OpenAiSpeech:
    """One endpoint; its address ends in ``/v1``."""

    def __init__(self, server: SpeechServer, speaks: SpeechModel | None = None) -> None:
        self._audio = HttpAudio(server, "the speech endpoint")
        self._speaks = speaks or SpeechModel()

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """Speak one clause or sentence. Raises SpeechError ``synthesis-*``."""
        body = {
            "model": self._speaks.model,
            "voice": self._speaks.voice,
            "input": spoken(text[:MAX_CHARS]),
            "speed": round(min(4.0, max(0.25, style.rate_wpm / USUAL_WPM)), 2),
            "response_format": "wav",
        }
        return scale(await self._audio.ask("/audio/speech", body), style.volume)

    async def aclose(self) -> None:
        """Let go of the endpoint; idempotent."""
        self._audio.close()
