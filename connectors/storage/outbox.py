"""The outbox in the database: leases with expiry, order per resident, dead letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, select, true, update

from agent.errors import InputError
from connectors.database.transactions import Database
from connectors.storage.parcels import (
    HOLDS,
    LEASE_MS,
    LONGEST_WAIT_MS,
    MOST_TRIES,
    Lane,
    OutboxRow,
    OutboxStatus,
    Settled,
    wait_ms,
)
from connectors.storage.tables import outbox, residents

LEASED_ROWS = outbox.c.status == OutboxStatus.LEASED
"""Rows that a courier holds."""
_FREE: dict[str, Any] = {"lease": None, "lease_until_ms": None}
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.status != OutboxStatus.SENT)
    .values(status=OutboxStatus.SENT.value, receipt=bindparam("number"), code="", problem="", **_FREE)
)
"""Whoever holds it now: the backend has it, and that is the truth."""


class SqlOutbox:
    """The ``Outbox`` port, and what operators ask of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(
        self, owner: str, now_ms: int, most: int, lanes: Sequence[Lane] = tuple(Lane)
    ) -> tuple[OutboxRow, ...]:
        """Take rows that are due; the oldest first, one a resident and lane, but messages as they come."""
        lapsed = (outbox.c.status == OutboxStatus.LEASED) & _past(outbox.c.lease_until_ms, now_ms, LEASE_MS)
        waiting = (outbox.c.status == OutboxStatus.WAITING) & _past(outbox.c.due_ms, now_ms, LONGEST_WAIT_MS)
        before = outbox.alias("before")
        held = exists().where(
            before.c.resident_id == outbox.c.resident_id, before.c.lane == outbox.c.lane,
            before.c.status.in_(HOLDS), before.c.id < outbox.c.id,
            before.c.lane != Lane.MESSAGE,  # one that did not arrive holds up none that is urgent
        )  # fmt: skip
        ours = true() if len(lanes) == len(Lane) else outbox.c.lane.in_(lanes)
        wanted = select(outbox.c.id).where(ours, waiting | lapsed, ~held).order_by(outbox.c.id).limit(most)
        async with self._database.write() as connection:
            await connection.execute(
                update(outbox)
                .where(lapsed, outbox.c.tries >= MOST_TRIES)
                .values(status=OutboxStatus.DEAD.value, code="courier-died", problem=_DIED, **_FREE)
            )
            ids = (await connection.execute(wanted.with_for_update(skip_locked=True, of=outbox))).scalars().all()
            if not ids:
                return ()
            taken = await connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(
                    status=OutboxStatus.LEASED.value, tries=outbox.c.tries + 1, lease=owner,
                    lease_until_ms=now_ms + LEASE_MS,
                )
                .returning(outbox)
            )  # fmt: skip
            return tuple(sorted((_row(row) for row in taken), key=lambda row: row.id))

    async def settle(self, outcomes: Sequence[Settled], now_ms: int, draw: Callable[[], float]) -> None:
        """Write down what became of leased rows, in one transaction."""
        if not outcomes:
            return
        sent = [{"row": o.row.id, "number": o.receipt} for o in outcomes if o.sent]
        async with self._database.begin() as connection:
            if sent:
                await connection.execute(_SENT, sent)
            for outcome in outcomes:
                if not outcome.sent:
                    mine = (outbox.c.id == outcome.row.id) & (outbox.c.status == OutboxStatus.LEASED)
                    mine &= outbox.c.lease == outcome.row.lease
                    after = _after(outcome, now_ms, draw())
                    await connection.execute(update(outbox).where(mine).values(**after, **_FREE))

    async def release(self, owner: str) -> None:
        """Give back what ``owner`` holds."""
        mine = (outbox.c.lease == owner) & (outbox.c.status == OutboxStatus.LEASED)
        async with self._database.begin() as connection:
            await connection.execute(
                update(outbox).where(mine).values(status=OutboxStatus.WAITING.value, tries=outbox.c.tries - 1, **_FREE)
            )

    async def rows(
        self, status: OutboxStatus | None = None, most: int = 100, team: str | None = None
    ) -> tuple[OutboxRow, ...]:
        """Rows in order; those of one status, and of one team's residents, when it is given."""
        wanted = select(outbox).where(_of_team(team)).order_by(outbox.c.id).limit(most)
        if status is not None:
            wanted = wanted.where(outbox.c.status == status)
        async with self._database.begin() as connection:
            return tuple(_row(row) for row in (await connection.execute(wanted)).all())

    async def counts(self) -> dict[str, int]:
        """Rows by status."""
        wanted = select(outbox.c.status, func.count()).group_by(outbox.c.status)
        async with self._database.begin() as connection:
            found = {status: int(count) for status, count in (await connection.execute(wanted)).all()}
        return {status.value: found.get(status.value, 0) for status in OutboxStatus}

    async def held_behind(self, row: OutboxRow) -> int:
        """How many later rows wait for this one; no message waits for another."""
        if row.lane is Lane.MESSAGE:
            return 0
        wanted = select(func.count()).where(
            outbox.c.resident_id == row.resident_id, outbox.c.lane == row.lane, outbox.c.id > row.id,
            outbox.c.status.in_(HOLDS),
        )  # fmt: skip
        async with self._database.begin() as connection:
            return int((await connection.execute(wanted)).scalar_one())

    async def retry(self, ids: Sequence[int], now_ms: int, team: str | None = None) -> int:
        """Put dead letters back into the queue, all of them (of a team) when none is named; how many."""
        dead = (outbox.c.status == OutboxStatus.DEAD) & _of_team(team)
        wanted = dead & outbox.c.id.in_(ids) if ids else dead
        async with self._database.write() as connection:
            found = set((await connection.execute(select(outbox.c.id).where(wanted))).scalars())
            if missing := sorted(set(ids) - found):
                raise InputError(
                    "letter-unknown", f"{missing[0]} is no dead letter", "see the numbers: suifang outbox list --dead"
                )
            await connection.execute(
                update(outbox).where(wanted).values(status=OutboxStatus.WAITING.value, tries=0, due_ms=now_ms)
            )
        return len(found)


def _of_team(team: str | None) -> ColumnElement[bool]:
    if team is None:
        return true()
    return outbox.c.resident_id.in_(select(residents.c.id).where(residents.c.team == team))


_DIED = "every process that delivered it died"


def _past(column: ColumnElement[int], now_ms: int, longest: int) -> ColumnElement[bool]:
    """The time has come; or it lies further ahead than any wait, because the clock was put back."""
    return (column <= now_ms) | (column > now_ms + longest)


def _after(outcome: Settled, now_ms: int, chance: float) -> dict[str, Any]:
    """The columns after a delivery that failed."""
    over = outcome.final or outcome.row.tries >= MOST_TRIES
    return {
        "status": (OutboxStatus.DEAD if over else OutboxStatus.WAITING).value,
        "due_ms": now_ms + wait_ms(outcome.row.tries, chance),
        "code": outcome.code[:64],
        "problem": outcome.problem[:500],
    }


def _row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(
        row.id, row.key, row.visit_id, row.resident_id, Lane(row.lane), row.kind, row.body, OutboxStatus(row.status),
        row.tries, row.due_ms, row.created, row.code, row.problem, row.receipt, row.lease or "",
    )  # fmt: skip
