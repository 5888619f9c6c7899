"""The keys that the settings name."""

from __future__ import annotations

import sys

from connectors.database.ciphers import Cipher
from connectors.database.keys import FILE, Keys
from suifang.settings import Settings


def keys_of(settings: Settings) -> Keys:
    """From the environment, the file named, or the file in the data folder, which is made when there is none."""
    file = settings.key_file or settings.data_dir / FILE
    return Keys(file, settings.keys.get_secret_value(), Cipher(settings.cipher), _told)


def _told(what: str) -> None:
    sys.stderr.write(f"suifang: {what}\n")
