"""The live state that the settings ask for: of this process, or in Redis."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.errors import StorageError
from connectors.live import Live, MemoryLive
from connectors.storage.owners import this_process
from suifang.egress import check_egress
from suifang.settings import Settings


@asynccontextmanager
async def open_live(settings: Settings) -> AsyncIterator[Live]:
    """In process unless ``SUIFANG_REDIS_URL`` is set. Raises ``StorageError`` live-unreachable, ``InputError``."""
    url = settings.redis_url.get_secret_value()
    if not url:
        yield MemoryLive()
        return
    try:
        from connectors.live.redis import open_redis  # noqa: PLC0415 - an extra
    except ImportError:
        raise StorageError("redis-missing", "Redis needs its client", "pip install 'suifang[redis]'") from None
    check_egress(settings, "SUIFANG_REDIS_URL", url)
    async with open_redis(url, f"{this_process()}:{uuid.uuid4().hex}") as live:
        yield live
