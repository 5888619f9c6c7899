"""The shared part in Redis, for several workers. Needs redis: ``pip install 'suifang[redis]'``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from redis import asyncio as aioredis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from agent.errors import StorageError
from connectors.live.memory import busy
from connectors.live.ports import KEPT, LEASE_SECONDS, PATIENCE_SECONDS, News

PREFIX = "suifang:"
SESSION_SECONDS = 86_400
BLOCK_MS = 1000
"""How long one look for news waits at the server."""
_COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
"""


class RedisLive:
    """Locks, limits, sessions and news by one Redis server."""

    def __init__(self, client: Any, worker: str, shown: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """``worker`` names this process and no other, now or later; ``shown`` is the address without its password."""
        self._redis = client
        self._worker = worker
        self._shown = shown
        self._patience_seconds = patience_seconds
        self._count = client.register_script(_COUNT)

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """One at a time in all workers; the lease is renewed as long as the block runs."""
        lock = self._redis.lock(
            f"{PREFIX}lock:{name}", timeout=LEASE_SECONDS, blocking_timeout=self._patience_seconds, sleep=0.02,
            thread_local=False,
        )  # fmt: skip
        with self._errors():
            if not await lock.acquire():
                raise busy()
        renewing = asyncio.create_task(_renew(lock), name=f"lease of {name}")
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            with suppress(RedisError):  # it ends by itself
                await lock.release()

    async def allow(self, name: str, most: int, seconds: int) -> bool:
        """Count one more."""
        with self._errors():
            return int(await self._count(keys=[f"{PREFIX}limit:{name}"], args=[seconds])) <= most

    async def take(self, session: str) -> bool:
        """Put this worker's name there; whose it was."""
        with self._errors():
            key = f"{PREFIX}session:{session}"
            return bool(await self._redis.set(key, self._worker, ex=SESSION_SECONDS, get=True) == self._worker)

    async def mine(self, session: str) -> bool:
        """Whose name is there."""
        with self._errors():
            return bool(await self._redis.get(f"{PREFIX}session:{session}") == self._worker)

    async def publish(self, topic: str, body: Mapping[str, str]) -> None:
        """Add to the topic's stream."""
        with self._errors():
            key = f"{PREFIX}news:{topic}"
            await self._redis.xadd(key, dict(body), maxlen=KEPT, approximate=True)
            await self._redis.expire(key, SESSION_SECONDS)

    async def follow(self, topic: str, after: str = "") -> AsyncIterator[News]:
        """Read the topic's stream."""
        key = f"{PREFIX}news:{topic}"
        with self._errors():
            last = after or await self._end_of(key)
        while True:
            with self._errors():
                found = await self._redis.xread({key: last}, count=KEPT, block=BLOCK_MS)
            for _, entries in found.items() if isinstance(found, dict) else found:
                for number, body in entries:
                    last = number
                    yield News(number, body)

    async def ping(self) -> None:
        """Whether the server answers."""
        with self._errors():
            await self._redis.ping()

    async def _end_of(self, key: str) -> str:
        newest = await self._redis.xrevrange(key, count=1)
        return str(newest[0][0]) if newest else "0-0"

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with redis_errors(self._shown):
            yield


@contextmanager
def redis_errors(shown: str) -> Iterator[None]:
    """Translate what the client raises, once."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StorageError(
            "live-unreachable", f"Redis at {shown} cannot be used ({type(error).__name__})",
            "start it, or correct SUIFANG_REDIS_URL", retryable=True,
        ) from None  # fmt: skip


async def _renew(lock: Lock) -> None:
    """Keep the lease; a lease that is lost is the next worker's, and the store refuses what comes twice."""
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        try:
            await lock.reacquire()
        except LockError:
            return
        except RedisError:
            continue


@asynccontextmanager
async def open_redis(url: str, worker: str) -> AsyncIterator[RedisLive]:
    """A connection that was tried out. Raises ``StorageError`` live-address, live-unreachable."""
    try:
        client = aioredis.from_url(
            url, decode_responses=True, socket_timeout=5.0, socket_connect_timeout=3.0, health_check_interval=30
        )
    except ValueError:
        raise StorageError(
            "live-address", "the address of Redis cannot be read", "SUIFANG_REDIS_URL=redis://:password@host:6379/0"
        ) from None
    live = RedisLive(client, worker, urlsplit(url).hostname or "?")
    try:
        await live.ping()
        yield live
    finally:
        await client.aclose()
