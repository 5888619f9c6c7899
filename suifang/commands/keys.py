"""``suifang keys init|rotate|status``: the keys that personal data are sealed with."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from agent.errors import InputError
from connectors.database.keyring import KeyRing, new_ring
from connectors.database.keys import Keys
from connectors.signing.reference import open_reference
from connectors.storage.media import Media, audio_files
from suifang.keys import keys_of
from suifang.settings import Settings, read_settings
from suifang.storing import open_house_store

EXAMPLE = "suifang keys rotate --forget"


class _Sealed(Protocol):
    """A database with sealed values."""

    @property
    def found_rotating(self) -> bool:
        """A rotation had been broken off when it was opened."""

    async def reseal(self) -> int:
        """Bring every value under the active key."""

    async def seals(self) -> Mapping[str, int]:
        """Values by key."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=["init", "rotate", "status"],
        help="make a key file; seal everything with a new key, or go on where that was broken off; what is sealed how",
    )  # fmt: skip
    parser.add_argument("--forget", action="store_true", help="rotate: drop old keys; copies of the data need them")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Status gives 1 when something is in clear, or sealed with another key than the active one."""
    settings = read_settings()
    keys = keys_of(settings)
    if args.action == "init":
        return _init(keys)
    async with _databases(settings, keys) as databases:
        if args.action == "rotate":
            await _rotate(databases, settings, keys, forget=args.forget)
        found = await _usage(databases, settings.visits_dir, keys)
    return _tell(keys.ring(), found, as_json=args.json)


def _init(keys: Keys) -> int:
    if keys.exist or not keys.write(new_ring(keys.cipher), replace=False):
        raise InputError("keys-there", f"there are keys already ({keys.file})", "a new key: suifang keys rotate")
    sys.stdout.write(f"{keys.file}: made, mode 0600; keep a copy elsewhere, without it nobody can read the data\n")
    return 0


@asynccontextmanager
async def _databases(settings: Settings, keys: Keys) -> AsyncIterator[list[_Sealed]]:
    async with AsyncExitStack() as stack:
        found: list[_Sealed] = [await stack.enter_async_context(open_house_store(settings, keys))]
        if settings.signing_database.exists():
            reference = await stack.enter_async_context(open_reference(settings.signing_database, keys=keys))
            found.append(reference.database)
        yield found


async def _rotate(databases: list[_Sealed], settings: Settings, keys: Keys, *, forget: bool) -> None:
    if not any(database.found_rotating for database in databases):  # else that one is finished, with its key
        keys.write(keys.ring().rotated(keys.cipher), replace=True)
    changed = sum([await database.reseal() for database in databases])
    changed += await asyncio.to_thread(_seal_files, settings.visits_dir, Media(keys))
    sys.stderr.write(f"suifang: {changed} rows and files sealed anew\n")
    left = set(await _usage(databases, settings.visits_dir, keys))
    old = set(keys.ring().keys) - left - {keys.ring().active}
    if forget and old:
        keys.write(keys.ring().without(old), replace=True)


def _seal_files(folder: Path, media: Media) -> int:
    return sum(media.seal_file(path) for path in audio_files(folder))


async def _usage(databases: list[_Sealed], folder: Path, keys: Keys) -> Counter[str]:
    found: Counter[str] = Counter()
    for database in databases:
        found.update(await database.seals())
    found.update(await asyncio.to_thread(Media(keys).usage, folder))
    return found


def _tell(ring: KeyRing, found: Counter[str], *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"active": ring.active, "values": found}) + "\n")
    else:
        for name in sorted({*ring.keys, *found}):
            state = "active" if name == ring.active else "IN CLEAR" if name == "clear" else "old"
            cipher = f" {ring.keys[name].cipher}" if name in ring.keys else ""
            sys.stdout.write(f"{name}{cipher}  {state}  {found[name]} values and files\n")
    return 0 if set(found) <= {ring.active} else 1
