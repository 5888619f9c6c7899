"""The health record takes what a doctor accepted, once: the reference in process, and over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agent.errors import BackendError
from connectors.signing.ports import Parcel, ParcelKind, SigningBackend
from connectors.signing.reference import ReferenceBackend
from tests.fakes.signing import ON, Check, embedded, held_by, over_http, someone, visit


@pytest.fixture(params=[embedded, over_http], ids=["embedded", "http"])
def holds(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Check], None]:
    """Run a check against a seeded backend of each kind."""
    return partial(held_by, request.param, tmp_path)


ALLERGY = {
    "slot": "drug_allergy", "value": "2", "text": "", "label": "药物过敏史 青霉素", "said_on": "2026-11-23",
    "by": "self", "visit": "v1", "accepted_by": "李医生", "accepted_at": "2026-11-23T14:00:00",
}  # fmt: skip
METFORMIN = {**ALLERGY, "slot": "medications", "value": {"id": "metformin", "times_per_day": 2}}
DOSE = {**METFORMIN, "value": {"id": "metformin", "times_per_day": 3}, "said_on": "2026-11-24"}


def test_accepted_facts_reach_the_health_record_once(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        before = await backend.resident(who, ON)
        bodies = (ALLERGY, ALLERGY, {**ALLERGY, "value": "5", "text": "头孢过敏"}, METFORMIN, DOSE)
        for _ in range(2):
            for n, body in enumerate(bodies):
                await backend.deliver(Parcel(f"v1:file:{n}", who, ParcelKind.RECORD_CHANGE, body))
        after = await backend.resident(who, ON)
        assert before is not None
        assert after is not None
        assert [(fact.slot, fact.value, fact.text) for fact in after.record] == [
            ("drug_allergy", "2", ""), ("drug_allergy", "5", "头孢过敏"), ("medications", DOSE["value"], ""),
        ]  # fmt: skip
        assert {fact.accepted_by for fact in after.record} == {"李医生"}
        assert replace(after, record=()) == before
        for wrong in (
            {"accepted_by": ""}, {"value": None}, {"slot": ""}, {"said_on": "soon"}, {"said_on": "2031-01-01"},
            {"slot": "medications"}, {"slot": "doctor_sign"}, {"text": "很" * 500},
        ):  # fmt: skip
            with pytest.raises(BackendError) as caught:
                await backend.deliver(Parcel("bad", who, ParcelKind.RECORD_CHANGE, {**ALLERGY, **wrong}))
            assert (caught.value.code, caught.value.retryable) == ("backend-refused", False), wrong
        assert await backend.resident(who, ON) == after

    holds(check)


def test_a_signed_intake_fills_what_is_empty_and_changes_nothing(holds: Callable[[Check], None]) -> None:
    async def check(backend: SigningBackend, _reference: ReferenceBackend) -> None:
        who = await someone(backend)
        await backend.deliver(Parcel("k", who, ParcelKind.RECORD_CHANGE, ALLERGY))
        values = {"drug_allergy": ["3"], "past_disease": ["2", "3"], "surgery": "1", "blood_abo": "1"}
        for version, blood in ((1, "1"), (2, "2")):
            told = {**values, "blood_abo": blood}
            await backend.deliver(visit(who, f"i1:{version}", form="gw3-record", flow="record_intake", values=told))
        file = await backend.resident(who, ON)
        assert file is not None
        assert {(fact.slot, fact.value) for fact in file.record} == {
            ("drug_allergy", "2"), ("past_disease", "2"), ("past_disease", "3"), ("blood_abo", "2"),
        }  # fmt: skip

    holds(check)
