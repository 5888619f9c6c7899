"""A far end that counts: what it took lies in a file of its own, and it can be told to misbehave."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from agent.errors import BackendError
from connectors.signing.ports import Due, Figure, Parcel, Receipt, ResidentFile, TrendAlert


class FarEnd:
    """Takes a key once. ``faults`` are used up one a delivery: 500, timeout, slow, garbage, lost, refused."""

    def __init__(self, path: Path, faults: Iterable[str] = ()) -> None:
        self._path = path
        self.faults: Iterator[str] = iter(faults)
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE IF NOT EXISTS taken (n INTEGER PRIMARY KEY, key UNIQUE, resident)")
            database.execute("CREATE TABLE IF NOT EXISTS heard (key)")

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Take it, or fail as told."""
        fault = next(self.faults, "")
        if fault == "refused":
            raise BackendError("backend-refused", "422", "sign a new version")
        if fault == "500":
            raise BackendError("backend-failed", "500", "wait", retryable=True)
        if fault == "timeout":
            await asyncio.sleep(3600)
        if fault == "slow":
            await asyncio.sleep(0.02)
        number, duplicate = self._take(parcel)
        if fault == "lost":  # taken, and the answer is lost on its way back
            raise BackendError("backend-unreachable", "reset", "wait", retryable=True)
        return Receipt("other" if fault == "garbage" else parcel.key, number, duplicate)

    def _take(self, parcel: Parcel) -> tuple[str, bool]:
        with sqlite3.connect(self._path, timeout=10) as database:
            database.execute("INSERT INTO heard VALUES (?)", (parcel.key,))
            row = database.execute(
                "INSERT INTO taken (key, resident) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING n",
                (parcel.key, parcel.resident_id),
            ).fetchone()
            if row:
                return str(row[0]), False
            return str(database.execute("SELECT n FROM taken WHERE key = ?", (parcel.key,)).fetchone()[0]), True

    def taken(self) -> list[tuple[str, str]]:
        """Key and resident in the order in which they came, each once."""
        with sqlite3.connect(self._path) as database:
            return list(database.execute("SELECT key, resident FROM taken ORDER BY n"))

    def heard(self) -> int:
        """Deliveries that reached it, repeated ones included."""
        with sqlite3.connect(self._path) as database:
            return int(database.execute("SELECT count(*) FROM heard").fetchone()[0])

    async def due(self, on: date, most: int = 100) -> tuple[Due, ...]:
        """Nothing."""
        return ()

    async def resident(self, resident_id: str, on: date) -> ResidentFile | None:
        """Nobody."""
        return None

    async def trend_alerts(self, most: int = 100) -> tuple[TrendAlert, ...]:
        """What has turned bad."""
        return ()

    async def figures(self, on: date) -> tuple[Figure, ...]:
        """None."""
        return ()
