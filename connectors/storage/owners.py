"""Who runs a visit: the process, and whether it still lives."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from agent.errors import InputError


def this_process() -> str:
    """``host:pid`` of the running process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(owner: str) -> bool:
    """True when ``owner`` was a process of this host and no longer lives; other hosts are left alone."""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


RECENT = timedelta(minutes=30)
"""A conversation in which nothing was said for so long keeps nobody from beginning another."""


def still_runs(owner: str, *, outlives: bool, last_at: str, now: str) -> bool:
    """Whether an open visit is being held: its process lives (or need not), and something happened lately.

    ``outlives``: the conversation goes on after its process. Times are ISO 8601, in any zone or none.
    """
    if not owner or (not outlives and is_gone(owner)):
        return False
    last, moment = (datetime.fromisoformat(text).replace(tzinfo=None) for text in (last_at, now))
    return abs(moment - last) < RECENT


def already_running(resident_id: str, visit_id: str) -> InputError:
    """The refusal of a second conversation."""
    return InputError(
        "visit-running", f"a conversation with {resident_id} is running: visit {visit_id}",
        "go on with that one, or end it first",
    )  # fmt: skip
