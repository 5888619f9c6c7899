"""The store that the settings name: a SQLite file, or a server that may be called."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from connectors.database.keys import Keys
from connectors.storage import SqlStore, open_store
from suifang.egress import check_egress
from suifang.keys import keys_of
from suifang.settings import Settings


def open_house_store(settings: Settings, keys: Keys | None = None) -> AbstractAsyncContextManager[SqlStore]:
    """The store. Raises ``InputError`` egress-closed for a server on a host that is not listed, ``StorageError``."""
    if isinstance(settings.database, str):
        check_egress(settings, "SUIFANG_DATABASE_URL", settings.database)
    return open_store(settings.database, keys or keys_of(settings))
