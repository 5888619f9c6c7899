"""A recogniser with another behind it: when the first hangs or fails, the other takes over, for all calls at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from speech.ports import Hints, RecognitionSession, Recognizer

_LOG = logging.getLogger(__name__)
MOST_CHANGES = 8
"""Opening an engine again and again helps nobody: what fails so often is not the engine."""


class Standby:
    """A Recognizer whose engine can be changed while calls are held; safe to use from several threads."""

    def __init__(self, first: Recognizer, spare: Callable[[], Recognizer]) -> None:
        self._engine = first
        self._spare = spare
        self._lock = threading.Lock()
        self.changes = 0
        """How often the engine was changed."""

    def open(self, hints: Hints) -> RecognitionSession:
        """Start an utterance with the present engine."""
        return self._engine.open(hints)

    def change(self, seen: int) -> None:
        """Open the spare engine, unless another call has changed it since ``changes`` was ``seen``. Loads files."""
        with self._lock:
            if self.changes != seen or self.changes >= MOST_CHANGES:
                return
            self._engine = self._spare()
            self.changes += 1
        _LOG.error("recognition.engine_changed", extra={"changes": self.changes})
