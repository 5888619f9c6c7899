"""HTTP: health, text chat, reports. Routers only translate; the work is behind ports."""

from connectors.api.app import Extras, Gate, build_api

__all__ = ["Extras", "Gate", "build_api"]
