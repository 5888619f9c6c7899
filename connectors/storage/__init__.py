"""The store: residents, visits, events, records, alerts, clips, outbox, ledger, audit; SQLite or PostgreSQL."""

from connectors.storage.memory import MemoryStore
from connectors.storage.ports import (
    Clips,
    EventLog,
    Records,
    Store,
    StoredAlert,
    StoredRecord,
    Visit,
    Visits,
    VisitStart,
    VisitStatus,
)
from connectors.storage.sql import SqlStore, open_store

__all__ = [
    "Clips",
    "EventLog",
    "MemoryStore",
    "Records",
    "SqlStore",
    "Store",
    "StoredAlert",
    "StoredRecord",
    "Visit",
    "VisitStart",
    "VisitStatus",
    "Visits",
    "open_store",
]
