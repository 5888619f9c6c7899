"""Tables of what staff do beside signing: alerts taken, calls wanted again, facts for the health record, shifts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table

from connectors.database.sealed import SealedJson, SealedText
from connectors.storage.tables import metadata

alert_care = Table(
    "alert_care",
    metadata,
    Column("visit_id", ForeignKey("visits.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("closed", String(40)),
    Column("outcome", String(16), nullable=False),
    Column("note", SealedText("alert_care.note"), nullable=False),
    PrimaryKeyConstraint("visit_id", "seq"),
)
"""One row for an alert that somebody has taken; the first who takes it has it."""

recalls = Table(
    "recalls",
    metadata,
    Column("visit_id", ForeignKey("visits.id"), primary_key=True),
    Column("why", SealedText("recalls.why"), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", String(40), nullable=False),
)
"""Visits that are to be held again. One is done once a later visit of the same resident and flow was begun."""

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("resident_id", String(64), nullable=False),
    Column("slot", String(64), nullable=False),
    Column("value", SealedJson("proposals.value"), nullable=False),
    Column("text", SealedText("proposals.text"), nullable=False),
    Column("words", SealedText("proposals.words"), nullable=False),
    Column("by", String(64), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("status", String(12), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", String(40), nullable=False),
    Index("proposals_of", "resident_id", "status"),
)
"""Facts for the health record that were told in a conversation; a doctor accepts or rejects each."""

shifts = Table(
    "shifts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", String(64), nullable=False, index=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("starts", String(16), nullable=False),
    Column("ends", String(16), nullable=False, index=True),
)

availability = Table(
    "availability",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at", String(40), nullable=False),
)
