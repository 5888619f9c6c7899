"""Tables whose rows can only be added: a trigger refuses the rest, on every database."""

from __future__ import annotations

from alembic import op


def append_only(table: str, *refused: str) -> None:
    """Refuse ``refused`` (UPDATE, DELETE) on ``table``."""
    message = f"{table} is append-only" if table == "audit" else f"{table} are append-only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(refused)} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
        return
    for what in refused:
        op.execute(
            f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
