"""Warming up beside the work: the first resident waits no longer than the second."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Event

from agent.errors import DefinitionError
from agent.library import Library
from agent.warming import rehearsal

_LATER_S = 0.5
"""What is being started has its first words out by then."""


@asynccontextmanager
async def warming(library: Library, modules: Sequence[str] = ()) -> AsyncIterator[None]:
    """Load modules and rehearse, in a thread of its own, while the block runs; a fault in the data ends it."""
    enough = Event()

    def rehearse() -> None:
        if not enough.wait(_LATER_S):
            for module in modules:
                import_module(module)
        for _ in rehearsal(library):
            if enough.is_set():
                return

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.to_thread(rehearse), name="rehearsal")
            try:
                yield
            finally:
                enough.set()
    except* re.error as group:
        raise DefinitionError(
            "pattern-unreadable", f"nobody can mean this pattern: {group.exceptions[0]}",
            "suifang flows check names file and line", path=library.root,
        ) from None  # fmt: skip
