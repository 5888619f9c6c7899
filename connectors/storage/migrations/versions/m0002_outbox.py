"""The outbox: what the contract-management backend has still to be told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _column("key", sa.String(128), unique=True),
        sa.Column("visit_id", sa.String(64), sa.ForeignKey("visits.id"), nullable=False, index=True),
        _column("resident_id", sa.String(64)),
        _column("lane", sa.String(8)),
        _column("kind", sa.String(16)),
        _column("body", sa.JSON),
        _column("status", sa.String(12)),
        _column("tries", sa.Integer),
        _column("due_ms", sa.BigInteger),
        sa.Column("lease", sa.String(64)),
        sa.Column("lease_until_ms", sa.BigInteger),
        _column("created", sa.String(40)),
        _column("code", sa.String(64)),
        _column("problem", sa.Text),
        _column("receipt", sa.String(128)),
    )
    op.create_index("outbox_in_order", "outbox", ["resident_id", "lane", "status", "id"])
    op.create_index("outbox_when", "outbox", ["status", "due_ms"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("outbox")


def _column(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)
