"""STUN and TURN servers as browsers take them, with passwords that are worth nothing tomorrow. Pure: time is given."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

LASTS_S = 4 * 3600
"""No talk is as long; a password that leaks serves nobody for long."""


@dataclass(frozen=True, slots=True)
class Ice:
    """What the operator sets."""

    servers: tuple[dict[str, str], ...] = ()
    """urls, and username and credential where they are fixed."""
    secret: str = ""
    """Shared with the TURN server (coturn: ``use-auth-secret``); empty where names and passwords are fixed."""
    relay_only: bool = False
    """Nothing goes from browser to browser, all by the TURN server."""

    def told(self, who: str, now_s: float) -> dict[str, Any]:
        """``ice`` and ``policy`` of a page's RTCPeerConnection."""
        servers = [self._server(server, who, now_s) for server in self.servers]
        return {"ice": servers, "policy": "relay" if self.relay_only else "all"}

    def _server(self, server: dict[str, str], who: str, now_s: float) -> dict[str, str]:
        if not self.secret or not server["urls"].startswith("turn") or "credential" in server:
            return dict(server)
        name = f"{int(now_s) + LASTS_S}:{who}"
        mac = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
        return {**server, "username": name, "credential": base64.b64encode(mac).decode()}
