"""kill -9 of a delivering process at every step: counted at the far end, nothing is lost and nothing doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.storage import open_store
from connectors.storage.parcels import LEASE_MS, OutboxStatus
from suifang.delivery import Courier, Pace
from tests.fakes.far_end import FarEnd
from tests.fakes.outbox import STEPS, queue_visits

pytestmark = pytest.mark.integration

START_MS = 4_000_000_000_000


def test_kill_9_at_every_step(tmp_path: Path, root: Path) -> None:
    store_path, far_path = tmp_path / "store.db", tmp_path / "far.db"

    async def fill() -> list[str]:
        async with open_store(store_path) as store:
            return await queue_visits(store, 60, residents=15)

    keys = asyncio.run(fill())
    clock = START_MS
    for nth, step in enumerate(STEPS):
        command = [sys.executable, "-m", "tests.fakes.outbox", str(store_path), str(far_path), step]
        died = subprocess.run([*command, str(1 + nth % 3), str(clock)], cwd=root, check=False, timeout=60)
        assert died.returncode == -signal.SIGKILL, step
        clock += LEASE_MS

    async def finish() -> dict[str, int]:
        async with open_store(store_path) as store:
            await Courier(store.outbox, FarEnd(far_path), Pace(), lambda: clock).empty()
            return await store.outbox.counts()

    counts = asyncio.run(finish())
    far = FarEnd(far_path)
    assert sorted(key for key, _ in far.taken()) == sorted(keys)
    assert far.heard() > len(keys)  # the kills did make it say some things twice
    assert counts == {**dict.fromkeys(counts, 0), OutboxStatus.SENT: len(keys)}
    for resident in {whose for _, whose in far.taken()}:
        came = [int(key[1:].partition(":")[0]) for key, whose in far.taken() if whose == resident]
        assert came == sorted(came)


WRITER = """
import asyncio, sys
from pathlib import Path
from connectors.storage import open_store
from tests.fakes import outbox

async def main():
    async with open_store(Path(sys.argv[1])) as store:
        real = store.visits.open
        async def said(start):
            if start.id != "v0":
                print(int(start.id[1:]) - 1, flush=True)
            await real(start)
        store.visits.open = said
        await outbox.queue_visits(store, 5000, 50)

asyncio.run(main())
"""


def test_kill_9_of_the_writer_loses_nothing_acknowledged(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "store.db"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        assert child.stdout is not None
        acknowledged = [int(child.stdout.readline()) for _ in range(40)]
        os.kill(child.pid, signal.SIGKILL)

    async def after() -> set[str]:
        async with open_store(path) as store:
            return {row.key for row in await store.outbox.rows(most=10_000)}

    assert {f"v{n}:1" for n in acknowledged} <= asyncio.run(after())
