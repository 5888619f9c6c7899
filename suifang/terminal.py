"""The terminal: colours only where there is one, and lines typed into it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import TextIO

AGENT, RESIDENT, DIM, BOLD, RED = "36", "33", "2", "1", "31"


class Screen:
    """Writes lines to a stream; paints them when it is a terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self.painted = self._stream.isatty() and "NO_COLOR" not in os.environ

    def line(self, text: str = "", colour: str = "") -> None:
        """One line, shown at once."""
        self._stream.write((self.paint(text, colour)) + "\n")
        self._stream.flush()

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self.painted else text


class TypedLines:
    """Lines of stdin. A daemon thread reads them: a read that waits can be cancelled by nobody."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdin if stream is None else stream
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    async def next(self) -> str | None:
        """The next line, or None at the end of the input."""
        return await self._lines.get()

    def _read(self) -> None:
        try:
            for line in self._stream:
                self._put(line.rstrip("\n"))
            self._put(None)
        except (OSError, UnicodeDecodeError, RuntimeError):
            self._put(None)

    def _put(self, line: str | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
