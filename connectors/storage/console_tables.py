"""Tables of what staff do beside signing: who looks after an alert, calls wanted again, who is on duty."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, String, Table

from connectors.database.sealed import SealedText
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
