"""A recogniser in a process of its own: its work holds up no voice, and what it crashes is not the service.

In one process a recogniser that computes and a line that must send every 40 ms take turns at the interpreter, and
twenty lines lose. Messages are pickles, between a process and the child that it started.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agent.errors import SpeechError, SuifangError
from speech.pipes import read_message, write_message
from speech.ports import Hints, Hypothesis, Pcm, RecognitionSession, Recognizer

_ROOT = Path(__file__).resolve().parents[2]
_REMEDY = "look for what ended it in the system's log (memory?)"
_ONE_CORE = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True, slots=True)
class Ask:
    """What an utterance wants: the words so far, or all of them."""

    session: int
    hints: Hints
    pcm: bytes
    """Samples since it was last asked."""
    final: bool
    forgotten: tuple[int, ...]
    """Utterances that nobody asks about any more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the child raised."""

    code: str
    message: str
    remedy: str

    def error(self) -> SpeechError:
        """As it is raised on this side."""
        return SpeechError(self.code, self.message, self.remedy)


class Apart:
    """A Recognizer whose work is done by a child. Safe to use from several threads; the child does one at a time."""

    def __init__(self, module: str, told: Any) -> None:
        """Start ``python -m module``, which is told ``told`` (see ``serve``); does not wait for it."""
        path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._child = subprocess.Popen(
            (sys.executable, "-m", module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_CORE, "PYTHONPATH": path},
        )
        self._lock = threading.Lock()
        self._ids = itertools.count()
        self._forgotten: list[int] = []
        with contextlib.suppress(OSError):  # it is told when it is asked
            write_message(self._child.stdin, pickle.dumps(told))  # type: ignore[arg-type]

    def ready(self) -> None:
        """Wait until the engine is loaded. Raises SpeechError with what the child raised."""
        with self._lock:
            self._answer()

    def open(self, hints: Hints) -> ApartSession:
        """Start an utterance; the child hears of it when something is asked."""
        return ApartSession(self, next(self._ids), hints)

    def ask(self, session: int, hints: Hints, pcm: bytes, *, final: bool) -> Hypothesis:
        """Words of an utterance. Raises SpeechError ``recognition-died`` and what the engine raises."""
        with self._lock:
            forgotten, self._forgotten = self._forgotten, []
            request = pickle.dumps(Ask(session, hints, pcm, final, tuple(forgotten)))
            try:
                write_message(self._child.stdin, request)  # type: ignore[arg-type]
            except (OSError, ValueError) as error:
                raise _died(error) from error
            heard = self._answer()
        if not isinstance(heard, Hypothesis):
            raise SpeechError("recognition-died", "the recogniser's process gives no words", _REMEDY)
        return heard

    def forget(self, session: int) -> None:
        """Nobody asks about this utterance any more."""
        self._forgotten.append(session)

    def close(self) -> None:
        """End the child; idempotent. Wakes a thread that waits for its answer."""
        with contextlib.suppress(OSError):
            self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            with contextlib.suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()

    def _answer(self) -> Any:
        try:
            body = read_message(self._child.stdout)  # type: ignore[arg-type]
        except (OSError, EOFError, ValueError) as error:
            raise _died(error) from error
        if body is None:
            raise SpeechError("recognition-died", "the recogniser's process has ended", _REMEDY)
        answer = pickle.loads(body)
        if isinstance(answer, Refused):
            raise answer.error()
        return answer


def _died(error: Exception) -> SpeechError:
    return SpeechError("recognition-died", f"the recogniser's process has ended ({type(error).__name__})", _REMEDY)


class ApartSession:
    """One utterance."""

    def __init__(self, engine: Apart, number: int, hints: Hints) -> None:
        self._engine = engine
        self._number = number
        self._hints = hints
        self._fresh: list[Pcm] = []

    def accept(self, pcm: Pcm) -> None:
        """Take samples."""
        self._fresh.append(pcm)

    def partial(self) -> Hypothesis:
        """Best guess so far."""
        return self._ask(final=False)

    def finish(self) -> Hypothesis:
        """Final words."""
        return self._ask(final=True)

    def _ask(self, *, final: bool) -> Hypothesis:
        fresh, self._fresh = self._fresh, []
        pcm = np.concatenate(fresh).tobytes() if fresh else b""
        return self._engine.ask(self._number, self._hints, pcm, final=final)

    def __del__(self) -> None:
        self._engine.forget(self._number)


def serve(open_engine: Callable[[Any], Recognizer]) -> None:
    """The child: loads the engine as told, says so, and answers until its input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # last words are still heard while the service ends
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    told = read_message(source)
    if told is None:
        return
    try:
        engine = open_engine(pickle.loads(told))
    except Exception as error:  # told to whoever started it
        write_message(sink, pickle.dumps(_refused(error)))
        return
    write_message(sink, pickle.dumps(True))
    sessions: dict[int, RecognitionSession] = {}
    with contextlib.suppress(EOFError, BrokenPipeError):
        while (body := read_message(source)) is not None:
            write_message(sink, pickle.dumps(_answered(engine, sessions, pickle.loads(body))))


def _answered(engine: Recognizer, sessions: dict[int, RecognitionSession], ask: Ask) -> Hypothesis | Refused:
    for number in ask.forgotten:
        sessions.pop(number, None)
    try:
        session = sessions.pop(ask.session, None) or engine.open(ask.hints)
        if ask.pcm:
            session.accept(np.frombuffer(ask.pcm, np.int16))
        if ask.final:
            return session.finish()
        sessions[ask.session] = session
        return session.partial()
    except Exception as error:  # an engine may raise anything, and its message may hold what was said
        return _refused(error)


def _refused(error: Exception) -> Refused:
    if isinstance(error, SuifangError):
        return Refused(error.code, error.message, error.remedy)
    return Refused("recognition-failed", f"the recogniser raised {type(error).__name__}", "check the recogniser's log")
