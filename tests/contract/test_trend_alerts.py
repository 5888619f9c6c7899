"""A backend tells the contracted doctor when a course turns bad: the reference in process, and over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from agent.errors import BackendError
from connectors.signing import tables
from connectors.signing.ports import Parcel, ParcelKind, SigningBackend, TrendAlert
from connectors.signing.reference import ReferenceBackend
from tests.fakes.signing import ON, Check, embedded, held_by, over_http, someone, visit


@pytest.fixture(params=[embedded, over_http], ids=["embedded", "http"])
def holds(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Check], None]:
    """Run a check against a seeded backend of each kind."""
    return partial(held_by, request.param, tmp_path)


async def measured(backend: SigningBackend, who: str, name: str, days_ago: int, pressure: tuple[int, int]) -> None:
    """A follow-up of that day."""
    sbp, dbp = pressure
    day, values = (ON - timedelta(days=days_ago)).isoformat(), {"sbp": sbp, "dbp": dbp}
    await backend.deliver(visit(who, name, held_on=day, values=values, next_visit_date=None))


async def forgotten(reference: ReferenceBackend, who: str) -> None:
    """Without the values of the seed."""
    async with reference.database.begin() as connection:
        await connection.execute(delete(tables.indicators).where(tables.indicators.c.resident_id == who))


def test_it_is_raised_seen_and_raised_anew(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, reference: ReferenceBackend) -> None:
        who = await someone(backend)
        await forgotten(reference, who)
        await measured(backend, who, "a:1", 90, (162, 101))
        assert await backend.trend_alerts() == ()
        await measured(backend, who, "b:1", 40, (158, 97))
        (alert,) = await backend.trend_alerts()
        file = await backend.resident(who, ON)
        assert file is not None
        assert file.contract is not None
        assert (alert.resident_id, alert.rule, alert.at) == (who, "pressure_above", "2026-10-14")
        assert (alert.name, alert.team, alert.doctor) == (file.name, file.team, file.contract.doctor)
        assert "08-25 162/101，10-14 158/97" in alert.why
        async with reference.database.begin() as connection:
            assert len((await connection.execute(select(tables.trend_alerts))).all()) == 1
        await backend.deliver(seen(alert))
        await backend.deliver(seen(alert))
        await measured(backend, who, "b:2", 40, (158, 98))  # the same visit, corrected: it was seen
        assert await backend.trend_alerts() == ()
        await measured(backend, who, "c:1", 0, (160, 99))
        assert [one.at for one in await backend.trend_alerts()] == [ON.isoformat()]
        await measured(backend, who, "c:2", 0, (128, 78))  # it was misheard: all is well
        assert await backend.trend_alerts() == ()

    holds(check)


def seen(alert: TrendAlert) -> Parcel:
    body = {"rule": alert.rule, "at": alert.at, "by": "李医生"}
    return Parcel(f"{alert.resident_id}:{alert.rule}:{alert.at}:seen", alert.resident_id, ParcelKind.TREND_SEEN, body)


def test_what_names_no_alert_is_refused_or_changes_nothing(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        gone = TrendAlert(who, "pressure_above", "", "", "2026-01-01", "", "", "", "", "")
        assert (await backend.deliver(seen(gone))).number
        with pytest.raises(BackendError) as caught:
            await backend.deliver(Parcel("x", who, ParcelKind.TREND_SEEN, {"rule": "pressure_above"}))
        assert (caught.value.code, caught.value.retryable) == ("backend-refused", False)

    holds(check)
