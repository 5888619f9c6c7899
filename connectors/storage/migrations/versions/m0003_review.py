"""Review: who made a version of a record and when, what doctors corrected; versions are never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from connectors.storage.migrations.append_only import append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add author and time to records, and the corrections."""
    op.add_column("records", sa.Column("author", sa.String(64), nullable=False, server_default=""))
    op.add_column("records", sa.Column("at", sa.String(40), nullable=False, server_default=""))
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("visit_id", sa.String(64), sa.ForeignKey("visits.id"), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("slot", sa.String(64), nullable=False),
        sa.Column("old", sa.JSON),
        sa.Column("new", sa.JSON),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("misheard", sa.Boolean, nullable=False),
    )
    for table in ("records", "corrections"):
        append_only(table, "UPDATE")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("corrections")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS records_no_update")
    op.drop_column("records", "at")
    op.drop_column("records", "author")
