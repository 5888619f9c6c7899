"""The reference backend's own tables. Bump ``SCHEMA`` with every change."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from connectors.database.sealed import SealedJson, SealedText
from connectors.database.sealing import sealing_table

SCHEMA = 3

metadata = MetaData()

sealing = sealing_table(metadata)

about = Table("about", metadata, Column("schema", Integer, primary_key=True))

teams = Table(
    "teams", metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("doctor", Text, nullable=False),
    Column("nurse", Text, nullable=False),
)  # fmt: skip

packages = Table(
    "packages", metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("nature", String(1), nullable=False),
    Column("price_yuan", Float, nullable=False),
    Column("items", JSON, nullable=False),
)  # fmt: skip

residents = Table(
    "residents", metadata,
    Column("id", String(64), primary_key=True),
    Column("name", SealedText("residents.name"), nullable=False),
    Column("sex", String(1), nullable=False),
    Column("birth_date", SealedText("residents.birth_date"), nullable=False),
    Column("phone", SealedText("residents.phone"), nullable=False),
    Column("groups", JSON, nullable=False),
    Column("team_id", ForeignKey("teams.id"), nullable=False),
    Column("history", SealedJson("residents.history"), nullable=False),
)  # fmt: skip

contracts = Table(
    "contracts", metadata,
    Column("number", String(32), primary_key=True),
    Column("resident_id", ForeignKey("residents.id"), nullable=False, index=True),
    Column("package_id", ForeignKey("packages.id"), nullable=False),
    Column("start", String(10), nullable=False),
    Column("end", String(10), nullable=False),
    Column("stopped", String(10)),
    Column("stop_reason", String(2), nullable=False),
    Column("renewed", Boolean, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("done", Integer, nullable=False),
)  # fmt: skip

due = Table(
    "due", metadata,
    Column("id", String(96), primary_key=True),
    Column("resident_id", ForeignKey("residents.id"), nullable=False),
    Column("flow", String(64), nullable=False),
    Column("due", String(10), nullable=False),
    Column("done_by", String(64), nullable=False),
    Index("due_open", "done_by", "due"),
    Index("due_of", "resident_id", "flow"),
)  # fmt: skip

follow_ups = Table(
    "follow_ups", metadata,
    Column("visit", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("resident_id", ForeignKey("residents.id"), nullable=False, index=True),
    Column("flow", String(64), nullable=False),
    Column("held_on", String(10), nullable=False),
    Column("mode", String(1), nullable=False),
    Column("visit_class", String(1), nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("body", SealedJson("follow_ups.body"), nullable=False),
)  # fmt: skip

indicators = Table(
    "indicators", metadata,
    Column("resident_id", ForeignKey("residents.id"), nullable=False),
    Column("slot", String(32), nullable=False),
    Column("at", String(10), nullable=False),
    Column("visit", String(64), nullable=False, index=True),
    Column("value", Float, nullable=False),
    Column("mode", String(1), nullable=False),
    Index("indicators_of", "resident_id", "slot", "at"),
)  # fmt: skip

appointments = Table(
    "appointments", metadata,
    Column("key", String(128), primary_key=True),
    Column("resident_id", ForeignKey("residents.id"), nullable=False, index=True),
    Column("department", Text, nullable=False),
    Column("slot", String(16), nullable=False),
    Column("queue", Integer, nullable=False),
    Index("appointments_at", "department", "slot"),
)  # fmt: skip

notes = Table(
    "notes", metadata,
    Column("key", String(128), primary_key=True),
    Column("resident_id", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("at", String(10), nullable=False),
    Column("body", SealedJson("notes.body"), nullable=False),
)  # fmt: skip
"""Alerts, education sent, satisfaction; wishes for an appointment or a contract, for people to confirm."""

record_facts = Table(
    "record_facts", metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("resident_id", ForeignKey("residents.id"), nullable=False, index=True),
    Column("slot", String(64), nullable=False),
    Column("value", SealedJson("record_facts.value"), nullable=False),
    Column("text", SealedText("record_facts.text"), nullable=False),
    Column("at", String(10), nullable=False),
    Column("accepted_by", Text, nullable=False),
    Column("source", String(160), nullable=False, index=True),
)  # fmt: skip
"""The health record: what a doctor accepted, or signed with an intake."""

trend_alerts = Table(
    "trend_alerts", metadata,
    Column("resident_id", ForeignKey("residents.id"), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("why", SealedText("trend_alerts.why"), nullable=False),
    Column("at", String(10), nullable=False, index=True),
    Column("seen_by", Text, nullable=False),
    PrimaryKeyConstraint("resident_id", "rule"),
)  # fmt: skip
"""Chronic indicators whose course has turned bad; gone when it is good again."""

parcels = Table(
    "parcels", metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
)  # fmt: skip
