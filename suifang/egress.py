"""Where the service may call out to: this machine, and the hosts that the settings list. Nothing else leaves it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from agent.errors import InputError
from suifang.settings import Settings


def check_egress(settings: Settings, name: str, url: str) -> str:
    """The address, when it has no host or one that may be called. Raises ``InputError`` naming the setting."""
    host = urlsplit(url).hostname
    if host and host not in settings.egress_hosts and not is_local(host):
        raise InputError(
            "egress-closed", f"{name} names {host}, which the service may not call",
            f"when that is wanted, list it: SUIFANG_EGRESS_HOSTS='[\"{host}\"]'",
        )  # fmt: skip
    return url


def is_local(host: str) -> bool:
    """This machine's own address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
