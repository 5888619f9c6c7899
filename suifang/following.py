"""Follows a call while it runs: shows it, and writes its events to the store as they happen."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent.domain.events import AlertRaised, Event, TurnTimed
from connectors.storage import Store
from evaluation.resident import Exchange
from speech.notices import AgentSpeaks, AgentStopped, Fault, Notice, ResidentHeard
from suifang.terminal import AGENT, DIM, RED, RESIDENT, Screen
from suifang.visits import Visit


class Following:
    """The observer of one call. ``write`` runs beside the call until ``stop``."""

    def __init__(self, visit: Visit, store: Store, clips: Path, screen: Screen) -> None:
        self._visit = visit
        self._store = store
        self._clips = clips
        self._screen = screen
        self._news = asyncio.Event()
        self._over = False

    def observe(self, notice: Notice) -> None:
        """Show a notice; whatever it tells, there may be new events."""
        self._news.set()
        match notice:
            case AgentSpeaks(text=text, gap_ms=gap):
                timing = "" if gap is None else self._screen.paint(f"  ({gap:.0f} ms)", DIM)
                self._screen.line(f"{_clock(notice.at_ms)} {self._screen.paint('随访: ' + text, AGENT)}{timing}")
            case ResidentHeard(text=text, confidence=confidence):
                self._screen.line(f"       听到: {text or '（没有听清）'}  ({confidence:.2f})", DIM)
            case AgentStopped(heard_chars=heard):
                self._screen.line(f"       (the agent gives way after {heard} characters)", DIM)
            case Fault(stage=stage, code=code, message=message):
                self._screen.line(f"       {stage}: {message} [{code}]", RED)
            case _:
                pass

    def speaks(self, exchange: Exchange) -> None:
        """The resident begins an answer."""
        said = self._screen.paint("居民: " + exchange.text, RESIDENT)
        self._screen.line(f"{_clock(exchange.start_ms)} {said}")

    async def write(self) -> None:
        """Write events as they come, until ``stop``."""
        while not self._over:
            await self._news.wait()
            self._news.clear()
            await self._write_new()
        await self._write_new()

    def stop(self) -> None:
        """Let ``write`` end once everything is written."""
        self._over = True
        self._news.set()

    async def _write_new(self) -> None:
        """Write what is new, and file the clips that it names."""
        for event in await self._visit.flush():
            await self._file(event)

    async def _file(self, event: Event) -> None:
        match event.body:
            case TurnTimed(turn=turn, clip=str(clip)):
                await self._store.clips.add(self._visit.id, turn, str(self._clips / clip))
            case AlertRaised(flag=flag, evidence=evidence):
                self._screen.line(f"       !! {flag}: {evidence}", RED)
            case _:
                pass


def _clock(at_ms: float) -> str:
    minutes, seconds = divmod(int(at_ms / 1000), 60)
    return f"{minutes:02d}:{seconds:02d} "
