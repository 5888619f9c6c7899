"""Real HTTP speech servers on this machine: Piper's and OpenAI's way of asking, and ways of failing."""

from __future__ import annotations

import io
import json
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np

from tests.fakes.file_server import serving


def tone_wav(
    seconds: float = 0.8, rate_hz: int = 22_050, channels: int = 1, width: int = 2, level: float = 0.05
) -> bytes:
    """A WAV of a tone with silence at both ends."""
    count = round(seconds * rate_hz)
    tone = level * np.sin(2 * np.pi * 300 * np.arange(count) / rate_hz)
    still = np.zeros(rate_hz // 5)
    samples = np.repeat(np.concatenate([still, tone, still]), channels)
    kinds = {1: np.uint8, 2: np.int16, 4: np.int32}
    scaled = samples * (2 ** (8 * width - 1) - 1) + (128 if width == 1 else 0)
    out = io.BytesIO()
    with wave.open(out, "wb") as sink:
        sink.setnchannels(channels)
        sink.setsampwidth(width)
        sink.setframerate(rate_hz)
        sink.writeframes(scaled.astype(kinds[width]).tobytes())
    return out.getvalue()


@dataclass
class Server:
    """What it answers, and what it was asked."""

    answer: bytes = field(default_factory=tone_wav)
    status: int = 200
    hangs_s: float = 0.0
    cut_at: int | None = None
    location: str = ""
    """Where it points to instead."""
    asked: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list)
    """Path, body, Authorization."""


@contextmanager
def speech_server(server: Server) -> Iterator[str]:
    """Serves until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append((self.path, body, self.headers.get("Authorization")))
            time.sleep(server.hangs_s)
            self.send_response(server.status)
            if server.location:
                self.send_header("Location", server.location)
            self.send_header("Content-Length", str(len(server.answer)))
            self.end_headers()
            self.wfile.write(server.answer[: server.cut_at])
            self.close_connection = True

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the asker gave up
                self.close_connection = True

        log_message: Callable[..., None] = lambda *_: None

    with serving(Handler) as base:
        yield base
