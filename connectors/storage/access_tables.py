"""Tables of who may do what: staff, their sessions and failures, residents' links."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text

from connectors.database.sealed import SealedText
from connectors.storage.tables import metadata

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("shown", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("team", String(64), nullable=False),
    Column("password", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("totp", SealedText("staff.totp"), nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("created", String(40), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("seen_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False, index=True),
)

lockouts = Table(
    "lockouts",
    metadata,
    Column("name_hash", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False, index=True),
)
"""By the hash of what was typed as name: known and unknown names are treated alike."""

links = Table(
    "links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("resident_id", String(64), nullable=False, index=True),
    Column("flow", String(64), nullable=False),
    Column("speaker", String(16), nullable=False),
    Column("team", String(64), nullable=False),
    Column("visit_id", String(64), index=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("revoked", String(40)),
    Column("created_by", String(64), nullable=False),
    Column("created", String(40), nullable=False),
)
