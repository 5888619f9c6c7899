"""Stored visits, as the service shows them."""

from __future__ import annotations

import asyncio
import importlib.util
from dataclasses import asdict
from pathlib import Path

from agent.errors import InputError, StorageError
from connectors.api.ports import Health, VisitView
from connectors.storage import Visit
from suifang.app import App

OPTIONAL = {"sherpa-onnx": "sherpa_onnx", "faster-whisper": "faster_whisper"}
"""Recognition engines that may be installed beside the bundled one."""


class StoredShelf:
    """The ``Shelf`` port over store and papers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def view(self, visit_id: str) -> VisitView:
        """The visit with its record and events."""
        visit = await self._visit(visit_id)
        store = self._app.store
        record = await store.records.latest(visit_id)
        return VisitView(
            visit.id, visit.flow, visit.form, visit.status.value, visit.started, visit.ended, visit.outcome,
            dict(record.body) if record else {},
            tuple(asdict(alert) for alert in await store.events.alerts(visit_id)),
            tuple(event.to_dict() for event in await store.events.read(visit_id)),
        )  # fmt: skip

    async def page(self, visit_id: str) -> str:
        """The report, drawn from what is stored now."""
        await self._visit(visit_id)
        return await self._app.papers.page(visit_id)

    async def clips(self, visit_id: str) -> tuple[str, ...]:
        """Clips and recordings of calls that the store knows of, and that are there."""
        await self._visit(visit_id)
        known = [Path(path) for _, path in sorted((await self._app.store.clips.of(visit_id)).items())]
        return tuple(path.name for path in known if path.is_file())

    async def clip(self, visit_id: str, name: str) -> bytes:
        """A clip that the store knows of; nothing else in the folder is given out."""
        known = {Path(path).name: Path(path) for path in (await self._app.store.clips.of(visit_id)).values()}
        if name not in known or not known[name].is_file():
            raise InputError("clip-unknown", f"there is no clip {name!r} of this visit", "see the report for its clips")
        return await asyncio.to_thread(self._app.store.media.read, known[name])

    async def health(self) -> Health:
        """The store answers, the flows are loaded; which engines there are."""
        try:
            await self._app.store.visits.get("0" * 32)
            store = "ok"
        except StorageError as error:
            store = error.code
        try:
            await self._app.live.ping()
            live = "ok"
        except StorageError as error:
            live = str(error)
        engines = {
            name: "ok" if importlib.util.find_spec(module) else "not installed" for name, module in OPTIONAL.items()
        }
        flows = "ok" if any(flow.form for flow in self._app.library.script.flows.values()) else "no flow with a form"
        return Health({"store": store, "live": live, "flows": flows}, engines)

    async def _visit(self, visit_id: str) -> Visit:
        visit = await self._app.store.visits.get(visit_id)
        if visit is None:
            raise InputError("visit-unknown", f"there is no visit {visit_id!r}", "start one with POST /api/chat")
        return visit
