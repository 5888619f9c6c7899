"""Passwords: argon2id, what is too weak, and random ones. Hashing takes some 50 ms: call it in a thread."""

from __future__ import annotations

import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agent.errors import InputError

SHORTEST, LONGEST = 10, 128
KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]")
COMMON = (
    "password", "passw0rd", "qwerty", "123456", "12345", "abc123", "admin", "letmein", "iloveyou", "suifang",
    "woaini", "yisheng", "hushi", "1q2w3e", "zaq12wsx", "welcome",
)  # fmt: skip
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what is read wrongly: i l o I O 0 1."""

_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106's second choice


def hash_of(password: str) -> str:
    """What is stored."""
    return _hasher.hash(password)


def fits(stored: str, password: str) -> bool:
    """Whether it is the password."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Hashed with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_strength(password: str, name: str) -> None:
    """Raises ``InputError`` for a password that is too weak."""
    if problem := _weakness(password, name):
        raise InputError(
            "password-weak", problem,
            f"take {SHORTEST} characters or more, of three kinds: small, capital, digit, other",
        )  # fmt: skip


def random_password() -> str:
    """Strong, and easy to type from paper: four groups of four."""
    while True:
        groups = ["".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)]
        if not _weakness(made := "-".join(groups), "-"):
            return made


def _weakness(password: str, name: str) -> str | None:
    low = password.lower()
    if not SHORTEST <= len(password) <= LONGEST:
        return f"the password has {len(password)} characters"
    if sum(bool(re.search(kind, password)) for kind in KINDS) < 3:
        return "the password is of one or two kinds of characters"
    if len(name) > 2 and name.lower() in low:
        return "the password contains the login name"
    if any(word in low for word in COMMON):
        return "the password contains a word that everybody tries first"
    if re.search(r"(.)\1{3}", low):
        return "the password repeats one character"
    return None
