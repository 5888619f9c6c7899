"""Residents, visits, events, records, alerts, clips."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from connectors.storage.migrations.append_only import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    _residents_and_visits()
    word, text, number = sa.String, sa.Text, sa.Integer
    _of_a_visit("events", _column("seq", number), _column("at", word(40)), _column("type", word(32)),
                _column("body", sa.JSON))  # fmt: skip
    _of_a_visit("records", _column("version", number), _column("form", word(32)), _column("body", sa.JSON),
                _column("status", word(16)))  # fmt: skip
    _of_a_visit("alerts", _column("seq", number), _column("flag", word(32)), _column("severity", word(8)),
                _column("subject", word(8)), _column("evidence", text))  # fmt: skip
    _of_a_visit("clips", _column("turn", number), _column("path", text))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER events_append_only BEFORE UPDATE ON events"
            " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        )
    else:
        append_only("events", "UPDATE")


def downgrade() -> None:
    """Drop everything."""
    for name in ("clips", "alerts", "records", "events", "visits", "residents"):
        op.drop_table(name)


def _residents_and_visits() -> None:
    op.create_table(
        "residents",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sex", sa.String(1), nullable=False),
        sa.Column("birth_date", sa.String(10)),
        sa.Column("phone", sa.String(32), nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("resident_id", sa.String(64), sa.ForeignKey("residents.id"), nullable=False, index=True),
        sa.Column("flow", sa.String(64), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("started", sa.String(40), nullable=False),
        sa.Column("ended", sa.String(40)),
        sa.Column("outcome", sa.String(16)),
    )


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _of_a_visit(name: str, position: sa.Column[Any], *columns: sa.Column[Any]) -> None:
    """A table whose rows belong to a visit, at a position."""
    op.create_table(
        name,
        sa.Column("visit_id", sa.String(64), sa.ForeignKey("visits.id"), nullable=False),
        position,
        *columns,
        sa.PrimaryKeyConstraint("visit_id", position.name),
    )
