"""Facts for the health record that were told in a conversation, for a doctor to accept."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "proposals"
down_revision = "console"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    word, sealed = sa.String, sa.LargeBinary
    op.create_table(
        "proposals", sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("visit_id", word(64), sa.ForeignKey("visits.id"), nullable=False, index=True),
        _column("resident_id", word(64)), _column("slot", word(64)), _column("value", sealed()),
        _column("text", sealed()), _column("words", sealed()), _column("by", word(64)), _column("turn", sa.Integer()),
        _column("at", word(40)), _column("status", word(12)), _column("decided_by", word(64)),
        _column("decided_at", word(40)),
    )  # fmt: skip
    op.create_index("proposals_of", "proposals", ["resident_id", "status"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("proposals")


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
