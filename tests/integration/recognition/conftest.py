"""Shared parts of the recogniser's tests."""

from __future__ import annotations

import pytest

from tests.integration.recognition.bench import Bench, make


@pytest.fixture(scope="session")
def bench() -> Bench:
    """The bundled language, compiled once."""
    return make()
