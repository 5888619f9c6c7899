"""Keys and ciphers: known answers, wrong keys, files that are none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from agent.errors import StorageError
from connectors.database.ciphers import HEAD_BYTES, NONCE_BYTES, Cipher, Key, key_id_of
from connectors.database.keyring import new_ring, read_ring
from connectors.database.keys import Keys

SECRET = "高压一百五，低压九十五".encode()


@pytest.mark.parametrize("cipher", list(Cipher))
def test_what_is_sealed_opens_for_its_purpose_only(cipher: Cipher) -> None:
    ring = new_ring(cipher)
    sealed = ring.seal(SECRET, "events.body")
    assert SECRET not in sealed
    assert ring.open(sealed, "events.body") == SECRET
    assert ring.seal(SECRET, "events.body") != sealed
    for broken, purpose in ((sealed, "records.body"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), "events.body"),
                            (sealed[:20], "events.body")):  # fmt: skip
        with pytest.raises(StorageError) as caught:
            ring.open(broken, purpose)
        assert caught.value.code == "key-wrong"


def test_sm4_gcm_gives_the_answer_of_rfc_8998() -> None:
    """Appendix A.1, computed the way ``Key`` computes it: nonce first, tag at the end."""
    key = Key("00000001", Cipher.SM4, bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    plain = bytes.fromhex("AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8)
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    sealing = BlockCipher(algorithms.SM4(key.secret), modes.GCM(bytes.fromhex("00001234567800000000ABCD"))).encryptor()
    sealing.authenticate_additional_data(aad)
    text = sealing.update(plain) + sealing.finalize()
    assert text.hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d")
    assert sealing.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    sealed = key.seal(plain, aad)
    assert len(sealed) == HEAD_BYTES + NONCE_BYTES + len(plain) + 16
    assert key.open(sealed, aad) == plain


def test_a_rotated_ring_opens_old_values_and_seals_with_the_new_key() -> None:
    old = new_ring(Cipher.AES)
    sealed = old.seal(SECRET, "p")
    new = old.rotated(Cipher.SM4)
    assert new.open(sealed, "p") == SECRET
    assert key_id_of(new.seal(SECRET, "p")) == new.active != old.active
    assert new.blind("phone", "13800005678") == old.blind("phone", "13800005678")
    with pytest.raises(StorageError) as caught:
        new.without({old.active}).open(sealed, "p")
    assert caught.value.code == "key-missing"
    with pytest.raises(StorageError) as caught:
        new.open(b"in clear", "p")
    assert caught.value.code == "value-in-clear"


def test_secrets_show_nowhere() -> None:
    ring = new_ring(Cipher.AES)
    shown = repr(ring) + repr(ring.keys[ring.active])
    assert ring.keys[ring.active].secret.hex() not in shown
    assert repr(ring.index)[2:-1] not in shown
    assert read_ring(ring.dump(), "f").dump() == ring.dump()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"active": "a", "index": "", "keys": {}}', "\0"])
def test_a_file_that_is_no_key_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "k"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(StorageError) as caught:
        Keys(path).ring()
    assert caught.value.code == "key-file-broken"


def test_a_key_of_the_wrong_length_is_refused() -> None:
    data = json.loads(new_ring(Cipher.AES).dump())
    data["keys"][data["active"]]["cipher"] = "sm4-gcm"
    with pytest.raises(StorageError) as caught:
        read_ring(json.dumps(data), "f")
    assert caught.value.code == "key-file-broken"


def test_the_file_is_made_once_for_its_owner_and_said_so(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "new" / "k"
    first, second = Keys(path, told=told.append), Keys(path, told=told.append)
    first.ensure()
    second.ensure()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(told) == 1
    assert str(path) in told[0]
    assert first.ring().dump() == second.ring().dump()
    path.chmod(0o644)
    with pytest.raises(StorageError) as caught:
        Keys(path).ring()
    assert caught.value.code == "key-file-open"


def test_a_rotation_by_another_process_is_seen(tmp_path: Path) -> None:
    mine, other = Keys(tmp_path / "k"), Keys(tmp_path / "k")
    mine.ensure()
    mine.ring()
    other.write(other.ring().rotated(Cipher.AES), replace=True)
    os.utime(tmp_path / "k", ns=(1, 1))  # even within one tick of the clock
    assert mine.open(other.seal(SECRET, "p"), "p") == SECRET
