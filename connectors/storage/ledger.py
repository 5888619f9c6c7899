"""The ledger of consents and opt-outs: filed with the events that give them, asked before storing and dialling."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from agent.domain.events import ConsentGiven, Event, PatternUsed, ResidentSaid
from agent.errors import InputError
from connectors.database.engine import padded
from connectors.database.transactions import Database
from connectors.storage.audit import AuditEntry, append_audit
from connectors.storage.tables import PHONE, clips, consents, opt_outs, residents, visits

PURPOSE = "follow_up_and_recording"
"""What the notice at the opening asks consent for."""
OPTED_OUT = "opted_out"
"""Pattern that the conversation logs when a resident wants no more calls."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer to a notice."""

    resident_id: str
    purpose: str
    notice_version: str
    granted: bool
    words: str
    by: str
    """self, or the relation of who answered."""
    at: str
    visit_id: str
    clip: str | None
    """The voice that gave it."""
    withdrawn: str | None


@dataclass(frozen=True, slots=True)
class OptOut:
    """A resident who is not to be called."""

    resident_id: str
    phone: str
    words: str
    by: str
    at: str
    lifted: str | None


def file_consents(connection: Connection, visit_id: str, events: Sequence[Event]) -> None:
    """Rows for what these events say about consent and opting out."""
    speakers = {event.body.turn: event.body.speaker for event in events if isinstance(event.body, ResidentSaid)}
    words = {event.body.turn: event.body.text for event in events if isinstance(event.body, ResidentSaid)}
    for event in events:
        match event.body:
            case ConsentGiven(turn=turn, granted=granted, words=said, notice_version=version):
                row = {
                    "resident_id": _resident_of(connection, visit_id), "purpose": PURPOSE,
                    "notice_version": version, "granted": granted, "words": said or words.get(turn, ""),
                    "by": speakers.get(turn, "self"), "at": event.at, "visit_id": visit_id, "turn": turn,
                }  # fmt: skip
                connection.execute(insert(consents).values(**row))
            case PatternUsed(turn=turn, pattern=pattern) if pattern == OPTED_OUT:
                who = _resident_of(connection, visit_id)
                add_opt_out(connection, who, words.get(turn, ""), (speakers.get(turn, "self"), event.at))
            case _:
                pass


def add_opt_out(connection: Connection, resident_id: str, words: str, who_when: tuple[str, str]) -> None:
    """From now on nobody calls this resident, nor this number."""
    phone = select(residents.c.phone, residents.c.phone_mark).where(residents.c.id == resident_id)
    known = connection.execute(phone).first()
    by, at = who_when
    row = {
        "resident_id": resident_id, "phone": known.phone if known else "", "words": words, "by": by, "at": at,
        "phone_mark": known.phone_mark if known else "",
    }  # fmt: skip
    connection.execute(insert(opt_outs).values(**row))


_ANSWERS = (
    select(consents.c.visit_id, consents.c.granted, consents.c.withdrawn)
    .where(consents.c.visit_id.in_(bindparam("visits", expanding=True))).order_by(consents.c.id)
)  # fmt: skip


def refused_before(connection: Connection, visit_ids: Sequence[str]) -> Collection[str]:
    """Of these visits those in which the last word on consent was a refusal, or it was withdrawn."""
    last = _last_words(connection, visit_ids)
    return {visit for visit, row in last.items() if not row.granted or row.withdrawn is not None}


def agreed(connection: Connection, visit_ids: Sequence[str]) -> Collection[str]:
    """Of these visits those with consent, given last and not withdrawn; where nobody was asked there is none."""
    last = _last_words(connection, visit_ids)
    return {visit for visit, row in last.items() if row.granted and row.withdrawn is None}


def _last_words(connection: Connection, visit_ids: Sequence[str]) -> Mapping[str, Any]:
    return {row.visit_id: row for row in connection.execute(_ANSWERS, {"visits": padded(list(visit_ids))}).all()}


class SqlLedger:
    """Looking things up in the ledger, and what staff write into it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def consents(self, resident_id: str) -> tuple[Consent, ...]:
        """All answers of a resident, in order."""
        wanted = (
            select(consents, clips.c.path)
            .outerjoin(clips, (clips.c.visit_id == consents.c.visit_id) & (clips.c.turn == consents.c.turn))
            .where(consents.c.resident_id == resident_id).order_by(consents.c.id)
        )  # fmt: skip
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            Consent(
                r.resident_id, r.purpose, r.notice_version, r.granted, r.words, r.by, r.at, r.visit_id, r.path,
                r.withdrawn,
            )
            for r in rows
        )  # fmt: skip

    async def opt_outs(self, resident_id: str) -> tuple[OptOut, ...]:
        """All opt-outs of a resident, lifted ones too."""
        wanted = select(opt_outs).where(opt_outs.c.resident_id == resident_id).order_by(opt_outs.c.id)
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(OptOut(r.resident_id, r.phone, r.words, r.by, r.at, r.lifted) for r in rows)

    async def not_to_be_called(self, people: Mapping[str, str]) -> Collection[str]:
        """Of these residents (id → phone) those who opted out, themselves or with their number.

        Asked before every list of calls and every dialling.
        """
        keys = self._database.keys
        marks = {who: PHONE.mark(keys, phone) for who, phone in people.items()}
        wanted = select(opt_outs.c.resident_id, opt_outs.c.phone_mark).where(opt_outs.c.lifted.is_(None))
        async with self._database.begin() as connection:
            rows = (await connection.execute(wanted)).all()
        ids, numbers = {row.resident_id for row in rows}, {row.phone_mark for row in rows} - {""}
        return {who for who in people if who in ids or marks[who] in numbers}

    async def opt_out(self, resident_id: str, words: str, by: str, at: str) -> None:
        """Written by staff: the resident said it elsewhere."""
        async with self._database.write() as connection:
            await connection.run_sync(add_opt_out, resident_id, words, (by, at))
            await append_audit(connection, AuditEntry(at, by, "opt_out", resident_id))

    async def lift(self, resident_id: str, by: str, at: str) -> None:
        """The resident wants to be called again. Raises ``InputError`` when there is nothing to lift."""
        mine = (opt_outs.c.resident_id == resident_id) & opt_outs.c.lifted.is_(None)
        await self._change(update(opt_outs).where(mine).values(lifted=at), AuditEntry(at, by, "lift", resident_id))

    async def withdraw(self, resident_id: str, by: str, at: str) -> None:
        """The resident takes the consent back: from now on nothing is stored until it is given anew."""
        mine = (consents.c.resident_id == resident_id) & consents.c.granted & consents.c.withdrawn.is_(None)
        entry = AuditEntry(at, by, "withdraw", resident_id)
        await self._change(update(consents).where(mine).values(withdrawn=at), entry)

    async def _change(self, change: Any, entry: AuditEntry) -> None:
        async with self._database.write() as connection:
            if not (await connection.execute(change)).rowcount:
                raise InputError(
                    "ledger-nothing", f"there is nothing of {entry.subject} to {entry.act}", "see suifang person show"
                )
            await append_audit(connection, entry)


def _resident_of(connection: Connection, visit_id: str) -> str:
    return str(connection.execute(select(visits.c.resident_id).where(visits.c.id == visit_id)).scalar_one())
