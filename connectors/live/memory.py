"""The shared part of a house of one process: nothing to install or start."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from agent.errors import StorageError
from connectors.live.ports import KEPT, PATIENCE_SECONDS, News

MOST_WINDOWS = 10_000
"""Counted names after which those that have run out are dropped."""


class MemoryLive:
    """Locks, limits, sessions and news of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._windows: dict[str, tuple[float, int]] = {}
        self._topics: defaultdict[str, deque[News]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._told = asyncio.Condition()
        self._number = 0

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """One at a time."""
        lock = self._locks.setdefault(name, asyncio.Lock())
        try:
            async with asyncio.timeout(self._patience_seconds):
                await lock.acquire()
        except TimeoutError:
            raise busy() from None
        try:
            yield
        finally:
            lock.release()

    async def allow(self, name: str, most: int, seconds: int) -> bool:
        """Count one more."""
        now = self._clock()
        until, count = self._windows.get(name, (0.0, 0))
        if now >= until:
            if len(self._windows) > MOST_WINDOWS:
                self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
            until, count = now + seconds, 0
        self._windows[name] = (until, count + 1)
        return count < most

    async def take(self, session: str) -> bool:
        """There is no other worker."""
        return True

    async def mine(self, session: str) -> bool:
        """There is no other worker."""
        return True

    async def publish(self, topic: str, body: Mapping[str, str]) -> None:
        """Tell those who follow."""
        async with self._told:
            self._number += 1
            self._topics[topic].append(News(f"{self._number}-0", dict(body)))
            self._told.notify_all()

    async def follow(self, topic: str, after: str = "") -> AsyncIterator[News]:
        """News as they come."""
        last = int(after.partition("-")[0]) if after else self._number
        while True:
            async with self._told:
                while not (fresh := self._since(topic, last)):
                    await self._told.wait()
            for news in fresh:
                last = int(news.id.partition("-")[0])
                yield news

    async def ping(self) -> None:
        """It is here."""

    def _since(self, topic: str, last: int) -> list[News]:
        return [news for news in self._topics.get(topic, ()) if int(news.id.partition("-")[0]) > last]


def busy() -> StorageError:
    """Somebody else holds it, longer than one waits."""
    return StorageError("live-busy", "another message of this visit is being answered", "try again", retryable=True)
