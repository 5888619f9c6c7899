"""``suifang db upgrade``."""

from __future__ import annotations

import argparse
import sys

from connectors.database.engine import shown
from connectors.storage.tables import REVISION
from suifang.settings import read_settings
from suifang.storing import open_house_store

EXAMPLE = "suifang db upgrade"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["upgrade"], help="run the migrations that are missing")


async def run(_args: argparse.Namespace) -> int:
    """Opening the store brings it up to date."""
    settings = read_settings()
    async with open_house_store(settings):
        sys.stdout.write(f"{shown(settings.database)} is at revision {REVISION}\n")
    return 0
