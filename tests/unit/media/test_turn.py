"""Passwords of a TURN server that are good for some hours."""

from __future__ import annotations

import base64
import hashlib
import hmac

from connectors.media.turn import LASTS_S, Ice

TURN = {"urls": "turn:turn.example:3478"}
STUN = {"urls": "stun:turn.example:3478"}
FIXED = {"urls": "turn:old.example:3478", "username": "u", "credential": "c"}


def test_a_shared_secret_makes_a_password_that_the_server_can_check() -> None:
    told = Ice((TURN, STUN, FIXED), "geheim").told("resident-3", 1_000_000.7)
    turn, stun, fixed = told["ice"]
    assert turn["username"] == f"{1_000_000 + LASTS_S}:resident-3"
    expected = hmac.new(b"geheim", turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(expected).decode()
    assert (stun, fixed) == (STUN, FIXED)
    assert "geheim" not in str(told)


def test_without_a_secret_servers_are_told_as_they_are_set() -> None:
    assert Ice((TURN,)).told("x", 0.0) == {"ice": [TURN], "policy": "all"}
    assert Ice(relay_only=True).told("x", 0.0) == {"ice": [], "policy": "relay"}
