"""Who looks after an alert, visits to be held again, who is on duty."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "console"
down_revision = "sealed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    word = sa.String
    op.create_table(
        "alert_care", sa.Column("visit_id", word(64), sa.ForeignKey("visits.id"), nullable=False),
        _column("seq", sa.Integer()), _column("by", word(64)), _column("at", word(40)), sa.Column("closed", word(40)),
        _column("outcome", word(16)), _column("note", sa.LargeBinary()), sa.PrimaryKeyConstraint("visit_id", "seq"),
    )  # fmt: skip
    op.create_table(
        "recalls", sa.Column("visit_id", word(64), sa.ForeignKey("visits.id"), primary_key=True),
        _column("why", sa.LargeBinary()), _column("by", word(64)), _column("at", word(40)),
    )  # fmt: skip
    op.create_table(
        "shifts", sa.Column("id", word(32), primary_key=True), _column("team", word(64), index=True),
        sa.Column("staff_id", word(32), sa.ForeignKey("staff.id"), nullable=False),
        _column("starts", word(16)), _column("ends", word(16), index=True),
    )  # fmt: skip
    op.create_table(
        "availability", sa.Column("staff_id", word(32), sa.ForeignKey("staff.id"), primary_key=True),
        _column("state", word(16)), _column("at", word(40)),
    )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    for name in ("availability", "shifts", "recalls", "alert_care"):
        op.drop_table(name)


def _column(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)
