"""The keys of one installation: the one that seals now, those that still open, and the one of the blind index."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from agent.errors import StorageError
from connectors.database.ciphers import Cipher, Key, key_id_of, new_key

INDEX_BYTES = 32
GIVE = "give the key file that was in use when the data were written: SUIFANG_KEY_FILE=/path/to/file"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys; immutable."""

    active: str
    """Id of the key that seals."""
    keys: Mapping[str, Key]
    index: bytes
    """Secret of the blind index; it stays when keys rotate."""

    def __repr__(self) -> str:
        return f"KeyRing(active={self.active}, {len(self.keys)} keys)"

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Seal with the active key."""
        return self.keys[self.active].seal(plain, purpose.encode())

    def open(self, sealed: object, purpose: str) -> bytes:
        """Open with the key that sealed it. Raises ``StorageError`` key-missing, key-wrong, value-in-clear."""
        key_id = key_id_of(sealed)
        if key_id is None or not isinstance(sealed, bytes):
            raise StorageError(
                "value-in-clear", f"a value of {purpose} is not sealed", "run suifang keys rotate: it seals what is not"
            )
        if key_id not in self.keys:
            raise StorageError("key-missing", f"{purpose} is sealed with key {key_id}, which is not there", GIVE)
        try:
            return self.keys[key_id].open(sealed, purpose.encode())
        except InvalidTag:
            raise StorageError(
                "key-wrong", f"{purpose} does not open with key {key_id}: another key, or the value was changed", GIVE
            ) from None

    def blind(self, kind: str, text: str) -> str:
        """What stands for ``text`` where it must be found: equal texts have equal marks; nothing has an empty one."""
        if not text:
            return ""
        return hmac.new(self.index, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()[:40]

    def rotated(self, cipher: Cipher) -> KeyRing:
        """The same with a new active key."""
        key = new_key(cipher)
        return KeyRing(key.id, {**self.keys, key.id: key}, self.index)

    def without(self, key_ids: set[str]) -> KeyRing:
        """The same without keys that nothing is sealed with any more."""
        return KeyRing(self.active, {i: k for i, k in self.keys.items() if i not in key_ids}, self.index)

    def dump(self) -> str:
        """The text of a key file."""
        keys = {i: {"cipher": k.cipher.value, "key": base64.b64encode(k.secret).decode()} for i, k in self.keys.items()}
        index = base64.b64encode(self.index).decode()
        return json.dumps({"active": self.active, "index": index, "keys": keys}, indent=1) + "\n"


def new_ring(cipher: Cipher) -> KeyRing:
    """A ring with one new key."""
    key = new_key(cipher)
    return KeyRing(key.id, {key.id: key}, os.urandom(INDEX_BYTES))


def read_ring(text: str, source: str) -> KeyRing:
    """The ring of a key file's text. Raises ``StorageError`` key-file-broken, without any of the text."""
    try:
        data = json.loads(text)
        keys = {
            str(i): Key(str(i), Cipher(k["cipher"]), base64.b64decode(k["key"], validate=True))
            for i, k in data["keys"].items()
        }
        ring = KeyRing(str(data["active"]), keys, base64.b64decode(data["index"], validate=True))
        whole = ring.active in keys and len(ring.index) == INDEX_BYTES
        whole = whole and all(
            len(k.secret) == k.cipher.key_bytes and len(bytes.fromhex(i)) == 4 for i, k in keys.items()
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        whole = False
    if not whole:
        raise StorageError(
            "key-file-broken", f"{source} is no key file", "restore it from its copy; suifang keys init makes a new one"
        )
    return ring
