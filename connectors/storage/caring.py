"""Who looks after an alert, and visits that are to be held again. Every act is in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from agent.errors import InputError
from connectors.database.transactions import Database
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.console_tables import alert_care, recalls
from connectors.storage.tables import alerts
from connectors.storage.upsert import upsert


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, and when."""

    name: str
    """As in the audit log."""
    shown: str
    at: str


class SqlCaring:
    """Taking and closing alerts; sending visits back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, visit_id: str, seq: int, who: Doer) -> None:
        """Look after an alert. Raises ``InputError`` alert-unknown, alert-taken: naming who was quicker."""
        async with self._database.write() as connection:
            there = select(alerts.c.seq).where(alerts.c.visit_id == visit_id, alerts.c.seq == seq)
            if (await connection.execute(there)).first() is None:
                raise InputError("alert-unknown", "there is no such alert", "see the list of alerts")
            mine = (alert_care.c.visit_id == visit_id) & (alert_care.c.seq == seq)
            taken = (await connection.execute(select(alert_care.c.by).where(mine))).scalar()
            if taken is not None:
                raise InputError("alert-taken", f"{taken} has taken this alert", "nothing more is to be done")
            row = {"visit_id": visit_id, "seq": seq, "by": who.shown, "at": who.at, "outcome": "", "note": ""}
            await connection.execute(insert(alert_care).values(**row))
            await append_audit(connection, AuditEntry(who.at, who.name, "alert_take", visit_id, {"seq": seq}))

    async def close(self, visit_id: str, seq: int, who: Doer, result: tuple[str, str]) -> None:
        """What became of an alert: its outcome and a note. Raises ``InputError`` alert-open: nobody has taken it."""
        outcome, note = result
        mine = (alert_care.c.visit_id == visit_id) & (alert_care.c.seq == seq)
        async with self._database.write() as connection:
            change = update(alert_care).where(mine).values(closed=who.at, outcome=outcome, note=note)
            if not (await connection.execute(change)).rowcount:
                raise InputError("alert-open", "nobody has taken this alert", "take it first")
            detail = {"seq": seq, "outcome": outcome}
            await append_audit(connection, AuditEntry(who.at, who.name, "alert_close", visit_id, detail))

    async def recall(self, visit_id: str, why: str, who: Doer) -> None:
        """The visit is to be held again; said once more, the newer reason counts."""
        async with self._database.write() as connection:
            row = {"visit_id": visit_id, "why": why, "by": who.shown, "at": who.at}
            await upsert(connection, recalls, [row], ("visit_id",))
            await append_audit(connection, AuditEntry(who.at, who.name, "recall", visit_id))
