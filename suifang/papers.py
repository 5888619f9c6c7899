"""A visit's papers: its record in the store, its report as text and page.

The page is drawn anew whenever it is asked for; a file, which holds everything in clear, is written only on demand.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from agent.domain.events import Event, SlotSet
from agent.errors import InputError, StorageError
from agent.library import Library
from agent.report.as_json import render_json
from agent.report.build import build_report
from agent.report.markup import clip_url
from agent.report.model import Report
from agent.report.page import CLIPS, render_html
from agent.report.plain import render_text
from agent.report.revision import Correction, revise
from connectors.storage import Store, StoredRecord
from connectors.storage.retention import PRINTED

Corrections = Callable[[str], Awaitable[Sequence[Correction]]]
"""What doctors corrected in a visit."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is drawn up from one visit."""

    visit_id: str
    outcome: str
    text: str
    html: Path | None
    """Where the page was written, if it was."""
    slots: Mapping[str, Any]
    report: Report

    def to_dict(self) -> dict[str, Any]:
        """The short JSON of a command."""
        suggestion = self.report.suggestion.suggestion
        return {
            "visit": self.visit_id,
            "outcome": self.outcome,
            "slots": dict(self.slots),
            "alerts": [alert.flag for alert in self.report.alerts],
            "suggested_visit_class": suggestion.visit_class,
            "suggested_next_visit": suggestion.next_visit_date,
            "report": str(self.html) if self.html else "",
        }


Voices = Callable[[str], Awaitable[Mapping[str, bytes]]]
"""The clips of a visit in clear, by file name."""


class Papers:
    """Draws up the papers of stored visits; everything comes from the event log."""

    def __init__(
        self,
        library: Library,
        store: Store,
        folder: Path,
        corrections: Corrections | None = None,
        voices: Voices | None = None,
    ) -> None:
        self._library = library
        self._store = store
        self._folder = folder
        self._corrections = corrections
        self._voices = voices

    def over(self, library: Library) -> Papers:
        """The same over other data."""
        return Papers(library, self._store, self._folder, self._corrections, self._voices)

    def folder_of(self, visit_id: str) -> Path:
        """Where the files of a visit lie; clips in ``clips`` below it."""
        return self._folder / visit_id

    async def draw_up(self, visit_id: str) -> Paper:
        """Record and text of a visit; a record that says what the latest says is not saved again."""
        events = await self._events(visit_id)
        if not events:
            raise InputError("report-unknown", f"visit {visit_id!r} has no events", "name a visit that was begun")
        report = build_report(events, self._library.rules)
        body = render_json(report)
        latest = await self._store.records.latest(visit_id)
        if latest is None or (latest.status == "draft" and latest.body != body):
            await self._store.records.save(StoredRecord(visit_id, report.header.form, body))
        slots = {event.body.slot: _plain(event.body) for event in events if isinstance(event.body, SlotSet)}
        return Paper(visit_id, report.header.outcome, render_text(report), None, slots, report)

    async def print_out(self, visit_id: str) -> Paper:
        """The same, and the page with its clips as one file that only its owner reads."""
        paper = await self.draw_up(visit_id)
        html = self.folder_of(visit_id) / PRINTED
        clips = await self._voices(visit_id) if self._voices else {}
        await asyncio.to_thread(_write, html, with_clips(render_html(paper.report), clips))
        return replace(paper, html=html)

    async def _events(self, visit_id: str) -> Sequence[Event]:
        """The log, with what doctors corrected laid over it."""
        events = await self._store.events.read(visit_id)
        return revise(events, await self._corrections(visit_id)) if events and self._corrections else events

    async def page(self, visit_id: str) -> str:
        """The report page as of now."""
        events = await self._events(visit_id)
        if not events:
            raise InputError("report-unknown", f"visit {visit_id!r} has no events", "name a visit that was begun")
        latest = await self._store.records.latest(visit_id)
        signed = f"{latest.author} {latest.at[:10]} 签字" if latest and latest.status == "signed" else ""
        return render_html(build_report(events, self._library.rules), signed=signed)


def _plain(filled: SlotSet) -> Any:
    """The value as JSON knows it."""
    value = asdict(filled)["value"]
    return list(value) if isinstance(value, tuple) else value


def with_clips(page: str, clips: Mapping[str, bytes]) -> str:
    """The page with the clips in it: beside it they lie sealed, and no browser could play them."""
    for name, data in clips.items():
        sound = f"data:audio/wav;base64,{b64encode(data).decode()}"
        page = page.replace(f'src="{clip_url(CLIPS, name)}"', f'src="{sound}"')
    return page


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        raise StorageError(
            "report-unwritable", f"{path} cannot be written ({error.strerror})", "give a writable SUIFANG_DATA_DIR"
        ) from None
