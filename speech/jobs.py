"""Tasks of one call, owned by its task group; in lock-step the call waits for them before time goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Jobs:
    """Starts named tasks in one group and knows which are running."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run ``work``; it must handle its own failures."""
        task = self._group.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def settle(self) -> None:
        """Wait until nothing is running any more."""
        while self._running:
            await asyncio.wait(self._running)

    def cancel(self) -> None:
        """Cancel what is running."""
        for task in self._running:
            task.cancel()
