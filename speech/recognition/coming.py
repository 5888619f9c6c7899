"""A recogniser that is still being loaded while the agent says its first words."""

from __future__ import annotations

from concurrent.futures import Future

from speech.ports import Hints, RecognitionSession, Recognizer


class Coming:
    """A Recognizer; the first utterance waits until it is there."""

    def __init__(self, loading: Future[Recognizer]) -> None:
        self._loading = loading

    def open(self, hints: Hints) -> RecognitionSession:
        """Start an utterance. Raises what the loading raised."""
        return self._loading.result().open(hints)
