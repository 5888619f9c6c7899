"""Pages for residents and doctors: static files, ES modules, no build step. They are served by ``connectors.api``."""

from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
"""The files themselves."""
