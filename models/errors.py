"""The one error of the model registry."""

from __future__ import annotations


class ModelError(Exception):
    """A model file is unknown, missing or damaged."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.code = code
        """Stable name for programs, such as `model.missing`."""
        self.remedy = remedy
        """What the reader can do about it."""
