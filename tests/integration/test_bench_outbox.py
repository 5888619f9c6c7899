"""The outbox under fire, in small; ``suifang bench outbox`` is the same with 10,000 visits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from suifang.bench_outbox import Load, measure

pytestmark = pytest.mark.integration


def test_nothing_is_lost_doubled_or_mixed_up(tmp_path: Path) -> None:
    speed = asyncio.run(measure(tmp_path, Load(visits=320, kills=1, number=3)))
    assert (speed.lost, speed.doubled, speed.out_of_order, speed.dead) == (0, 0, 0, 0)
    assert speed.held
