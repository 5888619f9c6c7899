"""``chat --watch``: data files that changed between turns are taken up; the conversation goes on by replay."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from agent.conversation import Conversation
from agent.domain.events import ConversationOpened
from agent.errors import SuifangError
from agent.library import Library, load_library
from agent.survey import survey
from connectors.storage import VisitStart
from connectors.storage.owners import this_process
from connectors.storage.ports import Channel
from suifang.app import App
from suifang.visits import Caller, Visit

Stamp = tuple[tuple[str, int, int], ...]


class Watch:
    """Knows when the data below a root changed since it last looked."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stamp = self._now()

    def changed(self) -> bool:
        """Whether anything is other than at the last call."""
        stamp, before = self._now(), self._stamp
        self._stamp = stamp
        return stamp != before

    def _now(self) -> Stamp:
        paths = (p for name in ("dialogues", "nlu_data") for p in sorted((self._root / name).rglob("*.yml")))
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path in paths if (stat := path.stat()))


async def reload(root: Path) -> Library | str:
    """The data as they are now, or one line that says why they cannot be used."""
    return await asyncio.to_thread(_load, root)


def _load(root: Path) -> Library | str:
    faults = survey(root).faults
    if faults:
        more = f" (and {len(faults) - 1} more; see suifang flows check)" if len(faults) > 1 else ""
        return f"{faults[0]}{more}"
    try:
        return load_library(root)
    except SuifangError as error:
        return str(error)


async def go_on(app: App, visit: Visit, library: Library, now: datetime) -> tuple[App, Visit]:
    """The same conversation under new data, as a visit of its own: its log is what the new data make of it."""
    conversation = Conversation.resume(library, visit.conversation.events)
    opened = visit.conversation.events[0].body
    if not isinstance(opened, ConversationOpened):
        raise TypeError("a log begins with its opening")
    caller = Caller(conversation.state.resident, opened.history)
    started = now.isoformat(timespec="seconds")
    start = VisitStart(
        uuid.uuid4().hex, caller.resident, opened.flow, conversation.state.form, Channel.TERMINAL, started,
        this_process(),
    )  # fmt: skip
    await app.store.visits.open(start)
    again = Visit(start.id, conversation, app.store)
    await again.flush()
    await visit.close("data reloaded", now)
    return replace(app, library=library, papers=app.papers.over(library)), again
