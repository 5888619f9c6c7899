"""The tables. A change here needs a migration in migrations/versions and a new ``REVISION``."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
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
from connectors.database.sealing import APPEND_ONLY, BLIND, Blind, sealing_table

REVISION = "proposals"
"""The migration that these tables are at."""

metadata = MetaData()


def digits(phone: str) -> str:
    """A telephone number as it is compared: +86 and dashes do not count."""
    return "".join(char for char in phone if char.isdigit())[-11:]


def id_number(text: str) -> str:
    """An identity number as it is compared."""
    return text.strip().upper()


PHONE = Blind("phone_mark", "phone", digits)
ID_NUMBER = Blind("id_number_mark", "id_number", id_number)

sealing = sealing_table(metadata)

residents = Table(
    "residents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", SealedText("residents.name"), nullable=False),
    Column("sex", String(1), nullable=False),
    Column("birth_date", SealedText("residents.birth_date")),
    Column("phone", SealedText("residents.phone"), nullable=False, info={BLIND: PHONE}),
    Column("phone_mark", String(40), nullable=False, index=True),
    Column("id_number", SealedText("residents.id_number"), nullable=False, info={BLIND: ID_NUMBER}),
    Column("id_number_mark", String(40), nullable=False, index=True),
    Column("team", String(64), nullable=False, server_default="", index=True),
)

visits = Table(
    "visits",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("resident_id", ForeignKey("residents.id"), nullable=False, index=True),
    Column("flow", String(64), nullable=False),
    Column("form", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("owner", String(128), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("started", String(40), nullable=False),
    Column("ended", String(40)),
    Column("outcome", String(16)),
)

events = Table(
    "events",
    metadata,
    Column("visit_id", ForeignKey("visits.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("type", String(32), nullable=False),
    Column("body", SealedJson("events.body"), nullable=False),
    PrimaryKeyConstraint("visit_id", "seq"),
    info={APPEND_ONLY: True},
)

records = Table(
    "records",
    metadata,
    Column("visit_id", ForeignKey("visits.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("form", String(32), nullable=False),
    Column("body", SealedJson("records.body"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    PrimaryKeyConstraint("visit_id", "version"),
    info={APPEND_ONLY: True},
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("slot", String(64), nullable=False),
    Column("old", SealedJson("corrections.old")),
    Column("new", SealedJson("corrections.new")),
    Column("who", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("why", SealedText("corrections.why"), nullable=False),
    Column("misheard", Boolean, nullable=False),
    info={APPEND_ONLY: True},
)

alerts = Table(
    "alerts",
    metadata,
    Column("visit_id", ForeignKey("visits.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("flag", String(32), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("subject", String(8), nullable=False),
    Column("evidence", SealedText("alerts.evidence"), nullable=False),
    PrimaryKeyConstraint("visit_id", "seq"),
)

clips = Table(
    "clips",
    metadata,
    Column("visit_id", ForeignKey("visits.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("path", Text, nullable=False),
    PrimaryKeyConstraint("visit_id", "turn"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("resident_id", String(64), nullable=False),
    Column("lane", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", SealedJson("outbox.body"), nullable=False),
    Column("status", String(12), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("lease", String(64)),
    Column("lease_until_ms", BigInteger),
    Column("created", String(40), nullable=False),
    Column("code", String(64), nullable=False),
    Column("problem", SealedText("outbox.problem"), nullable=False),
    Column("receipt", String(128), nullable=False),
    Index("outbox_in_order", "resident_id", "lane", "status", "id"),
    Index("outbox_when", "status", "due_ms"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("resident_id", String(64), nullable=False, index=True),
    Column("purpose", String(32), nullable=False),
    Column("notice_version", String(32), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("words", SealedText("consents.words"), nullable=False),
    Column("by", String(16), nullable=False),
    Column("at", String(40), nullable=False),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("withdrawn", String(40)),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("resident_id", String(64), nullable=False, index=True),
    Column("phone", SealedText("opt_outs.phone"), nullable=False, info={BLIND: PHONE}),
    Column("words", SealedText("opt_outs.words"), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("lifted", String(40)),
    Column("phone_mark", String(40), nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("who", String(64), nullable=False),
    Column("act", String(32), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
