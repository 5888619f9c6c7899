"""Consents, opt-outs and the audit log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from connectors.storage.migrations.append_only import append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; the audit log can be neither changed nor cut."""
    op.create_table(
        "consents",
        _number(),
        _column("resident_id", sa.String(64), index=True),
        _column("purpose", sa.String(32)),
        _column("notice_version", sa.String(32)),
        _column("granted", sa.Boolean),
        _column("words", sa.Text),
        _column("by", sa.String(16)),
        _column("at", sa.String(40)),
        sa.Column("visit_id", sa.String(64), sa.ForeignKey("visits.id"), nullable=False, index=True),
        _column("turn", sa.Integer),
        sa.Column("withdrawn", sa.String(40)),
    )
    op.create_table(
        "opt_outs",
        _number(),
        _column("resident_id", sa.String(64), index=True),
        _column("phone", sa.String(32)),
        _column("words", sa.Text),
        _column("by", sa.String(64)),
        _column("at", sa.String(40)),
        sa.Column("lifted", sa.String(40)),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        _column("at", sa.String(40)),
        _column("who", sa.String(64)),
        _column("act", sa.String(32)),
        _column("subject", sa.String(64), index=True),
        _column("detail", sa.JSON),
        _column("previous", sa.String(64)),
        _column("hash", sa.String(64), unique=True),
    )
    append_only("audit", "UPDATE", "DELETE")


def downgrade() -> None:
    """Drop them."""
    for name in ("audit", "opt_outs", "consents"):
        op.drop_table(name)


def _number() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def _column(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)
