"""espeak-ng behind the Synthesizer port: one worker process, restarted once when it dies or hangs.

Nothing of espeak-ng is loaded into this process; see ``espeak_worker`` for the protocol.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

from agent.errors import SpeechError
from speech.audio import scale, trim_silence
from speech.bench import Workbench
from speech.pipes import LENGTH, read_message, write_message
from speech.ports import RATE_HZ, Pcm, VoiceStyle
from speech.resample import resample
from speech.synthesis.espeak_readings import for_espeak
from speech.synthesis.spoken import spoken

_ROOT = Path(__file__).resolve().parents[2]
_REMEDY = "reinstall the espeakng-loader wheel, or choose another synthesiser"
MAX_CHARS = 600


class WorkerProcess:
    """One espeak-ng process and the pipe to it. Blocking; one caller at a time."""

    def __init__(self, command: tuple[str, ...]) -> None:
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )

    def ask(self, request: dict[str, object]) -> bytes:
        """Answer without its status byte. Raises EOFError/OSError when the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        write_message(self._process.stdin, json.dumps(request).encode())  # type: ignore[arg-type]
        body = read_message(self._process.stdout)  # type: ignore[arg-type]
        if body is None:
            raise EOFError("the worker ended")
        if body[:1] != b"\0":
            raise SpeechError("synthesis-refused", body[1:].decode("utf-8", "replace"), "choose another voice")
        return body[1:]

    def kill(self) -> None:
        """End the process and close the pipes; idempotent. Wakes a caller that waits in ``ask``."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()


class EspeakSynthesizer:
    """espeak-ng's Mandarin voices (``cmn``, ``cmn+f3`` …)."""

    def __init__(
        self,
        *,
        timeout_s: float = 3.0,
        command: tuple[str, ...] = (sys.executable, "-m", "speech.synthesis.espeak_worker"),
    ) -> None:
        self._timeout_s = timeout_s
        self._command = command
        self._worker: WorkerProcess | None = None
        self._lock = threading.Lock()
        self._bench = Workbench(1, name="espeak")

    def start(self) -> None:
        """Begin to load the worker, so that the first clause finds it ready; does not wait for it."""
        with contextlib.suppress(OSError), self._lock:
            if self._worker is None:
                self._worker = WorkerProcess(self._command)

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """Speak ``text`` (normalised here). Raises SpeechError ``synthesis-*``."""
        request: dict[str, object] = {
            "text": for_espeak(spoken(text[:MAX_CHARS])),
            "voice": style.voice,
            "rate": max(80, min(450, style.rate_wpm)),
            "pitch": max(0, min(99, style.pitch)),
        }
        answer = await self._request(request)
        (rate_hz,) = LENGTH.unpack_from(answer)
        native = np.frombuffer(answer, np.int16, offset=LENGTH.size)
        return scale(trim_silence(resample(native, rate_hz, RATE_HZ)), style.volume)

    async def phonemes(self, text: str, voice: str = "cmn") -> str:
        """espeak-ng's own phonemes for a text, for checking readings."""
        answer = await self._request({"text": text, "voice": voice, "phonemes": True})
        return answer[LENGTH.size :].decode("utf-8", "replace")

    async def aclose(self) -> None:
        """End the worker; idempotent."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
        self._bench.close()

    async def _request(self, request: dict[str, object]) -> bytes:
        try:
            return await self._attempt(request)
        except SpeechError as error:
            if not error.retryable:
                raise
        return await self._attempt(request)

    async def _attempt(self, request: dict[str, object]) -> bytes:
        try:
            return await self._bench.run(lambda: self._ask(request), timeout_s=self._timeout_s)
        except SpeechError as error:
            if error.code == "engine-hangs":
                self._drop()
            raise

    def _ask(self, request: dict[str, object]) -> bytes:
        try:
            with self._lock:
                if self._worker is None:
                    self._worker = WorkerProcess(self._command)
                worker = self._worker
            return worker.ask(request)
        except (OSError, EOFError, ValueError) as error:
            self._drop()
            raise SpeechError("synthesis-died", f"espeak-ng ended: {error}", _REMEDY, retryable=True) from error

    def _drop(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
