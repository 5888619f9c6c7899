"""Many chats at once over their sockets: how long a resident waits for the reply. On this machine only."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener

from websockets.asyncio.client import ClientConnection, connect

from agent.errors import InputError
from agent.flows.replies import Replies, load_replies
from connectors.signing.reference import open_reference
from connectors.signing.seed import seed
from evaluation.intervals import percentile

THINK_S = (4.0, 12.0)
"""A person reads and taps; nobody answers in less."""
STARTS_S = 120
FLOW = "hypertension_followup"
DOCTORS = {"doctor": "T1", "doctor2": "T2"}
RESIDENTS = 600
"""Enough for 200 of the two teams, one conversation each."""


@dataclass(frozen=True, slots=True)
class ChatSpeed:
    """What the residents saw."""

    sessions: int
    replies: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    refused: int
    ended: int


@dataclass(slots=True)
class _Tally:
    waits_ms: list[float]
    refused: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class _Served:
    url: str
    passwords: Mapping[str, str]


async def measure(root: Path, folder: Path, sessions: int, seconds: float) -> ChatSpeed:
    """Serve a demonstration in ``folder`` and hold ``sessions`` chats for ``seconds``. Raises ``InputError``."""
    replies = load_replies(root / "dialogues" / "replies.yml")
    async with open_reference(folder / "signing.db") as backend:
        await seed(backend.database, RESIDENTS, 1, date.today())
    async with _service(folder) as served:
        links = await asyncio.to_thread(_links, served, await _residents(folder), sessions)
        tally, until = _Tally([]), time.monotonic() + seconds
        await asyncio.gather(*(_resident(served, link, replies, (tally, until, n)) for n, link in enumerate(links)))
    p50, p95, p99 = (round(percentile(tally.waits_ms, share) or 0.0, 1) for share in (50, 95, 99))
    return ChatSpeed(len(links), len(tally.waits_ms), p50, p95, p99, tally.refused, tally.ended)


@asynccontextmanager
async def _service(folder: Path) -> AsyncIterator[_Served]:
    """The service as users run it, in a process of its own."""
    environment = {**os.environ, "SUIFANG_DATA_DIR": str(folder)}
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


async def _drained(process: asyncio.subprocess.Process) -> None:
    """A pipe that nobody reads fills, and stops the service."""
    while process.stderr is not None and await process.stderr.readline():
        pass


async def _told(process: asyncio.subprocess.Process) -> _Served:
    passwords: dict[str, str] = {}
    while process.stderr is not None and (line := (await process.stderr.readline()).decode()):
        if found := re.match(r"  (\w+) +(\S+)$", line):
            passwords[found[1]] = found[2]
        if found := re.search(r"listening on (http://\S+)", line):
            return _Served(found[1], passwords)
    raise InputError("bench-service", "the service did not start", "try: suifang serve --demo")


async def _residents(folder: Path) -> dict[str, list[str]]:
    """Ids of the seeded residents by team."""
    teams: dict[str, list[str]] = {team: [] for team in DOCTORS.values()}
    async with open_reference(folder / "signing.db") as backend:
        for number in range(1, RESIDENTS + 1):
            file = await backend.resident(f"R{number:05d}", date.today())
            if file is not None and file.team in teams:
                teams[file.team].append(file.id)
    return teams


def _links(served: _Served, residents: Mapping[str, list[str]], sessions: int) -> list[tuple[str, str]]:
    """Token and visit of every session, over the service's own routes. Blocking."""
    links: list[tuple[str, str]] = []
    for name, team in DOCTORS.items():
        browser = build_opener(HTTPCookieProcessor())

        def ask(
            path: str, body: Mapping[str, Any], headers: Mapping[str, str], browser: Any = browser
        ) -> dict[str, Any]:
            sent = {"Content-Type": "application/json", **headers}
            with browser.open(Request(served.url + path, json.dumps(body).encode(), sent)) as answer:
                found: dict[str, Any] = json.load(answer)
                return found

        csrf = ask("/api/session", {"name": name, "password": served.passwords[name]}, {})["csrf"]
        for resident in residents[team][: sessions - len(links)]:
            token = ask("/api/links", {"resident_id": resident, "flow": FLOW}, {"X-CSRF-Token": csrf})["token"]
            links.append((token, ask("/api/link/visit", {}, {"Authorization": f"Bearer {token}"})["visit_id"]))
    return links


async def _resident(
    served: _Served, link: tuple[str, str], replies: Mapping[str, Replies], run: tuple[_Tally, float, int]
) -> None:
    """One page: reads, thinks, taps, until the time is over or the conversation ends."""
    (token, visit), (tally, until, number) = link, run
    thinking = random.Random(number)
    address = f"{served.url.replace('http', 'ws')}/api/chat/{visit}/live"
    async with connect(address, subprotocols=[f"suifang.link.{token}"]) as socket:  # type: ignore[list-item]
        state = await _until(socket, "state")
        while time.monotonic() < until and state["outcome"] is None:
            await asyncio.sleep(thinking.uniform(*THINK_S))
            await socket.send(json.dumps({"type": "say", "turn": state["turn"] + 1, "text": _answer(state, replies)}))
            began = time.monotonic()
            answer = await _until(socket, "state", "refused")
            tally.waits_ms.append((time.monotonic() - began) * 1000)
            tally.refused += answer["type"] == "refused"
            state = answer if answer["type"] == "state" else state
        tally.ended += state["outcome"] is not None


async def _until(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    async for raw in socket:
        message: dict[str, Any] = json.loads(raw)
        if message["type"] in kinds:
            return message
    raise InputError("bench-socket", "a socket was closed", "see the service's log")


def _answer(state: Mapping[str, Any], replies: Mapping[str, Replies]) -> str:
    """What the open question offers, or a plain word."""
    known = replies.get(state["ask"] or "")
    if known and known.sample:
        return known.sentence
    options = state["replies"]["options"]
    return str(options[0]) if options else "没有"
