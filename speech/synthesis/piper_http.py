"""Piper behind the Synthesizer port: its own HTTP server (``python -m piper.http_server``), started by the operator.

Piper is GPL-3: it runs in a process of its own and nothing of it is loaded here.
"""

from __future__ import annotations

from speech.audio import scale
from speech.ports import Pcm, VoiceStyle
from speech.synthesis.http_audio import HttpAudio, SpeechServer
from speech.synthesis.spoken import spoken

NAME = "piper-http"
USUAL_WPM = 160
"""Rate at which Piper's own pace is taken."""
MAX_CHARS = 600


class PiperSynthesizer:
    """One Piper server; ``voice`` empty for the one it was started with."""

    def __init__(self, server: SpeechServer, voice: str = "") -> None:
        self._audio = HttpAudio(server, "Piper")
        self._voice = {"voice": voice} if voice else {}

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """Speak one clause or sentence. Raises SpeechError ``synthesis-*``."""
        stretch = round(USUAL_WPM / max(40, style.rate_wpm), 3)
        body = {"text": spoken(text[:MAX_CHARS]), "length_scale": stretch, **self._voice}
        return scale(await self._audio.ask("/synthesize", body), style.volume)

    async def aclose(self) -> None:
        """Let go of the server; idempotent."""
        self._audio.close()
