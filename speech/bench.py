"""Blocking engine work off the event loop: a few daemon threads, bounded, with a time limit per job.

A thread that hangs in an engine cannot be stopped; it is written off and replaced, a bounded number of times,
and being a daemon it does not keep the process alive.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from agent.errors import SpeechError

T = TypeVar("T")
_Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]
_Placed = tuple[int, int, _Job | None]
"""Rank, number, and the work; None ends a thread."""
_URGENT, _USUAL, _END = 0, 1, 2


class Workbench:
    """Runs blocking calls on at most ``threads`` threads at a time; shared by all calls of a process."""

    def __init__(self, threads: int = 2, *, name: str = "engine", max_waiting: int = 256, max_lost: int = 8) -> None:
        self._jobs: queue.PriorityQueue[_Placed] = queue.PriorityQueue(max_waiting)
        self._numbers = itertools.count()
        self._name = name
        self._threads = threads
        self._started = 0
        self._lost_left = max_lost

    @property
    def waiting(self) -> int:
        """Jobs that no thread has taken yet."""
        return self._jobs.qsize()

    async def run(self, work: Callable[[], T], *, timeout_s: float, urgent: bool = False) -> T:
        """The result of ``work()``; urgent work is done first.

        Raises SpeechError ``engine-hangs`` (retryable) or ``engine-busy``.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._grow()
        try:
            self._jobs.put_nowait((_URGENT if urgent else _USUAL, next(self._numbers), (loop, done, work)))
        except queue.Full:
            raise SpeechError("engine-busy", "too much engine work is waiting", "add cores", retryable=True) from None
        try:
            async with asyncio.timeout(timeout_s):
                return await done
        except TimeoutError:
            self._write_off()
            raise SpeechError(
                "engine-hangs", f"the speech engine gave no answer in {timeout_s:g} s", "restart it", retryable=True
            ) from None

    def close(self) -> None:
        """Let the threads end when their work is done; idempotent."""
        while self._started:
            self._started -= 1
            self._jobs.put((_END, next(self._numbers), None))

    def _grow(self) -> None:
        if self._started < self._threads:
            self._started += 1
            threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()

    def _write_off(self) -> None:
        if self._lost_left:
            self._lost_left -= 1
            self._started -= 1

    def _work(self) -> None:
        while (job := self._jobs.get()[2]) is not None:
            loop, done, work = job
            if done.cancelled():
                continue
            try:
                value, error = work(), None
            except Exception as failure:  # handed to the awaiting task, which owns it
                value, error = None, failure
            _hand_back(loop, done, value, error)


def _hand_back(loop: asyncio.AbstractEventLoop, done: asyncio.Future[Any], value: Any, error: Exception | None) -> None:
    def settle() -> None:
        if done.done():
            return
        if error is None:
            done.set_result(value)
        else:
            done.set_exception(error)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop was closed while the engine worked: nobody waits any more
        return
