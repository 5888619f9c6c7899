"""Which sites may embed our pages and talk to the service from a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware


@dataclass(frozen=True, slots=True)
class Origins:
    """The service's own origin is always allowed; others are those of the list (``https://clinic.example``)."""

    allowed: tuple[str, ...] = ()

    def allow(self, origin: str | None, host: str) -> bool:
        """Whether a browser on ``origin`` may open a socket; programs send no origin."""
        return origin is None or urlsplit(origin).netloc == host or origin in self.allowed


def allow_origins(api: FastAPI, allowed: Sequence[str]) -> None:
    """Let the pages of these sites call the service; they are told no cookies."""
    if allowed:
        api.add_middleware(
            CORSMiddleware, allow_origins=list(allowed), allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "Authorization"], max_age=600,
        )  # fmt: skip
