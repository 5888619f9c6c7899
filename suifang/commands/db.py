"""``suifang db upgrade``."""

from __future__ import annotations

import argparse
import sys

from connectors.database.engine import shown
from connectors.storage import open_store
from connectors.storage.tables import REVISION
from suifang.keys import keys_of
from suifang.settings import read_settings

EXAMPLE = "suifang db upgrade"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["upgrade"], help="run the migrations that are missing")


async def run(_args: argparse.Namespace) -> int:
    """Opening the store brings it up to date."""
    settings = read_settings()
    async with open_store(settings.database, keys_of(settings)):
        sys.stdout.write(f"{shown(settings.database)} is at revision {REVISION}\n")
    return 0
