"""Prompts spoken before: in memory, and on disk under a size limit, keyed by voice, rate, pitch and text.

A Synthesizer around another one. Volume is applied on the way out, so one clip serves every loudness.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from agent.errors import SpeechError
from speech.audio import scale
from speech.ports import Pcm, Synthesizer, VoiceStyle
from speech.synthesis.clauses import clauses

_FORMAT = "1"
"""Part of every key: raise it when the spoken form or the clip format changes."""


class PromptCache:
    """Keeps clips of ``inner``; concurrent requests for one text are synthesised once."""

    def __init__(
        self,
        inner: Synthesizer,
        folder: Path | None = None,
        *,
        memory_bytes: int = 32_000_000,
        disk_bytes: int = 200_000_000,
        keeps: Callable[[str], bool] = bool,
    ) -> None:
        """``keeps``: which texts may lie on the disk; those with names and values of residents must not."""
        self._inner = inner
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._disk_bytes = disk_bytes
        self._keeps = keeps
        self._clips: OrderedDict[str, Pcm] = OrderedDict()
        self._held_bytes = 0
        self._making: dict[str, asyncio.Lock] = {}

    async def synthesize(self, text: str, style: VoiceStyle) -> Pcm:
        """The clip of a text, from memory, disk or the engine. Raises what the engine raises."""
        key = _key(text, style)
        clip = self._remembered(key)
        if clip is None:
            lock = self._making.setdefault(key, asyncio.Lock())
            try:
                async with lock:
                    clip = self._remembered(key)
                    if clip is None:
                        clip = await self._make(key, text, style)
            finally:
                if not lock.locked():
                    self._making.pop(key, None)
        return scale(clip, style.volume)

    async def prewarm(self, texts: Iterable[str], style: VoiceStyle) -> int:
        """Have the clauses of these wordings ready; returns how many there are."""
        count = 0
        for text in texts:
            for clause in clauses(text):
                await self.synthesize(clause.text, style)
                count += 1
        return count

    async def aclose(self) -> None:
        """Close the engine; idempotent."""
        await self._inner.aclose()

    async def _make(self, key: str, text: str, style: VoiceStyle) -> Pcm:
        clip = self._read(key)
        if clip is None:
            clip = await self._inner.synthesize(text, replace(style, volume=1.0))
            if self._keeps(text):
                self._write(key, clip)
        self._remember(key, clip)
        return clip

    def _remembered(self, key: str) -> Pcm | None:
        if key not in self._clips:
            return None
        self._clips.move_to_end(key)
        return self._clips[key]

    def _remember(self, key: str, clip: Pcm) -> None:
        self._clips[key] = clip
        self._held_bytes += clip.nbytes
        while self._held_bytes > self._memory_bytes and len(self._clips) > 1:
            _, dropped = self._clips.popitem(last=False)
            self._held_bytes -= dropped.nbytes

    def _read(self, key: str) -> Pcm | None:
        if self._folder is None:
            return None
        path = self._folder / f"{key}.pcm"
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return np.frombuffer(data[: len(data) // 2 * 2], np.int16)

    def _write(self, key: str, clip: Pcm) -> None:
        """A disk that refuses costs speed only, so its errors are not passed on."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f"{key}.{os.getpid()}.part"
            part.write_bytes(clip.tobytes())
            part.replace(self._folder / f"{key}.pcm")
            trim_folder(self._folder, self._disk_bytes)


def _key(text: str, style: VoiceStyle) -> str:
    if not text.strip():
        raise SpeechError("synthesis-empty", "there is nothing to say", "give at least one character")
    parts = (_FORMAT, style.voice, str(style.rate_wpm), str(style.pitch), text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def trim_folder(folder: Path, limit_bytes: int) -> None:
    """Delete the clips used longest ago until the folder is within its limit."""
    found = []
    for path in folder.glob("*.pcm"):
        with contextlib.suppress(OSError):
            stat = path.stat()
            found.append((stat.st_mtime_ns, stat.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= limit_bytes:
            return
        path.unlink(missing_ok=True)
        total -= size
