"""Who looks after an alert, and visits that are to be held again. Every act is in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, insert, select, update

from agent.errors import InputError
from connectors.database.transactions import Database
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.console_tables import alert_care, recalls
from connectors.storage.reviews import SIGNED
from connectors.storage.tables import alerts, records, residents, visits
from connectors.storage.upsert import upsert

TAKEN = "alert_take"
"""What the audit log calls it when somebody takes an alert."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, and when."""

    name: str
    """As in the audit log."""
    shown: str
    at: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """A conversation that is to be held again, with the person whom to call."""

    visit_id: str
    resident_id: str
    name: str
    sex: str
    birth_date: str
    phone: str
    flow: str
    team: str
    why: str
    by: str
    at: str


class SqlCaring:
    """Taking and closing alerts; sending visits back, and which of them wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, visit_id: str, seq: int, who: Doer) -> None:
        """Look after an alert, and all others of the visit that nobody has: it is one person in need.

        Raises ``InputError`` alert-unknown, alert-taken.
        """
        async with self._database.write() as connection:
            # Held until the end: on a server two who take it at once come one after the other.
            raised = select(alerts.c.seq).where(alerts.c.visit_id == visit_id).with_for_update()
            there = set((await connection.execute(raised)).scalars())
            held = select(alert_care.c.seq, alert_care.c.by).where(alert_care.c.visit_id == visit_id)
            taken = {row.seq: row.by for row in (await connection.execute(held)).all()}
            if seq not in there:
                raise InputError("alert-unknown", "there is no such alert", "see the list of alerts")
            if seq in taken:
                raise InputError("alert-taken", "somebody has taken this alert", "nothing more is to be done")
            row = {"visit_id": visit_id, "by": who.shown, "at": who.at, "outcome": "", "note": ""}
            new = sorted(there - set(taken))
            await connection.execute(insert(alert_care), [{**row, "seq": number} for number in new])
            await append_audit(connection, AuditEntry(who.at, who.name, TAKEN, visit_id, {"seqs": new}))

    async def close(self, visit_id: str, who: Doer, result: tuple[str, str]) -> None:
        """What became of a visit's alerts: outcome and note. Raises ``InputError`` alert-open: nobody took them."""
        outcome, note = result
        mine = (alert_care.c.visit_id == visit_id) & alert_care.c.closed.is_(None)
        async with self._database.write() as connection:
            change = update(alert_care).where(mine).values(closed=who.at, outcome=outcome, note=note)
            if not (await connection.execute(change)).rowcount:
                raise InputError("alert-open", "nobody has taken these alerts, or they are closed", "take them first")
            detail = {"outcome": outcome}
            await append_audit(connection, AuditEntry(who.at, who.name, "alert_close", visit_id, detail))

    async def recall(self, visit_id: str, why: str, who: Doer) -> None:
        """The visit is to be held again; said once more, the newer reason counts."""
        async with self._database.write() as connection:
            row = {"visit_id": visit_id, "why": why, "by": who.shown, "at": who.at}
            await upsert(connection, recalls, [row], ("visit_id",))
            await append_audit(connection, AuditEntry(who.at, who.name, "recall", visit_id))

    async def recalled(self, most: int) -> tuple[Recalled, ...]:
        """Visits that were sent back and not held again nor signed since, whoever waits longest first."""
        later, signed = visits.alias(), records.alias()
        held = exists().where(
            later.c.resident_id == visits.c.resident_id, later.c.flow == visits.c.flow, later.c.started > recalls.c.at
        )
        done = exists().where(signed.c.visit_id == visits.c.id, signed.c.status == SIGNED)
        wanted = (
            select(recalls, visits.c.flow, visits.c.resident_id, residents)
            .join(visits, visits.c.id == recalls.c.visit_id).join(residents, residents.c.id == visits.c.resident_id)
            .where(~held, ~done).order_by(recalls.c.at).limit(most)
        )  # fmt: skip
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            Recalled(
                r.visit_id, r.resident_id, r.name, r.sex, r.birth_date or "", r.phone or "", r.flow, r.team, r.why,
                r.by, r.at,
            )
            for r in rows
        )  # fmt: skip
