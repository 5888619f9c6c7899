"""Many chats at once over their sockets: how long a resident waits for the reply. On this machine only."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from agent.errors import InputError
from agent.flows.replies import Replies, load_replies
from evaluation.intervals import percentile
from suifang.bench_service import Served, Way, serve, ways

THINK_S = (4.0, 12.0)
"""A person reads and taps; nobody answers in less."""


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


async def measure(root: Path, folder: Path, sessions: int, seconds: float) -> ChatSpeed:
    """Serve a demonstration in ``folder`` and hold ``sessions`` chats for ``seconds``. Raises ``InputError``."""
    replies = load_replies(root / "dialogues" / "replies.yml")
    async with serve(folder) as served:
        tally, opened = _Tally([]), await ways(served, folder, sessions)
        until = time.monotonic() + seconds
        await asyncio.gather(*(_resident(served, way, replies, (tally, until, n)) for n, way in enumerate(opened)))
    p50, p95, p99 = (round(percentile(tally.waits_ms, share) or 0.0, 1) for share in (50, 95, 99))
    return ChatSpeed(len(opened), len(tally.waits_ms), p50, p95, p99, tally.refused, tally.ended)


async def _resident(served: Served, way: Way, replies: Mapping[str, Replies], run: tuple[_Tally, float, int]) -> None:
    """One page: reads, thinks, taps, until the time is over or the conversation ends."""
    tally, until, number = run
    thinking = random.Random(number)
    address = f"{served.sockets}/api/chat/{way.visit}/live"
    async with connect(address, subprotocols=[f"suifang.link.{way.token}"]) as socket:  # type: ignore[list-item]
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
