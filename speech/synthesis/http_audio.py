"""Asks a speech server over HTTP and takes its WAV. Shared by the engines that are servers; knows none of them."""

from __future__ import annotations

import http.client
import io
import json
import urllib.error
import urllib.request
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np

from agent.errors import SpeechError
from speech.audio import trim_silence
from speech.bench import Workbench
from speech.ports import RATE_HZ, Pcm
from speech.resample import resample

_MAX_BYTES = 30_000_000
_TELLS = 200


@dataclass(frozen=True)
class SpeechServer:
    """Where the server is and how long it may take."""

    url: str
    timeout_s: float = 4.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def host(self) -> str:
        """For messages: an address may hold a key."""
        return urlsplit(self.url).hostname or "the speech server"


class HttpAudio:
    """Asks off the event loop; a server that hangs costs no more than its time limit."""

    def __init__(self, server: SpeechServer, name: str) -> None:
        if urlsplit(server.url).scheme not in ("http", "https"):
            raise SpeechError("synthesis-url", f"{name} has no address", "set SUIFANG_SYNTHESIZER_URL to http://…")
        self._server = server
        self._name = name
        self._bench = Workbench(4, name=name)

    async def ask(self, path: str, body: Mapping[str, object]) -> Pcm:
        """The clip for a request, at our rate, without silence at its ends. Raises SpeechError ``synthesis-*``."""
        limit_s = self._server.timeout_s
        data = await self._bench.run(lambda: self._post(path, body), timeout_s=limit_s + 1)
        clip = trim_silence(read_wav_bytes(data, self._name))
        if not len(clip):
            raise SpeechError("synthesis-bad-audio", f"{self._name} sent silence", "see its log", retryable=True)
        return clip

    def close(self) -> None:
        """Let the threads end; idempotent."""
        self._bench.close()

    def _post(self, path: str, body: Mapping[str, object]) -> bytes:
        request = urllib.request.Request(
            self._server.url.rstrip("/") + path,
            json.dumps(body, ensure_ascii=False).encode(),
            {"Content-Type": "application/json", "Accept": "audio/wav", **self._server.headers},
        )
        try:
            with _straight().open(request, timeout=self._server.timeout_s) as answer:
                data: bytes = answer.read(_MAX_BYTES)
                if len(data) < min(_MAX_BYTES, int(answer.headers.get("Content-Length") or 0)):
                    raise http.client.IncompleteRead(data)
                return data
        except urllib.error.HTTPError as error:
            error.close()
            message = f"{self._name} at {self._server.host} answered {error.code}"
            remedy = "check its voice, model and key"
            raise SpeechError("synthesis-refused", message, remedy, retryable=error.code >= 500) from None
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", None) or type(error).__name__
            message = f"{self._name} at {self._server.host} gives no answer ({why})"
            raise SpeechError("synthesis-offline", message, "start it", retryable=True) from None


class _Here(urllib.request.HTTPRedirectHandler):
    """The host was allowed, no other one: a server that points elsewhere has refused."""

    def redirect_request(self, *_args: object) -> None:
        """Do not follow."""


def _straight() -> urllib.request.OpenerDirector:
    """To the host itself: no redirects, no proxy of the environment."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _Here)


def read_wav_bytes(data: bytes, name: str) -> Pcm:
    """16-bit WAV of any usual rate, mono or stereo, at our rate; a streaming server may leave the length open."""
    try:
        with wave.open(io.BytesIO(data)) as source:
            channels, width, rate_hz = source.getnchannels(), source.getsampwidth(), source.getframerate()
            raw = source.readframes(min(source.getnframes(), len(data)))
    except (wave.Error, EOFError, ValueError) as error:
        told = data[:_TELLS].decode("utf-8", "replace") if data[:1] in (b"{", b"<") else str(error)
        message = f"{name} sent no WAV: {told}"
        raise SpeechError("synthesis-bad-audio", message, "have it send 16-bit WAV") from None
    if width != 2 or channels not in (1, 2):
        message = f"{name} sent {channels} channels of {8 * width} bits"
        raise SpeechError("synthesis-bad-audio", message, "have it send 16-bit mono WAV")
    samples = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], "<i2")
    mono = samples if channels == 1 else np.asarray(samples.reshape(-1, 2).mean(axis=1), np.int16)
    if not len(mono):
        raise SpeechError("synthesis-bad-audio", f"{name} sent an empty WAV", "see its log", retryable=True)
    return resample(np.asarray(mono, np.int16), rate_hz, RATE_HZ)
