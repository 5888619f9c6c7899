"""HTTP: health, text chat, reports. Routers only translate; the work is behind two ports."""

from connectors.api.app import build_api

__all__ = ["build_api"]
