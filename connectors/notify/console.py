"""Messages printed where the service runs: for demonstrations on this machine, in place of a telephone."""

from __future__ import annotations

from collections.abc import Callable

from agent.domain.answers import is_mobile
from agent.errors import ConnectorError
from connectors.notify.ports import Message

MOST_KEPT = 1000


class PrintedMessages:
    """The ``Messages`` port over a stream."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._sent: dict[str, str] = {}

    async def send(self, message: Message) -> str:
        """Print it; one that was printed before is not printed again."""
        if not is_mobile(message.phone):
            raise ConnectorError("message-refused", "this is no mobile's number", "correct the resident's number")
        if message.key not in self._sent:
            self._write(f"suifang: message to …{message.phone[-4:]}: {message.text}\n")
            self._sent[message.key] = f"printed-{len(self._sent) + 1}"
            if len(self._sent) > MOST_KEPT:
                self._sent.pop(next(iter(self._sent)))
        return self._sent[message.key]
