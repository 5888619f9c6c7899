"""The conversation behind a guard: when it raises, the call goes on with a neutral answer and the fault is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from agent.domain.effects import Effect, Patience
from agent.domain.events import EventBody
from agent.domain.turns import Completeness, Hints
from agent.errors import SpeechError
from speech.ports import Dialogue

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


class GuardedDialogue:
    """A Dialogue that never raises; ``failed`` is told once per failure."""

    def __init__(self, inner: Dialogue, failed: Callable[[SpeechError], None]) -> None:
        self._inner = inner
        self._failed = failed

    @property
    def events(self) -> Sequence[Any]:
        """The log so far."""
        return self._try(lambda: self._inner.events, ())

    @property
    def may_record(self) -> bool:
        """False in doubt."""
        return self._try(lambda: self._inner.may_record, False)

    @property
    def aside(self) -> bool:
        """Somebody else talks with the resident."""
        return self._try(lambda: self._inner.aside, False)

    @property
    def ask(self) -> str | None:
        """Id of the open ask."""
        return self._try(lambda: self._inner.ask, None)

    @property
    def patience(self) -> Patience:
        """How long this step lets the resident think."""
        return self._try(lambda: self._inner.patience, Patience.NORMAL)

    def hints(self) -> Hints:
        """What the open ask expects to hear."""
        return self._try(self._inner.hints, Hints(None))

    def hear(self, text: str, confidence: float, now: datetime) -> list[Effect]:
        """Take a final utterance."""
        return self._try(lambda: self._inner.hear(text, confidence, now), [])

    def overhear(self, text: str, now: datetime) -> list[Effect]:
        """Take words that are not final."""
        return self._try(lambda: self._inner.overhear(text, now), [])

    def completes(self, text: str) -> Completeness:
        """Whether these words answer the open ask."""
        return self._try(lambda: self._inner.completes(text), Completeness.UNKNOWN if text else Completeness.EMPTY)

    def preview(self, text: str) -> tuple[str, ...]:
        """Texts the agent would likely say."""
        return self._try(lambda: self._inner.preview(text), ())

    def silence(self, now: datetime) -> list[Effect]:
        """Nobody spoke for long."""
        return self._try(lambda: self._inner.silence(now), [])

    def close(self, reason: str, now: datetime) -> list[Effect]:
        """The line is closed."""
        return self._try(lambda: self._inner.close(reason, now), [])

    def note(self, body: EventBody, now: datetime) -> None:
        """Append an event of the voice."""
        self._try(lambda: self._inner.note(body, now), None)

    def _try(self, call: Callable[[], T], neutral: T) -> T:
        try:
            return call()
        except Exception as error:  # a fault in the conversation must not leave an old person on a dead line
            _LOG.exception("call.dialogue_failed")
            name = type(error).__name__
            self._failed(SpeechError("dialogue-failed", f"the conversation raised {name}", "see the log"))
            return neutral
