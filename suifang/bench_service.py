"""A demonstration of the service in a process of its own, and links into it: what benches of pages are held against."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener

from agent.errors import InputError
from connectors.signing.reference import open_reference
from connectors.signing.seed import seed
from connectors.storage.children import is_child
from suifang.people import birth_from

STARTS_S = 120
FLOW = "hypertension_followup"
DOCTORS = {"doctor": "T1", "doctor2": "T2"}
RESIDENTS = 600
"""Enough for 200 of the two teams, one conversation each."""


@dataclass(frozen=True, slots=True)
class Served:
    """The service as users run it."""

    url: str
    passwords: Mapping[str, str]
    process_id: int

    @property
    def sockets(self) -> str:
        """Where its sockets are."""
        return self.url.replace("http", "ws", 1)


@dataclass(frozen=True, slots=True)
class Way:
    """A resident's way in."""

    token: str
    visit: str


@asynccontextmanager
async def serve(folder: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[Served]:
    """Seed a demonstration in ``folder`` and serve it. Raises ``InputError`` bench-service."""
    async with open_reference(folder / "signing.db") as backend:
        await seed(backend.database, RESIDENTS, 1, date.today())
    environment = {**os.environ, "SUIFANG_DATA_DIR": str(folder), **(settings or {})}
    command = (sys.executable, "-m", "suifang.cli", "serve", "--demo", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(STARTS_S):
            served = await _told(process)
        drain = asyncio.create_task(_drained(process), name="the service's log")
        yield served
        drain.cancel()
    finally:
        process.terminate()
        await process.wait()


async def ways(served: Served, folder: Path, most: int, purpose: str = "chat") -> Sequence[Way]:
    """``most`` conversations that were begun, one a resident."""
    residents = await _residents(folder)
    return await asyncio.to_thread(_opened, served, residents, most, purpose)


async def _drained(process: asyncio.subprocess.Process) -> None:
    """A pipe that nobody reads fills, and stops the service."""
    while process.stderr is not None and await process.stderr.readline():
        pass


async def _told(process: asyncio.subprocess.Process) -> Served:
    passwords: dict[str, str] = {}
    while process.stderr is not None and (line := (await process.stderr.readline()).decode()):
        if found := re.match(r"  (\w+) +(\S+)$", line):
            passwords[found[1]] = found[2]
        if found := re.search(r"listening on (http://\S+)", line):
            return Served(found[1], passwords, process.pid)
    raise InputError("bench-service", "the service did not start", "try: suifang serve --demo")


async def _residents(folder: Path) -> dict[str, list[str]]:
    """Ids of the seeded residents by team."""
    teams: dict[str, list[str]] = {team: [] for team in DOCTORS.values()}
    async with open_reference(folder / "signing.db") as backend:
        for number in range(1, RESIDENTS + 1):
            file = await backend.resident(f"R{number:05d}", date.today())
            if file is not None and file.team in teams and not is_child(birth_from(file.birth_date), date.today()):
                teams[file.team].append(file.id)
    return teams


def _opened(served: Served, residents: Mapping[str, list[str]], most: int, purpose: str) -> Sequence[Way]:
    """Links over the service's own routes, each opened. Blocking."""
    found: list[Way] = []
    for name, team in DOCTORS.items():
        browser = build_opener(HTTPCookieProcessor())

        def ask(
            path: str, body: Mapping[str, Any], headers: Mapping[str, str], browser: Any = browser
        ) -> dict[str, Any]:
            sent = {"Content-Type": "application/json", **headers}
            with browser.open(Request(served.url + path, json.dumps(body).encode(), sent)) as answer:
                told: dict[str, Any] = json.load(answer)
                return told

        csrf = ask("/api/session", {"name": name, "password": served.passwords[name]}, {})["csrf"]
        for resident in residents[team][: most - len(found)]:
            wanted = {"resident_id": resident, "flow": FLOW, "purpose": purpose}
            token = ask("/api/links", wanted, {"X-CSRF-Token": csrf})["token"]
            visit = ask("/api/link/visit", {}, {"Authorization": f"Bearer {token}"})["visit_id"]
            found.append(Way(token, visit))
    return found
