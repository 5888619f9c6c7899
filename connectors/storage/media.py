"""Audio of residents on the disk: every file is sealed as a whole; what is found in clear is sealed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from agent.errors import StorageError
from connectors.database.ciphers import HEAD_BYTES, key_id_of
from connectors.database.keys import Keys

PURPOSE = "media"
KINDS = frozenset({".wav", ".ogg", ".opus"})


class Media:
    """Sealing and opening of audio files. Blocking: call it in a thread."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, data: bytes) -> bytes:
        """What is to be written in place of ``data``."""
        return self._keys.seal(data, PURPOSE)

    def read(self, path: Path) -> bytes:
        """The audio of a sealed file. Raises ``StorageError`` media-unreadable, key-missing, key-wrong."""
        return self._keys.open(_bytes(path), PURPOSE)

    def seal_file(self, path: Path) -> bool:
        """Bring a file under the active key, whole or not at all; whether there was anything to do."""
        if not path.is_file() or _key_of(path) == self._keys.ring().active:
            return False
        data = _bytes(path)
        clear = self._keys.open(data, PURPOSE) if key_id_of(data) else data
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
                out.write(self.seal(clear))
            part.replace(path)
        except OSError as error:
            raise StorageError(
                "media-unwritable",
                f"{path.name} cannot be written ({error.strerror})",
                "check its folder",
            ) from None
        return True

    def usage(self, folder: Path) -> dict[str, int]:
        """How many files below ``folder`` are sealed with which key; ``clear`` for those that are not."""
        found: dict[str, int] = {}
        for path in audio_files(folder):
            name = _key_of(path) or "clear"
            found[name] = found.get(name, 0) + 1
        return found


def audio_files(folder: Path) -> Iterator[Path]:
    """All audio below a folder."""
    return (path for path in sorted(folder.rglob("*")) if path.suffix in KINDS and path.is_file())


def _key_of(path: Path) -> str | None:
    try:
        with path.open("rb") as source:
            return key_id_of(source.read(HEAD_BYTES))
    except OSError:
        return None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(
            "media-unreadable", f"{path.name} cannot be read ({error.strerror})", "check the folder's permissions"
        ) from None
