"""The second factor: time-based codes (RFC 6238) of any authenticator application. Pure: the time is given."""

from __future__ import annotations

import hmac
from base64 import b32encode

import pyotp

from connectors.access.tokens import same

STEP_SECONDS = 30
SLACK_STEPS = 1
"""A phone's clock may be half a minute off."""


def secret_for(token: str) -> str:
    """The secret that a login offers to a new authenticator: 160 bits, the same while the login lasts."""
    return b32encode(hmac.digest(token.encode(), b"totp", "sha1")).decode()


def enrolment_uri(secret: str, name: str, clinic: str) -> str:
    """What the authenticator scans: ``otpauth://…``."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=clinic))


def step_of(secret: str, code: str, now_ms: int, used: int) -> int | None:
    """The time step that a code is right for; None when it is wrong, or of a step used already (``used``)."""
    digits = code.strip().replace(" ", "")
    now = now_ms // (STEP_SECONDS * 1000)
    totp = pyotp.TOTP(secret)
    for step in range(now - SLACK_STEPS, now + SLACK_STEPS + 1):
        if same(totp.at(step * STEP_SECONDS), digits) and step > used:
            return step
    return None
