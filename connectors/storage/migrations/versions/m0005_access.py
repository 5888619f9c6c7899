"""Staff, sessions, failures of logging in, residents' links, and the team that a resident belongs to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "access"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Residents that are there belong to no team until the house's is filled in at start."""
    word, text, number = sa.String, sa.Text, sa.BigInteger
    op.add_column("residents", sa.Column("team", word(64), nullable=False, server_default=""))
    op.create_index("residents_team", "residents", ["team"])
    op.create_table(
        "staff", sa.Column("id", word(32), primary_key=True), _column("name", word(64), unique=True),
        _column("shown", word(64)), _column("role", word(16)), _column("team", word(64)), _column("password", text()),
        _column("must_change", sa.Boolean()), _column("totp", word(64)), _column("totp_step", number()),
        _column("status", word(16)), _column("demo", sa.Boolean()), _column("created", word(40)),
    )  # fmt: skip
    op.create_table(
        "sessions", sa.Column("digest", word(64), primary_key=True),
        sa.Column("staff_id", word(32), sa.ForeignKey("staff.id"), nullable=False, index=True),
        _column("seen_ms", number()), _column("until_ms", number(), index=True),
    )  # fmt: skip
    op.create_table(
        "lockouts", sa.Column("name_hash", word(64), primary_key=True), _column("failures", sa.Integer()),
        _column("at_ms", number(), index=True),
    )  # fmt: skip
    op.create_table(
        "links", sa.Column("id", word(32), primary_key=True), _column("purpose", word(16)),
        _column("resident_id", word(64), index=True), _column("flow", word(64)), _column("speaker", word(16)),
        _column("team", word(64)), sa.Column("visit_id", word(64), index=True), _column("until_ms", number()),
        sa.Column("revoked", word(40)), _column("created_by", word(64)), _column("created", word(40)),
    )  # fmt: skip


def downgrade() -> None:
    """Drop them."""
    for name in ("links", "lockouts", "sessions", "staff"):
        op.drop_table(name)
    op.drop_index("residents_team", "residents")
    op.drop_column("residents", "team")


def _column(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)
