"""Sealing bytes with AES-256-GCM or SM4-GCM under a key with an id.

A sealed value is ``SFS1``, the key's id (4 bytes), a nonce (12), the ciphertext, the tag (16). What it was sealed for
(a column, a kind of file) is authenticated along: a value that was moved elsewhere does not open.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"SFS1"
ID_BYTES, NONCE_BYTES, TAG_BYTES = 4, 12, 16
HEAD_BYTES = len(MAGIC) + ID_BYTES


class Cipher(StrEnum):
    """How a key seals."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"
    """GB/T 32907 in Galois/Counter mode, as in RFC 8998."""

    @property
    def key_bytes(self) -> int:
        """Length of its keys."""
        return 32 if self is Cipher.AES else 16


@dataclass(frozen=True, slots=True)
class Key:
    """One key; its secret never appears in messages."""

    id: str
    """Eight hexadecimal digits."""
    cipher: Cipher
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id}, {self.cipher})"

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """The sealed value."""
        nonce = os.urandom(NONCE_BYTES)
        head = MAGIC + bytes.fromhex(self.id) + nonce
        if self.cipher is Cipher.AES:
            return head + AESGCM(self.secret).encrypt(nonce, plain, purpose)
        sealing = BlockCipher(algorithms.SM4(self.secret), modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(purpose)
        return head + sealing.update(plain) + sealing.finalize() + sealing.tag

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """What was sealed. Raises ``InvalidTag`` for another key, another purpose, or a changed value."""
        nonce, rest = sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], sealed[HEAD_BYTES + NONCE_BYTES :]
        if len(rest) < TAG_BYTES:
            raise InvalidTag
        if self.cipher is Cipher.AES:
            return AESGCM(self.secret).decrypt(nonce, rest, purpose)
        mode = modes.GCM(nonce, rest[-TAG_BYTES:])
        opening = BlockCipher(algorithms.SM4(self.secret), mode).decryptor()
        opening.authenticate_additional_data(purpose)
        return opening.update(rest[:-TAG_BYTES]) + opening.finalize()


def new_key(cipher: Cipher) -> Key:
    """A key from the machine's random source."""
    return Key(os.urandom(ID_BYTES).hex(), cipher, os.urandom(cipher.key_bytes))


def key_id_of(value: object) -> str | None:
    """The id of the key that a value is sealed with; None for one in clear."""
    if isinstance(value, bytes) and value.startswith(MAGIC):
        return value[len(MAGIC) : HEAD_BYTES].hex()
    return None
