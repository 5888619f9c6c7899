"""Where the keys come from: a file that only its owner reads, or the environment. Never from a database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from agent.errors import StorageError
from connectors.database.ciphers import Cipher, key_id_of
from connectors.database.keyring import GIVE, KeyRing, new_ring, read_ring

FILE = "suifang.keys"
"""Beside the database, unless the settings name another place."""
LOOK_SECONDS = 1.0
"""How long a key file that was rotated by another process may go unseen."""
OTHERS = 0o007


class Keys:
    """The ring of this process, read again when its file has changed."""

    def __init__(
        self, file: Path | None, text: str = "", cipher: Cipher = Cipher.AES, told: Callable[[str], None] | None = None
    ) -> None:
        """``text``: a ring from the environment, in place of the file; ``told``: hears that a file was made."""
        self.file = None if text else file
        self.cipher = cipher
        self._told = told
        self._ring = read_ring(text, "SUIFANG_KEYS") if text else None
        self._stamp = 0
        self._looked = 0.0

    @property
    def exist(self) -> bool:
        """Whether there are keys already."""
        return self._ring is not None or (self.file is not None and self.file.exists())

    def ring(self) -> KeyRing:
        """The keys as of now. Raises ``StorageError`` key-missing, key-file-open, key-file-broken."""
        if self.file is not None:
            now = time.monotonic()
            if self._ring is None or now - self._looked > LOOK_SECONDS:
                self._looked = now
                self._read(self.file)
        if self._ring is None:
            raise StorageError("key-missing", f"there is no key file {self.file}", GIVE)
        return self._ring

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Seal with the active key."""
        return self.ring().seal(plain, purpose)

    def open(self, sealed: object, purpose: str) -> bytes:
        """Open; a key that is new to this process is looked for in the file once more."""
        ring = self.ring()
        if self.file is not None and (key_id := key_id_of(sealed)) is not None and key_id not in ring.keys:
            self._stamp = 0
            self._read(self.file)
            ring = self.ring()
        return ring.open(sealed, purpose)

    def blind(self, kind: str, text: str) -> str:
        """The mark of a text in the blind index."""
        return self.ring().blind(kind, text)

    def ensure(self) -> None:
        """Make a key file where there is none; says so."""
        if self.exist:
            self.ring()
            return
        if self.file is None:
            raise StorageError("key-missing", "no keys are given", "set SUIFANG_KEY_FILE or SUIFANG_KEYS")
        if self.write(new_ring(self.cipher), replace=False) and self._told is not None:
            self._told(
                f"made the key file {self.file} (mode 0600): personal data are sealed with it, "
                "and nobody can read them without it; keep a copy elsewhere"
            )
        self.ring()

    def write(self, ring: KeyRing, *, replace: bool) -> bool:
        """Put the ring into its file, whole or not at all; False when another process was quicker."""
        if self.file is None:
            raise StorageError(
                "keys-fixed",
                "the keys come from SUIFANG_KEYS, which this program cannot change",
                "use SUIFANG_KEY_FILE",
            )
        part = self.file.with_name(f"{self.file.name}.{os.getpid()}.part")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
                out.write(ring.dump())
                out.flush()
                os.fsync(out.fileno())
            if replace:
                part.replace(self.file)
            else:
                os.link(part, self.file)
                part.unlink()
        except FileExistsError:
            part.unlink(missing_ok=True)
            return False
        except OSError as error:
            raise _unusable(self.file, error) from None
        self._ring, self._stamp = ring, self.file.stat().st_mtime_ns
        return True

    def _read(self, file: Path) -> None:
        try:
            state = file.stat()
            if state.st_mtime_ns == self._stamp:
                return
            if state.st_mode & OTHERS:
                raise StorageError("key-file-open", f"{file} can be read by everybody", f"chmod 600 {file}")
            self._ring, self._stamp = read_ring(file.read_text("utf-8"), str(file)), state.st_mtime_ns
        except FileNotFoundError:
            raise StorageError("key-missing", f"there is no key file {file}", GIVE) from None
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(file, error) from None


def _unusable(file: Path, error: Exception) -> StorageError:
    why = getattr(error, "strerror", None) or type(error).__name__
    return StorageError("key-file", f"the key file {file} cannot be used ({why})", "check its folder and permissions")
