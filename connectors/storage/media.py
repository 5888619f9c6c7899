"""Audio of residents on the disk: sealed as a whole, or piece by piece while a call runs; found in clear, it is sealed.

A file in pieces is ``SFC1``, the key's id, and for each piece its length (4 bytes) and the sealed piece. It is readable
up to the last whole piece when its process died, and becomes one sealed whole when keys rotate.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from agent.errors import StorageError
from connectors.database.ciphers import HEAD_BYTES, key_id_of
from connectors.database.keys import Keys

PURPOSE = "media"
PIECES, LENGTH_BYTES = b"SFC1", 4
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
        return self._opened(_bytes(path))

    def recorder(self, path: Path) -> IO[bytes]:
        """A new file that seals every piece as it is written."""
        return cast("IO[bytes]", SealedPieces(path, self._keys))

    def _opened(self, data: bytes) -> bytes:
        if data.startswith(PIECES):
            pieces = enumerate(_pieces(data))
            return b"".join(self._keys.open(piece, f"{PURPOSE}:{number}") for number, piece in pieces)
        return self._keys.open(data, PURPOSE)

    def seal_file(self, path: Path) -> bool:
        """Bring a file under the active key, whole or not at all; whether there was anything to do."""
        if not path.is_file() or _key_of(path) == self._keys.ring().active:
            return False
        data = _bytes(path)
        clear = self._opened(data) if _id_of(data) else data
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
            return _id_of(source.read(HEAD_BYTES))
    except OSError:
        return None


def _id_of(head: bytes) -> str | None:
    return key_id_of(head) or (head[len(PIECES) : HEAD_BYTES].hex() if head.startswith(PIECES) else None)


def _pieces(data: bytes) -> Iterator[bytes]:
    """Whole pieces; the last one is cut off where a process died."""
    at = HEAD_BYTES
    while at + LENGTH_BYTES <= len(data):
        end = at + LENGTH_BYTES + int.from_bytes(data[at : at + LENGTH_BYTES], "big")
        if end > len(data):
            return
        yield data[at + LENGTH_BYTES : end]
        at = end


class SealedPieces:
    """A file that is written once, from its beginning to its end, sealed piece by piece."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._out = os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb", buffering=0)
        self._ring = keys.ring()
        self._number = 0
        self._out.write(PIECES + bytes.fromhex(self._ring.active))

    def write(self, data: bytes) -> int:
        """Seal and write one piece, in one go."""
        sealed = self._ring.seal(bytes(data), f"{PURPOSE}:{self._number}")
        self._number += 1
        self._out.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        return len(data)

    def close(self) -> None:
        """Close the file; idempotent."""
        self._out.close()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(
            "media-unreadable", f"{path.name} cannot be read ({error.strerror})", "check the folder's permissions"
        ) from None
