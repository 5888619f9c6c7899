"""The composition root: the one place that names concrete parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from agent.library import Library, load_library
from connectors.live import Live
from connectors.storage import SqlStore
from suifang.live import open_live
from suifang.loading import unswept
from suifang.papers import Papers
from suifang.settings import Settings
from suifang.storing import open_house_store
from suifang.visits import Visits


@dataclass(frozen=True, slots=True)
class App:
    """The parts that every command shares."""

    settings: Settings
    library: Library
    store: SqlStore
    visits: Visits
    papers: Papers
    live: Live


@asynccontextmanager
async def open_app(settings: Settings, library: Library | None = None) -> AsyncIterator[App]:
    """Load the data (or take what is loaded), open the store, clear up after processes that died."""
    with unswept():
        library = library or load_library(settings.root)
    async with open_live(settings) as live, open_house_store(settings) as store:
        await store.scope.adopt(settings.team_id)
        visits = Visits(library, store, {"clinic": settings.clinic, "team": settings.team}, settings.team_id,
                        messages=settings.messages != "none")  # fmt: skip
        await visits.sweep(datetime.now())
        papers = Papers(library, store, settings.visits_dir, store.reviews.corrections, store.clips.voices)
        yield App(settings, library, store, visits, papers, live)
