"""Shared by all rings: where the tree is, and markers by folder."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is slow, not wrong: time is measured by benchmarks.
settings.register_profile("suifang", deadline=None)
settings.load_profile("suifang")
ROOT = Path(__file__).resolve().parents[1]
BUSY = 4
"""So many times as long a thing may take on a machine that does other things as well."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--strict-times``: limits as users feel them, for a machine that does nothing else."""
    told = f"hold times to their limits; otherwise they may be {BUSY} times as long"
    parser.addoption("--strict-times", action="store_true", help=told)


@pytest.fixture(scope="session")
def limit(pytestconfig: pytest.Config) -> Callable[[float], float]:
    """How long something may take here, of how long it may take for users."""
    times = 1 if pytestconfig.getoption("--strict-times") else BUSY
    return lambda most: times * most


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Programs that tests start can be interrupted, also where the suite itself runs in the background.

    A shell starts background jobs with SIGINT ignored, and what is ignored is inherited.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
