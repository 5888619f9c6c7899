"""The recording of a browser call: both sides in one sealed file beside the visit's clips, and filed as one of them.

Filed like a clip, it goes with a refusal, with erasing, with the period of audio, and with a rotation of keys.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from connectors.storage.events import remove_files
from connectors.storage.sql import SqlClips
from connectors.storage.withholding import refused
from speech.ports import AudioChannel
from suifang.app import App
from suifang.visits import Visit

NAME = "call-{}.ogg"


class CallRecord:
    """One connection's recording; a call that is taken up again gets a file of its own."""

    def __init__(self, app: App, visit: Visit) -> None:
        self._visit = visit
        self._clips: SqlClips = app.store.clips
        self._recorder = app.store.media.recorder
        self._clinic = app.settings.clinic
        self._folder = app.papers.folder_of(visit.id) / "clips"
        self._number = 1
        while self.path.exists():
            self._number += 1
        self._filed = False

    @property
    def path(self) -> Path:
        """Where it lies, from the first moment that may be recorded on."""
        return self._folder / NAME.format(self._number)

    def around(self, line: AudioChannel) -> AudioChannel:
        """The line, recorded while the resident allows it."""
        from speech.call_recording import AiMark, RecordedLine  # noqa: PLC0415 - loaded with what else only calls need

        mark = AiMark(self._clinic, self._visit.id)
        return RecordedLine(line, self.path, mark, lambda: self._visit.conversation.may_record, self._recorder)

    @property
    def _agreed(self) -> bool:
        return refused(self._visit.conversation.events) is False

    async def file(self) -> None:
        """Let the store know of it, once the resident has agreed."""
        if not self._filed and self._agreed and self.path.exists():
            self._filed = True
            await self._clips.add(self._visit.id, -self._number, str(self.path))

    async def close(self) -> None:
        """The call is over: what nobody agreed to is not kept."""
        await self.file()
        if not self._agreed:
            await asyncio.to_thread(remove_files, [str(self.path)])
