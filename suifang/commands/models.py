"""``suifang models list|pull|verify``: the bundled models, and those that others publish."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from pathlib import Path

from models.errors import ModelError
from models.fetch import pull
from models.published import PublishedModel, State, find, published, state, verify
from models.registry import check
from suifang.settings import read_settings

EXAMPLE = "suifang models pull streaming-paraformer-zh"
_BAR = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=["list", "pull", "verify"], help="name the models; fetch one; compare files with checksums"
    )
    parser.add_argument("name", nargs="?", help="a model to pull or verify; verify without a name checks all")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Do it; a missing or damaged file is an error."""
    settings = read_settings()
    models = published(settings.model_hub)
    if args.action == "pull":
        return await _pull(args.name, models, settings.models_dir, args.json)
    if args.action == "verify":
        return await asyncio.to_thread(_verify, args.name, models, settings.models_dir, args.json)
    return _list(models, settings.models_dir, args.json)


def _list(models: tuple[PublishedModel, ...], folder: Path, as_json: bool) -> int:
    bundled = [{"model": e.model, "role": e.role, "path": str(e.path), "bytes": e.size} for e in check()]
    others = [
        {"model": m.name, "engine": m.engine, "state": str(state(m, folder)), "bytes": m.about_bytes,
         "licence": m.licence, "source": m.source, "about": m.about}
        for m in models
    ]  # fmt: skip
    if as_json:
        sys.stdout.write(json.dumps({"bundled": bundled, "published": others}, ensure_ascii=False) + "\n")
        return 0
    for entry in bundled:
        sys.stdout.write(f"{entry['model']:<26}{entry['role']:<16}{entry['bytes']:>10} bytes  ok\n")
    for m in models:
        size = f"{m.about_bytes / 1e6:.0f} MB"
        sys.stdout.write(f"{m.name:<26}{m.engine:<16}{size:>10}        {state(m, folder)}\n    {m.about}\n")
        sys.stdout.write(f"    {m.licence}; {m.source}\n")
    return 0


async def _pull(name: str | None, models: tuple[PublishedModel, ...], folder: Path, as_json: bool) -> int:
    if name is None:
        known = ", ".join(model.name for model in models)
        raise ModelError("model.no-name", "Say which model to pull.", f"Known are: {known}.")
    model, stop, bar = find(name, models), threading.Event(), _Bar()
    try:
        home = await asyncio.to_thread(pull, model, folder, bar.show, stop.is_set)
    finally:
        stop.set()
        bar.close()
    done = {"model": model.name, "path": str(home), "licence": model.licence}
    use = f"SUIFANG_RECOGNIZER={model.engine} SUIFANG_RECOGNIZER_MODEL={model.name}"
    text = f"{model.name} is in {home} (licence: {model.licence})\nuse it with {use}\n"
    sys.stdout.write(json.dumps(done, ensure_ascii=False) + "\n" if as_json else text)
    return 0


def _verify(name: str | None, models: tuple[PublishedModel, ...], folder: Path, as_json: bool) -> int:
    found = [] if name else [{"model": e.model, "file": e.path.name, "sha256": e.sha256} for e in check()]
    chosen = [find(name, models)] if name else [m for m in models if state(m, folder) is State.PULLED]
    for model in chosen:
        pins = verify(model, folder)
        found += [{"model": model.name, "file": file, "sha256": pin.sha256} for file, pin in pins.items()]
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        sys.stdout.writelines(f"{f['model']:<26}{f['file']:<52}ok  {f['sha256'][:12]}\n" for f in found)
    return 0


class _Bar:
    """Progress on stderr: one moving line on a terminal, one line per tenth elsewhere."""

    def __init__(self) -> None:
        self._moving = sys.stderr.isatty()
        self._told: tuple[str, int] = ("", -1)

    def show(self, file: str, have: int, total: int) -> None:
        share = have / total if total else 0.0
        step = (file, int(share * (100 if self._moving else 10)))
        if step == self._told:
            return
        self._told = step
        bar = "█" * round(share * _BAR)
        end = "" if self._moving else "\n"
        begin = "\r" if self._moving else ""
        sys.stderr.write(f"{begin}{file[:40]:<42}{bar:░<{_BAR}} {share:4.0%} {have / 1e6:.1f} MB{end}")
        sys.stderr.flush()

    def close(self) -> None:
        if self._moving and self._told[0]:
            sys.stderr.write("\n")
