"""Clips of what the resident said, one WAV per turn, written only where recording is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.errors import SpeechError
from speech.audio import wav_bytes, write_bytes
from speech.ports import Pcm


class ClipFolder:
    """Writes ``turn-003.wav`` … into one folder; without a folder it keeps nothing.

    ``seal`` makes of a clip what may lie on the disk, such as its ciphertext.
    """

    def __init__(self, folder: Path | None, seal: Callable[[bytes], bytes] = bytes) -> None:
        self._folder = folder
        self._seal = seal

    def save(self, turn: int, clip: Pcm) -> str | None:
        """File name of the clip; None when nothing is kept. Raises SpeechError ``audio-write``. Blocking, short."""
        if self._folder is None or not len(clip):
            return None
        name = f"turn-{turn:03d}.wav"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SpeechError(
                "audio-write", f"cannot make the clip folder: {error.strerror}", "check the folder's permissions"
            ) from error
        write_bytes(self._folder / name, self._seal(wav_bytes(clip)))
        return name
