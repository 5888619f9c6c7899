"""Values with personal data are sealed; telephone and identity numbers are found by a mark.

The columns change their type here; the pass of ``connectors/database/sealing.py`` seals what is in them, and what it
has not reached yet is told by the ``sealing`` row.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agent.errors import StorageError

revision = "sealed"
down_revision = "access"
branch_labels = None
depends_on = None

SEALED = {
    "residents": ("name", "birth_date", "phone"),
    "events": ("body",),
    "records": ("body",),
    "corrections": ("old", "new", "why"),
    "alerts": ("evidence",),
    "outbox": ("body", "problem"),
    "consents": ("words",),
    "opt_outs": ("phone", "words"),
    "staff": ("totp",),
}
MARKS = (("residents", "phone_mark"), ("residents", "id_number_mark"), ("opt_outs", "phone_mark"))


def upgrade() -> None:
    """Bytes where text was; SQLite keeps any value in any column."""
    on_server = op.get_bind().dialect.name == "postgresql"
    if on_server:
        for table, columns in SEALED.items():
            for name in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} TYPE BYTEA USING convert_to({name}::text, 'UTF8')")
    op.add_column(
        "residents",
        sa.Column("id_number", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    )
    for table, name in MARKS:
        op.add_column(table, sa.Column(name, sa.String(40), nullable=False, server_default=""))
        op.create_index(f"ix_{table}_{name}", table, [name])
    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("proof", sa.LargeBinary, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: what is sealed stays sealed."""
    raise StorageError(
        "store-sealed",
        "a database with sealed values cannot be taken back to a schema that holds them in clear; nothing was changed",
        "restore the copy that was made before the upgrade, or go on with this program",
    )
