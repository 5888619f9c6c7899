"""The error tree of the conversation.

    SuifangError(code, message, remedy)
    ├── DefinitionError   a flow, response, rule or lexicon file is wrong: path, line
    ├── InputError        the caller gave something that cannot be used (unknown flow, bad case file)
    ├── StorageError      the store cannot be read or written
    ├── BackendError      the contract-management backend did not take or give something
    ├── ConnectorError    another service outside (rooms for video, messages) refused, failed or was not reached
    └── SpeechError       audio, recognition or synthesis failed

Silence, refusal and 不知道 are values, never errors. ``code`` is stable and fit for metrics;
``remedy`` is one sentence that says what to do next.
"""

from __future__ import annotations

from pathlib import Path


class SuifangError(Exception):
    """Root of every error that a caller may see."""

    def __init__(self, code: str, message: str, remedy: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} [{self.code}] -> {self.remedy}"


class DefinitionError(SuifangError):
    """A data file (flow, response, rule, lexicon) is wrong."""

    def __init__(self, code: str, message: str, remedy: str, *, path: Path | str, line: int = 0) -> None:
        super().__init__(code, message, remedy)
        self.path = str(path)
        self.line = line

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message} [{self.code}] -> {self.remedy}"


class InputError(SuifangError):
    """Something given from outside cannot be used."""


class StorageError(SuifangError):
    """The store cannot be opened, read or written."""


class BackendError(SuifangError):
    """The contract-management backend refused, failed or could not be reached; ``retryable`` tells them apart."""


class ConnectorError(SuifangError):
    """A service outside refused, failed or could not be reached; ``retryable`` tells them apart."""


class SpeechError(SuifangError):
    """Audio, recognition or synthesis failed."""
