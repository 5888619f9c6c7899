"""Proposals for the health record: filed with the end of a conversation, decided by a doctor, told once accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from agent.domain.events import Event
from agent.errors import InputError
from connectors.database.engine import padded
from connectors.database.transactions import Database
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.caring import Doer
from connectors.storage.console_tables import proposals
from connectors.storage.enqueue import NewParcel, enqueue
from connectors.storage.parcels import Lane
from connectors.storage.proposing import Fact, facts_of

MOST = 50


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact with what became of it."""

    id: int
    visit_id: str
    resident_id: str
    fact: Fact
    status: ProposalStatus
    decided_by: str
    decided_at: str


_HELD = (
    select(proposals.c.resident_id, proposals.c.slot, proposals.c.value, proposals.c.text)
    .where(
        proposals.c.resident_id.in_(bindparam("who", expanding=True)),
        proposals.c.status != ProposalStatus.REJECTED.value,
    )
)  # fmt: skip
_INSERT = insert(proposals)


def file_proposals(connection: Connection, visits: Mapping[str, tuple[str, Sequence[Event]]]) -> None:
    """What these visits (id → resident, log) told; a fact that waits or was accepted is not put a second time."""
    found = [(visit, who, fact) for visit, (who, events) in visits.items() for fact in facts_of(events)]
    if not found:
        return
    held = connection.execute(_HELD, {"who": padded(sorted({who for _, who, _ in found}))}).all()
    known = {(row.resident_id, *_key(row.slot, row.value, row.text)) for row in held}
    rows = []
    for visit, who, fact in found:
        if (who, *fact.key) not in known:
            known.add((who, *fact.key))
            rows.append(_values(visit, who, fact))
    if rows:
        connection.execute(_INSERT, rows)


def _values(visit: str, who: str, fact: Fact) -> dict[str, Any]:
    return {
        "visit_id": visit, "resident_id": who, "slot": fact.slot, "value": fact.value, "text": fact.text,
        "words": fact.words, "by": fact.by, "turn": fact.turn, "at": fact.at,
        "status": ProposalStatus.WAITING.value, "decided_by": "", "decided_at": "",
    }  # fmt: skip


def _key(slot: str, value: Any, text: str) -> tuple[str, str, str]:
    return Fact(slot, value, text, "", "", 0, "").key


class SqlProposals:
    """Looking at proposals, and deciding them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_visit(self, visit_id: str) -> tuple[Proposal, ...]:
        """All of one visit, in order."""
        return await self._read(select(proposals).where(proposals.c.visit_id == visit_id).order_by(proposals.c.id))

    async def of_resident(self, resident_id: str) -> tuple[Proposal, ...]:
        """All of one resident, the newest first."""
        mine = select(proposals).where(proposals.c.resident_id == resident_id)
        return await self._read(mine.order_by(proposals.c.id.desc()).limit(MOST))

    async def accept(self, visit_id: str, number: int, who: Doer, label: str) -> None:
        """It goes to the health record, in the transaction that decides it; ``label`` says it in words.

        Raises ``InputError`` proposal-unknown, proposal-decided.
        """
        await self._decide(visit_id, number, who, ProposalStatus.ACCEPTED, label)

    async def reject(self, visit_id: str, number: int, who: Doer) -> None:
        """It does not go there. Raises ``InputError`` proposal-unknown, proposal-decided."""
        await self._decide(visit_id, number, who, ProposalStatus.REJECTED, "")

    async def _decide(self, visit_id: str, number: int, who: Doer, status: ProposalStatus, label: str) -> None:
        mine = (proposals.c.id == number) & (proposals.c.visit_id == visit_id)
        async with self._database.write() as connection:
            row = (await connection.execute(select(proposals).where(mine).with_for_update())).first()
            if row is None:
                raise InputError("proposal-unknown", "there is no such proposal", "see the report of the visit")
            if row.status != ProposalStatus.WAITING.value:
                raise InputError("proposal-decided", f"{row.decided_by} has {row.status} it", "nothing is to be done")
            decided = {"status": status.value, "decided_by": who.shown, "decided_at": who.at}
            await connection.execute(update(proposals).where(mine).values(**decided))
            if status is ProposalStatus.ACCEPTED:
                parcel = NewParcel(
                    f"{visit_id}:file:{number}", Lane.FILE, "record_change", _told(row, who, label), who.at
                )
                await connection.run_sync(enqueue, [(visit_id, parcel)])
            detail = {"proposal": number, "slot": row.slot}
            await append_audit(connection, AuditEntry(who.at, who.name, f"file_{status.value}", visit_id, detail))

    async def _read(self, wanted: Any) -> tuple[Proposal, ...]:
        async with self._database.begin() as connection:
            return tuple(_proposal(row) for row in (await connection.execute(wanted)).all())


def _told(row: Row[Any], who: Doer, label: str) -> Mapping[str, Any]:
    """What the backend is told: the fact, whose word it is, and who accepted it; no transcript."""
    return {
        "slot": row.slot, "value": row.value, "text": row.text, "label": label, "visit": row.visit_id,
        "said_on": row.at[:10], "by": row.by, "accepted_by": who.shown, "accepted_at": who.at,
    }  # fmt: skip


def _proposal(row: Row[Any]) -> Proposal:
    fact = Fact(row.slot, row.value, row.text, row.words, row.by, row.turn, row.at)
    return Proposal(
        row.id, row.visit_id, row.resident_id, fact, ProposalStatus(row.status), row.decided_by, row.decided_at
    )
