"""What measurements print and publish: the machine, the command, the pages under evaluation/results/."""

from __future__ import annotations

import os
import platform
import sys
from datetime import datetime
from pathlib import Path

from agent.errors import InputError
from suifang.bench_outbox import OutboxSpeed

OUTBOX_TITLE = "# The outbox under fire"
SECTION = "\n## "


def machine() -> str:
    """Cores and their name."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores of {name}"


def command_line() -> str:
    """How the program was called, without the place of a database."""
    shown = ("postgresql://…" if word.startswith("postgresql") else word for word in sys.argv[1:])
    return " ".join(["suifang", *shown])


def write_page(path: Path, text: str) -> None:
    """Write a page. Raises ``InputError`` out-unwritable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{path} cannot be written ({error.strerror})", "name another file with --out"
        ) from None


def put_section(path: Path, section: str) -> None:
    """Put a section ``## Title`` into a page, in place of the one with the same title."""
    title = section.partition("\n")[0]
    page = path.read_text("utf-8") if path.exists() else OUTBOX_TITLE + "\n"
    head, *sections = page.split(SECTION)
    kept = ["## " + one.strip("\n") + "\n" for one in sections if "## " + one.partition("\n")[0] != title]
    write_page(path, "\n".join([head.rstrip("\n") + "\n", *sorted([*kept, section])]))


def outbox_report(speed: OutboxSpeed, store: str, command: str) -> str:
    """What was measured of the outbox, as a section."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    lines = [
        f"## {store}",
        "",
        f"{datetime.now():%Y-%m-%d %H:%M} · {machine()}, load {load} · Python {platform.python_version()}",
        "",
        f"    {command}",
        "",
        f"{speed.visits} visits acknowledged, then counted at the far end, which takes a key once:",
        f"**{speed.lost} lost, {speed.doubled} doubled**, {speed.out_of_order} out of order, "
        f"{speed.dead} dead letters.",
        "",
        "| fault | times | visits that met it | of these lost | doubled |",
        "|---|---|---|---|---|",
        *(f"| {s.fault.value} | {s.times} | {s.visits} | {s.lost} | {s.doubled} |" for s in speed.faults if s.times),
        "",
        f"Written with their parcels: {speed.written_per_second} visits/s. Events of one visit appended: "
        f"p50 {speed.append_p50_ms} ms, p99 {speed.append_p99_ms} ms.",
        f"Delivered under all of this: {speed.delivered_per_second} visits/s.",
        "",
    ]
    return "\n".join(lines)
