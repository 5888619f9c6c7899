"""Every backend keeps the same contract: the reference in process, and the client over real HTTP against it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr

from agent.errors import BackendError, InputError
from connectors.signing.http import Access, HttpBackend
from connectors.signing.ports import Parcel, ParcelKind, SigningBackend
from connectors.signing.reference import ReferenceBackend, open_reference
from connectors.signing.seed import seed, township
from connectors.signing.serve import Client, signing_api
from suifang.commands.backend import contract_yaml
from suifang.settings import Settings
from suifang.signing import served
from tests.fakes.signing import ON, SECRET, Check, embedded, held_by, listening, over_http, someone, visit


@pytest.fixture(params=[embedded, over_http], ids=["embedded", "http"])
def holds(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Check], None]:
    """Run a check against a seeded backend of each kind."""
    return partial(held_by, request.param, tmp_path)


def test_a_follow_up_is_taken_once_and_closes_what_was_due(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        first = await backend.deliver(visit(who))
        again = await backend.deliver(visit(who))
        assert (first.duplicate, again.duplicate, again.number) == (False, True, first.number)
        file = await backend.resident(who, ON)
        assert file is not None
        assert [r.value for r in file.indicators if r.slot == "sbp" and r.at == "2026-11-23"] == [152]
        assert file.history["sbp"] == 152
        mine = [d.due for d in await backend.due(date(2027, 6, 1), 500) if d.resident_id == who and "hyper" in d.flow]
        assert mine == ["2026-12-07"]

    holds(check)


def test_a_new_version_replaces_and_an_old_one_that_comes_late_does_not(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        await backend.deliver(visit(who, "v1:2", values={"sbp": 142, "dbp": 84}))
        await backend.deliver(visit(who, "v1:1"))
        file = await backend.resident(who, ON)
        assert file is not None
        assert [r.value for r in file.indicators if r.slot == "sbp" and r.at == "2026-11-23"] == [142]

    holds(check)


BAD: tuple[dict[str, Any], ...] = (
    {"values": {"sbp": 1520}},
    {"values": {"fpg": 126}},  # mg/dL
    {"values": {"sbp": True}},
    {"values": {"sbp": "152"}},
    {"values": None},
    {"held_on": "2026-02-30"},
    {"held_on": "2031-01-01"},
    {"held_on": "23.11.2026"},
    {"next_visit_date": "soon"},
    {"signed_by": ""},
    {"version": "1"},
)


def test_bad_input_is_refused_and_nothing_is_half_done(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        before = await backend.resident(who, ON), await backend.due(date(2027, 6, 1), 500)
        for changes in BAD:
            with pytest.raises(BackendError) as caught:
                await backend.deliver(visit(who, **changes))
            assert (caught.value.code, caught.value.retryable) == ("backend-refused", False), changes
        assert (await backend.resident(who, ON), await backend.due(date(2027, 6, 1), 500)) == before

    holds(check)


def test_residents_without_a_running_contract(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, reference: ReferenceBackend) -> None:
        found: dict[str, str] = {}
        for n in range(1, 121):
            file = await reference.resident(f"R{n:05d}", ON)
            assert file is not None
            found.setdefault(file.contract.status if file.contract else "none", file.id)
        assert {"none", "active", "expired", "expiring"} <= set(found)
        wanted = {"none": "contract-missing", "expired": "contract-expired"}
        for status, code in wanted.items():
            with pytest.raises(BackendError) as caught:
                await backend.deliver(visit(found[status], f"{status}:1"))
            assert caught.value.code == code
        with pytest.raises(BackendError, match="no resident"):
            await backend.deliver(visit("nobody"))
        assert await backend.resident("nobody", ON) is None

    holds(check)


def test_a_contract_is_renewed_and_ended(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        renewal = {"what": "renew", "package": "chronic", "start": "2026-11-23", "end": "2028-11-22"}
        await backend.deliver(Parcel("k:renew", who, ParcelKind.CONTRACT, renewal))
        file = await backend.resident(who, ON)
        assert file is not None
        assert file.contract is not None
        assert (file.contract.end, file.contract.status) == ("2028-11-22", "active")
        for body in ({**renewal, "end": "2040-01-01"}, {**renewal, "package": "gold"}, {"what": "sell"}):
            with pytest.raises(BackendError):
                await backend.deliver(Parcel("k:bad", who, ParcelKind.CONTRACT, body))
        await backend.deliver(Parcel("k:end", who, ParcelKind.CONTRACT, {"what": "end", "reason": "02"}))
        file = await backend.resident(who, ON)
        assert file is not None
        assert file.contract is not None
        assert file.contract.status == "terminated"

    holds(check)


def test_appointments_get_a_number_and_a_slot_is_full_some_day(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        slot = {"department": "全科", "slot": "2026-11-30T09:30"}
        for n in range(12):
            await backend.deliver(Parcel(f"a{n}", "R00001", ParcelKind.APPOINTMENT, slot))
        with pytest.raises(BackendError) as caught:
            await backend.deliver(Parcel("a12", "R00001", ParcelKind.APPOINTMENT, slot))
        assert caught.value.code == "slot-full"
        file = await backend.resident("R00001", ON)
        assert file is not None
        assert [a["queue"] for a in file.appointments if a["slot"] == slot["slot"]] == list(range(1, 13))

    holds(check)


def test_wishes_wait_for_people_and_change_nothing(holds: Callable[[Check], None]) -> None:
    wishes = (
        ("appointment", {"status": "proposed", "department": "orthopedics", "time": "2026-11-24 上午", "by": "self"}),
        ("contract", {"what": "intend", "wish": "renew", "years": 2, "call_at": "2026-11-24T09:00", "by": "self"}),
        ("education", {"topic": "salt"}),
    )

    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        before = await backend.resident(who, ON)
        for _ in range(2):
            for kind, body in wishes:
                await backend.deliver(Parcel(f"v1:{kind}", who, ParcelKind(kind), body))
        after = await backend.resident(who, ON)
        assert before is not None
        assert after is not None
        told = [{**body, "kind": kind, "at": "2026-11-23"} for kind, body in wishes]
        assert list(after.notes) == [*before.notes, *told]
        assert replace(after, notes=before.notes) == before
        for kind, body in (
            ("appointment", {"status": "proposed", "department": ""}),
            ("appointment", {"status": "proposed", "department": "orthopedics", "time": "soon"}),
            ("contract", {"what": "intend", "wish": "buy"}),
        ):
            with pytest.raises(BackendError) as caught:
                await backend.deliver(Parcel("v2:bad", who, ParcelKind(kind), body))
            assert (caught.value.code, caught.value.retryable) == ("backend-refused", False)

    holds(check)


def test_alerts_are_taken_even_of_strangers(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        receipt = await backend.deliver(Parcel("v:alert:1", "of-v", ParcelKind.ALERT, {"flag": "chest_pain"}))
        assert receipt.number

    holds(check)


def test_a_key_with_other_contents_is_refused(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        await backend.deliver(visit(who))
        with pytest.raises(BackendError) as caught:
            await backend.deliver(visit(who, values={"sbp": 120}))
        assert caught.value.code == "key-reused"

    holds(check)


def test_figures_count_what_the_definitions_say(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        before = {figure.id: figure for figure in await backend.figures(ON)}
        assert before["sign_rate"].whole == 120
        assert all(0 < (figure.share or 0) <= 1 for figure in before.values())
        controlled = {"values": {"sbp": 128, "dbp": 78}}
        for n, due in enumerate(await backend.due(date(2027, 6, 1), 500)):
            if due.flow == "hypertension_followup":
                await backend.deliver(visit(due.resident_id, f"c{n}:1", **controlled))
        await backend.deliver(Parcel("s", "R00001", ParcelKind.SATISFACTION, {"score": 5}))
        after = {figure.id: figure for figure in await backend.figures(ON)}
        assert after["bp_ctrl_rate"].part > before["bp_ctrl_rate"].part
        assert after["std_manage_rate"] == before["std_manage_rate"]  # by telephone: not face to face
        assert after["satisfaction"].whole == before["satisfaction"].whole + 1
        who = await someone(backend)
        for version in (1, 2):
            answered = {"sbp": 128, "dbp": 78, "satisfaction_score": "5"}
            await backend.deliver(visit(who, f"asked:{version}", values=answered))
        later = {figure.id: figure for figure in await backend.figures(ON)}
        assert later["satisfaction"].whole == after["satisfaction"].whole + 1

    holds(check)


def test_the_same_seed_is_the_same_township() -> None:
    assert township(50, 1, ON).of == township(50, 1, ON).of
    assert township(50, 1, ON).of != township(50, 2, ON).of


def test_concurrent_deliveries_of_one_key_are_one(tmp_path: Path) -> None:
    async def inside() -> None:
        async with over_http(tmp_path) as (backend, reference):
            await seed(reference.database, 40, 1, ON)
            who = await someone(backend)
            receipts = await asyncio.gather(*(backend.deliver(visit(who)) for _ in range(8)))
            assert len({receipt.number for receipt in receipts}) == 1
            assert sum(not receipt.duplicate for receipt in receipts) == 1

    asyncio.run(inside())


def test_the_line_and_the_door(tmp_path: Path) -> None:
    """Wrong secret, a token that ran out, another contract, garbage, a proxy's page, nobody there."""
    clock = [0.0]

    async def strange(scope: Any, receive: Any, send: Any) -> None:
        status, headers, body = answers[0]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    token = b'{"access_token": "t", "token_type": "bearer", "expires_in": 9}'
    ours = [(b"signing-contract", b"1")]
    answers: list[tuple[int, list[tuple[bytes, bytes]], bytes]] = []
    cases = [
        ((200, [(b"signing-contract", b"2")], token), "backend-contract", True),
        ((200, [], token), "backend-contract", True),
        ((200, ours, b"<html>"), "backend-garbage", True),
        ((502, [], b"<html>Bad gateway"), "backend-failed", True),
        ((400, [], b"<html>"), "backend-failed", False),
    ]

    async def inside() -> None:
        async with open_reference(tmp_path / "signing.db", lambda: ON) as reference, httpx.AsyncClient() as client:
            await seed(reference.database, 5, 1, ON)
            api = signing_api(reference, Client("us", SECRET), lambda: clock[0])
            async with listening(api) as url:
                wrong = HttpBackend(client, Access(url, "us", "wrong"))
                with pytest.raises(BackendError, match="wrong"):
                    await wrong.figures(ON)
                right = HttpBackend(client, Access(url, "us", SECRET))
                await right.figures(ON)
                clock[0] += 3601
                await right.figures(ON)
                assert (await client.get(f"{url}/v1/figures", params={"on": "2026-11-23"})).status_code == 401
            with pytest.raises(BackendError) as gone:
                await right.figures(ON)
            assert (gone.value.code, gone.value.retryable) == ("backend-unreachable", True)
            async with listening(strange) as url:
                for answer, code, again in cases:
                    answers[:] = [answer]
                    with pytest.raises(BackendError) as caught:
                        await HttpBackend(client, Access(url, "us", SECRET)).figures(ON)
                    assert (caught.value.code, caught.value.retryable) == (code, again)
        assert SECRET not in repr(replace(Access("u", "i", SECRET)))

    asyncio.run(inside())


def test_the_published_contract_is_what_is_served(root: Path) -> None:
    published = (root / "docs" / "api" / "signing.yaml").read_text("utf-8")
    assert yaml.safe_load(published) == yaml.safe_load(contract_yaml()), (
        "write it anew: suifang backend contract > docs/api/signing.yaml"
    )
    assert published.startswith("openapi: 3.1")
    assert "clientCredentials" in published


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"signing_client_secret": SecretStr("short")}, "secret-short"),
        ({"signing_client_id": ""}, "secret-short"),
        ({"signing_backend": "http"}, "setting-contradiction"),
    ],
)
def test_the_backend_is_not_served_behind_a_weak_door(wrong: dict[str, Any], code: str) -> None:
    good = Settings(signing_serve=True, signing_client_id="us", signing_client_secret=SecretStr(SECRET))
    backend = ReferenceBackend.__new__(ReferenceBackend)
    assert served(good, backend) is not None
    assert served(Settings(), backend) is None
    with pytest.raises(InputError) as caught:
        served(good.model_copy(update=wrong), backend)
    assert caught.value.code == code
