"""A course that turns bad stands on the work list with why, until a doctor has looked."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import delete

from agent.library import load_library
from connectors.access.people import Role
from connectors.signing import tables
from connectors.signing.ports import Parcel, ParcelKind
from connectors.signing.reference import open_reference
from connectors.signing.seed import seed
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

TODAY = date.today()


def follow_up(who: str, days_ago: int, sbp: int) -> Parcel:
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    body = {
        "visit": f"v{days_ago}", "version": 1, "flow": "hypertension_followup", "form": "gw3-htn", "held_on": day,
        "mode": "3", "visit_class": "2", "signed_by": "李医生", "values": {"sbp": sbp, "dbp": 98},
    }  # fmt: skip
    return Parcel(f"v{days_ago}:1", who, ParcelKind.FOLLOW_UP, body)


def test_it_stands_on_the_list_until_a_doctor_has_looked(tmp_path: Path, root: Path) -> None:
    settings, library = settings_in(tmp_path, root), load_library(root)

    async def check(house: House) -> None:
        async with open_reference(settings.signing_database, watch=library.rules.watch) as backend:
            await seed(backend.database, 200, 1, TODAY)
            due = next(d for d in await backend.due(TODAY + timedelta(days=90), 500) if d.team == "T1")
            async with backend.database.begin() as connection:
                await connection.execute(
                    delete(tables.indicators).where(tables.indicators.c.resident_id == due.resident_id)
                )
            for days_ago, sbp in ((60, 158), (1, 164)):
                await backend.deliver(follow_up(due.resident_id, days_ago, sbp))
        doctor, nurse = await house.staff(Role.DOCTOR), await house.staff(Role.NURSE)
        stranger = await house.staff(Role.DOCTOR, "T2")
        page = unescape((await nurse.get("/console/work")).text)
        (row,) = re.findall(r'<li class="row trend".*?</li>', page, re.DOTALL)
        assert "血压连续两次未达标" in row
        assert re.search(r"158/98，\d\d-\d\d 164/98（目标 <1[45]0/90）", row)
        assert due.name in row
        assert "row trend" not in (await stranger.get("/console/work")).text
        home, path = f"/console/residents/{due.resident_id}", f"/api/residents/{due.resident_id}/trends"
        assert "看过了" in (await doctor.get(home)).text
        told = (await nurse.get(home)).text
        assert "走势变坏" in told
        assert "看过了" not in told
        assert (await nurse.post(f"{path}/pressure_above/seen")).status_code == 403
        assert (await stranger.post(f"{path}/pressure_above/seen")).status_code == 404
        assert (await doctor.post(f"{path}/glucose_above/seen")).json()["code"] == "trend-unknown"
        assert (await doctor.post(f"{path}/pressure_above/seen")).status_code == 204
        assert "row trend" not in (await doctor.get("/console/work")).text
        assert "走势变坏" not in (await doctor.get(home)).text
        acts = [entry.act for entry in await house.app.store.audit.entries(due.resident_id)]
        assert "trend" in acts
        for somebody in (doctor, nurse, stranger):
            await somebody.aclose()

    held(settings, library, check)
