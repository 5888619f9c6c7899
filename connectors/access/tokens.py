"""Tokens of sessions and residents' links. Pure. The store keeps the hash of a session, and the id of a link."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from agent.errors import InputError

KEY_CHARS = 32
"""Shortest secret key."""


def new_token() -> str:
    """A session's random id, 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the store keeps of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The token against forged requests: whoever knows the session can make it, nobody else."""
    return hmac.new(token.encode(), b"csrf", "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Compared without telling by the time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a link says of itself; nothing in it names the resident."""

    id: str
    purpose: str
    until_ms: int


class LinkSigner:
    """Signs and reads the links of residents."""

    def __init__(self, key: str) -> None:
        if len(key) < KEY_CHARS:
            raise InputError(
                "secret-short", f"the secret key has fewer than {KEY_CHARS} characters",
                "set SUIFANG_SECRET_KEY to the output of: suifang users secret",
            )  # fmt: skip
        self._serializer = URLSafeSerializer(key, salt="resident-link", signer_kwargs={"digest_method": hashlib.sha256})

    def sign(self, claim: LinkClaim) -> str:
        """The token, safe in an address."""
        return str(self._serializer.dumps([claim.id, claim.purpose, claim.until_ms]))

    def read(self, token: str) -> LinkClaim:
        """Raises ``InputError`` for a token that was not signed with this key."""
        try:
            link_id, purpose, until_ms = self._serializer.loads(token)
        except (BadSignature, ValueError, TypeError):
            raise unknown_link() from None
        return LinkClaim(str(link_id), str(purpose), int(until_ms))


def unknown_link() -> InputError:
    """One answer for forged, ended and revoked links: it tells nothing to whoever tries."""
    return InputError("link-unknown", "this link is not valid, or not any more", "ask the clinic for a new link")
