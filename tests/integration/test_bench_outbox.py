"""The outbox under fire, in small; ``suifang bench outbox`` is the same with 10,000 visits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from suifang.bench_faults import Fault
from suifang.bench_outbox import Load, OutboxSpeed, Struck, measure
from suifang.bench_report import outbox_report, put_section

pytestmark = pytest.mark.integration


def test_nothing_is_lost_doubled_or_mixed_up(tmp_path: Path) -> None:
    speed = asyncio.run(measure(tmp_path, Load(visits=320, kills=2, number=3)))
    assert (speed.lost, speed.doubled, speed.out_of_order, speed.dead) == (0, 0, 0, 0)
    assert speed.held
    met = {struck.fault for struck in speed.faults if struck.times}
    assert {Fault.FULL, Fault.BACK, Fault.FAILED, Fault.LOST} <= met


def test_what_is_missing_is_told_and_each_store_has_its_section(tmp_path: Path) -> None:
    struck = (Struck(Fault.LOST, 3, 2, 1, 0),)
    bad = OutboxSpeed(300, 900.0, 1.0, 2.0, 50.0, struck, 1, 0, 0, 0)
    assert not bad.held
    page = tmp_path / "outbox.md"
    for store in ("SQLite", "PostgreSQL", "SQLite"):
        put_section(page, outbox_report(bad, store, "suifang bench outbox"))
    text = page.read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# The outbox under fire", "## PostgreSQL", "## SQLite",
    ]  # fmt: skip
    assert text.count("| backend takes it, its answer is lost | 3 | 2 | 1 | 0 |") == 2
