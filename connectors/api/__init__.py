"""HTTP: health, text chat, reports. Routers only translate; the work is behind ports."""

from connectors.api.app import Gate, build_api

__all__ = ["Gate", "build_api"]
