"""Accounts, logins, failures and links keep the same contract on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from agent.errors import InputError
from connectors.access.people import Purpose, ResidentLink, Role, Speaker, Staff, StaffRow, StaffStatus
from connectors.storage import SqlStore
from connectors.storage.sessions import Lock, StoredSession

pytestmark = pytest.mark.integration

AT = "2026-11-28T12:00:00"
NOW = 1_796_000_000_000
LOCK = Lock(5, 1_800_000)
WANG = StaffRow(
    Staff("a" * 32, "wang", "王医生", Role.DOCTOR, "T1"), "hash", True, "SECRET", 0, StaffStatus.ACTIVE, False, AT
)
Check = Callable[[SqlStore], Awaitable[None]]


def test_accounts_are_changed_and_audited(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await store.staff.add(WANG, "admin")
        with pytest.raises(InputError, match="already"):
            await store.staff.add(replace(WANG, staff=replace(WANG.staff, id="b" * 32)), "admin")
        assert await store.staff.named("wang") == WANG
        assert await store.staff.get("b" * 32) is None
        await store.sessions.add(StoredSession("d" * 64, WANG.staff.id, NOW, NOW + 1000), NOW)
        closed = replace(WANG, status=StaffStatus.DISABLED)
        await store.staff.close(closed, "admin", "staff_disable", AT)
        assert await store.staff.all() == (closed,)
        assert await store.sessions.get("d" * 64) is None
        assert [entry.act for entry in await store.audit.entries(WANG.staff.id)] == ["staff_add", "staff_disable"]
        assert (await store.audit.verify()).whole

    holds(check)


def test_a_code_is_used_by_one_of_many(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await store.staff.add(WANG, "admin")
        used = await asyncio.gather(*(store.staff.use_step(WANG.staff.id, 7) for _ in range(6)))
        assert sorted(used) == [False] * 5 + [True]
        assert not await store.staff.use_step(WANG.staff.id, 6), "an earlier step is over"

    holds(check)


def test_sessions_are_kept_until_they_are_over(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        await store.staff.add(WANG, "admin")
        for name, until in (("1", NOW + 10), ("2", NOW + 9000), ("3", NOW + 9000)):
            await store.sessions.add(StoredSession(name * 64, WANG.staff.id, NOW, until), NOW)
        await store.sessions.seen("2" * 64, NOW + 5)
        found = await store.sessions.get("2" * 64)
        assert found is not None
        assert found.seen_ms == NOW + 5
        await store.sessions.end_others(WANG.staff.id, "2" * 64)
        assert await store.sessions.get("3" * 64) is None
        await store.sessions.end("2" * 64)
        assert await store.sessions.get("2" * 64) is None

    holds(check)


def test_attempts_at_once_count_as_many_and_a_lock_ends(holds: Callable[[Check], None]) -> None:
    async def check(store: SqlStore) -> None:
        tried = await asyncio.gather(*(store.lockouts.attempt("n" * 64, NOW, LOCK) for _ in range(12)))
        assert sorted(n for n in tried if n is not None) == [1, 2, 3, 4, 5]
        assert await store.lockouts.attempt("n" * 64, NOW + LOCK.window_ms - 1, LOCK) is None
        assert await store.lockouts.attempt("n" * 64, NOW + LOCK.window_ms, LOCK) == 1, "who tries does not lengthen it"
        await store.lockouts.take_back("n" * 64)
        assert await store.lockouts.attempt("n" * 64, NOW + LOCK.window_ms, LOCK) == 1
        await store.lockouts.clear("n" * 64)
        assert await store.lockouts.attempt("n" * 64, NOW + LOCK.window_ms, LOCK) == 1

    holds(check)


def test_a_link_opens_one_visit_until_its_team_revokes_it(holds: Callable[[Check], None]) -> None:
    link = ResidentLink("c" * 32, Purpose.CALL, "R1", "hypertension_followup", Speaker.FAMILY, "T1", NOW)

    async def check(store: SqlStore) -> None:
        await store.links.add(link, "wang", AT)
        assert await store.links.get(link.id) == link
        bound = await asyncio.gather(*(store.links.bind(link.id, f"v{n}") for n in range(6)))
        assert sorted(bound) == [False] * 5 + [True]
        assert not await store.links.revoke(link.id, "T2", "li", AT)
        assert await store.links.revoke(link.id, "T1", "wang", AT)
        assert await store.links.get(link.id) is None
        assert [entry.act for entry in await store.audit.entries("R1")] == ["link_create", "link_revoke"]

    holds(check)
