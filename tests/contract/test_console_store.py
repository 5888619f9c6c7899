"""Work lists, alerts with their carers, recalls and rosters keep one contract on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from agent.domain.answers import Resident
from agent.domain.events import AlertRaised, Event
from agent.errors import InputError
from connectors.access.people import Role, Staff, StaffRow, StaffStatus
from connectors.storage import SqlStore, StoredRecord, VisitStart
from connectors.storage.caring import Doer
from connectors.storage.ports import Channel
from connectors.storage.roster import ShiftRow

pytestmark = pytest.mark.integration

AT = "2026-11-28T12:00:00"
WANG = Doer("wang", "王医生", AT)
Check = Callable[[SqlStore], Awaitable[None]]


async def held(store: SqlStore, visit: str, team: str, *, ends: bool = True) -> None:
    """A visit with one red flag."""
    resident = Resident(f"王{visit}", f"R{visit}", "2")
    await store.visits.open(VisitStart(visit, resident, "htn", "gw3-htn", Channel.CHAT, AT, "", team))
    alarm = AlertRaised(1, "chest_pain", "P0", "self", "胸口疼", "words.chest", "1")
    await store.events.append(visit, [Event(1, "2026-11-28T12:01:00", alarm)])
    if ends:
        await store.visits.close(visit, "escalated", "2026-11-28T12:05:00")
        await store.records.save(StoredRecord(visit, "gw3-htn", {"fields": []}))


def test_a_list_has_one_team_and_the_newest_version(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await held(store, "a", "T1")
        await held(store, "b", "T1", ends=False)
        await held(store, "c", "T2")
        await store.reviews.add(StoredRecord("a", "gw3-htn", {"signed": True}, 2, "signed", "王医生", AT))
        first, second = await store.worklist.of_team("T1")
        assert (first.visit_id, first.running, first.version, first.last) == ("b", True, 0, "2026-11-28T12:01:00")
        assert (second.visit_id, second.signed, second.version, second.author) == ("a", True, 2, "王医生")
        assert [alert.evidence for alert in first.alerts] == ["胸口疼"]
        assert [row.visit_id for row in await store.worklist.of_resident("Rc")] == ["c"]
        assert await store.worklist.visit("nothing") is None
        assert await store.worklist.residents("T1", 10) == (("Ra", "王a"), ("Rb", "王b"))

    holds(check)


def test_of_two_who_take_an_alert_at_once_one_has_it(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await held(store, "a", "T1")
        li = replace(WANG, name="li", shown="李医生")
        done = await asyncio.gather(
            store.caring.take("a", 1, WANG), store.caring.take("a", 1, li), return_exceptions=True
        )
        refused = [one for one in done if isinstance(one, InputError)]
        assert [one.code for one in refused] == ["alert-taken"]
        assert done.count(None) == 1
        (alert,) = await store.worklist.alerts_of("T1", "2026-11-28T00:00:00")
        assert alert.by in ("王医生", "李医生")
        with pytest.raises(InputError, match="no such alert"):
            await store.caring.take("a", 9, WANG)
        await store.caring.close("a", WANG, ("reached", "好转"))
        assert await store.worklist.alerts_of("T1", "2026-11-28T00:00:00") == ()
        with pytest.raises(InputError, match="closed"):
            await store.caring.close("a", WANG, ("reached", ""))
        assert (await store.audit.verify()).whole

    holds(check)


def test_the_newer_reason_of_a_recall_counts(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await held(store, "a", "T1")
        for why in ("没听清", "换个时间"):
            await store.caring.recall("a", why, WANG)
        row = await store.worklist.visit("a")
        assert row is not None
        assert row.recall is not None
        assert (row.recall.why, row.recall.by) == ("换个时间", "王医生")

    holds(check)


def test_a_roster_is_of_one_team(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        mine = Staff("a" * 32, "wang", "王医生", Role.DOCTOR, "T1")
        theirs = Staff("b" * 32, "li", "李医生", Role.DOCTOR, "T2")
        for who in (mine, theirs):
            await store.staff.add(StaffRow(who, "-", False, "", 0, StaffStatus.ACTIVE, False, AT), "admin")
        shift = ShiftRow("1" * 32, mine.id, "", "", "2026-11-28T08:00", "2026-11-28T20:00")
        await store.roster.add(shift, "T1", WANG)
        with pytest.raises(InputError, match="this team"):
            await store.roster.add(replace(shift, id="2" * 32, staff_id=theirs.id), "T1", WANG)
        for state in ("busy", "available"):
            await store.roster.say(mine.id, state, AT)
        assert [row.shown for row in await store.roster.shifts("T1", "2026-11-28T12:00")] == ["王医生"]
        assert await store.roster.shifts("T1", "2026-11-28T20:00") == ()
        assert [(m.name, m.state) for m in await store.roster.mates("T1", ("doctor",))] == [("wang", "available")]
        with pytest.raises(InputError, match="no such shift"):
            await store.roster.remove(shift.id, "T2", WANG)
        await store.roster.remove(shift.id, "T1", WANG)
        assert await store.roster.shifts("T1", "") == ()

    holds(check)
