"""Work that is finished although its caller is cancelled: what was begun is put away first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``. A cancellation waits until it is done and goes on then; a second one does not wait."""
    task = asyncio.create_task(work, name="putting away")
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
