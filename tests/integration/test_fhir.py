"""Bundles and Questionnaires against the published R4B models; LOINC and units by the table of the domain."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.domain.answers import Resident
from agent.domain.events import AlertRaised, ConversationOpened, Event, SlotSet
from agent.errors import InputError
from agent.library import Library, load_library
from agent.report.build import build_report
from agent.report.revision import Correction, revise
from connectors.fhir.bundle import SignedVisit, bundle
from connectors.fhir.health_record import AcceptedFact
from connectors.fhir.questionnaire import questionnaire
from connectors.storage.ports import Channel
from suifang.app import open_app
from suifang.interop import signed_visit
from suifang.reviewing import Reviewing, Signer
from suifang.settings import Settings
from suifang.visits import Caller

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30)
SIGNED_AT = "2026-11-23T14:00:00"


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@pytest.fixture(scope="module")
def signed(library: Library, root: Path, tmp_path_factory: pytest.TempPathFactory) -> SignedVisit:
    """A visit that was held, broken off, completed by a doctor and signed."""
    values = {
        "heart_rate": "72", "weight_kg_now": "58.5", "height_cm": "158", "htn_symptoms": "2,6", "salt_now": "2",
        "medications": "amlodipine:1:1:片,metformin:0.5", "next_visit_date": "2026-12-07",
    }  # fmt: skip

    async def inside() -> SignedVisit:
        async with open_app(Settings(root=root, data_dir=tmp_path_factory.mktemp("var")), library) as app:
            caller = Caller(Resident("王桂花", "R00001", "2", date(1948, 5, 3), "13800005678"), {})
            visit, _ = await app.visits.open("hypertension_followup", caller, Channel.TERMINAL, NOW)
            for words in ("我就是", "行，你说吧", "高压一百五，低压九十五"):
                await visit.hear(words, NOW)
            await visit.close("hung up", NOW)
            await app.papers.draw_up(visit.id)
            reviewing = Reviewing(library, app.store)
            signer = Signer("李医生", SIGNED_AT)
            with pytest.raises(InputError, match="signed"):
                signed_visit(library, await reviewing.sheet(visit.id), ())
            for slot, text in values.items():
                await reviewing.correct(visit.id, slot, text, signer, ("补记", False))
            await reviewing.sign(visit.id, signer, accept=True)
            consents = await app.store.ledger.consents("R00001")
            return signed_visit(library, await reviewing.sheet(visit.id), consents)

    return asyncio.run(inside())


def of(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == kind]


def test_the_bundle_is_valid_and_says_everything_once(signed: SignedVisit) -> None:
    models = pytest.importorskip("fhir.resources.R4B.bundle", reason="FHIR: fhir.resources is not installed")
    made = bundle(signed)
    models.Bundle.model_validate(made)
    kinds = {
        "Patient", "QuestionnaireResponse", "Observation", "MedicationStatement", "Condition", "Communication", "Task",
        "Consent", "Provenance", "AuditEvent",
    }  # fmt: skip
    assert {entry["resource"]["resourceType"] for entry in made["entry"]} == kinds
    urls = [entry["fullUrl"] for entry in made["entry"]]
    assert len(urls) == len(set(urls))
    assert all("ifNoneExist" in e["request"] or e["request"]["method"] == "PUT" for e in made["entry"])
    assert made == bundle(signed)
    text = str(made)
    assert all(reference in urls for reference in _references(made))
    assert "高压一百五" not in text  # what was said stays in the house


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["reference"]] if "reference" in node else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for item in node for found in _references(item)] if isinstance(node, list) else []


def test_measurements_have_their_codes_and_units(signed: SignedVisit) -> None:
    found = {o["code"]["coding"][0]["code"]: o for o in of(bundle(signed), "Observation")}
    parts = {c["code"]["coding"][0]["code"]: c["valueQuantity"] for c in found["85354-9"]["component"]}
    assert {code: (q["value"], q["code"]) for code, q in parts.items()} == {
        "8480-6": (150, "mm[Hg]"), "8462-4": (95, "mm[Hg]"),
    }  # fmt: skip
    assert found["29463-7"]["valueQuantity"]["code"] == "kg"
    assert found["39156-5"]["valueQuantity"]["value"] == pytest.approx(23.4, abs=0.1)
    medicines = of(bundle(signed), "MedicationStatement")
    assert medicines[0]["dosage"][0]["timing"]["repeat"] == {"frequency": 1, "period": 1, "periodUnit": "d"}
    assert medicines[1]["dosage"][0]["timing"]["repeat"] == {"frequency": 1, "period": 2.0, "periodUnit": "d"}


def test_glucose_in_mmol_is_never_coded_as_mass(signed: SignedVisit, library: Library) -> None:
    form = library.rules.forms["gw3-dm"]
    opened = Event(0, NOW.isoformat(), signed_opening())
    events = (
        opened,
        Event(1, NOW.isoformat(), SlotSet(1, "fpg", 7.4, "fpg", "七点四")),
        Event(2, NOW.isoformat(), AlertRaised(2, "hypoglycemia", "P0", "self", "心慌出冷汗", "x", "1")),
    )
    report = build_report(revise(events, [Correction("hba1c", None, 7.1, "李医生", SIGNED_AT, "补记")]), library.rules)
    made = bundle(replace(signed, form=form, report=report, amends=True))
    codes = {o["code"]["coding"][0]["code"]: o["valueQuantity"]["code"] for o in of(made, "Observation")}
    assert codes == {"14770-2": "mmol/L", "4548-4": "%"}
    assert "1558-6" not in str(made)
    assert of(made, "Flag")[0]["code"]["coding"][0]["code"] == "hypoglycemia"
    assert of(made, "QuestionnaireResponse")[0]["status"] == "amended"
    assert of(made, "Condition")[0]["code"]["coding"][0]["code"] == "E11"
    models = pytest.importorskip("fhir.resources.R4B.bundle", reason="FHIR: fhir.resources is not installed")
    models.Bundle.model_validate(made)


def test_a_wish_for_an_appointment_is_a_proposed_one(signed: SignedVisit, library: Library) -> None:
    said = [
        SlotSet(3, "appointment_department", "cardiology", "appointment_department", "心内科"),
        SlotSet(4, "appointment_time", "2026-11-27 上午", "appointment_time", "礼拜五上午"),
    ]
    opened = ConversationOpened("appointment", "appointment", {"name": "王桂花"}, {}, NOW.isoformat())
    events = [Event(seq, NOW.isoformat(), body) for seq, body in enumerate((opened, *said))]
    form = library.rules.forms["appointment"]
    made = bundle(replace(signed, form=form, report=build_report(events, library.rules)))
    (wish,) = of(made, "Appointment")
    assert (wish["status"], wish["serviceType"][0]["text"]) == ("proposed", "心内科")
    assert (wish["requestedPeriod"], wish["comment"]) == ([{"start": "2026-11-27"}], "2026-11-27 上午")
    models = pytest.importorskip("fhir.resources.R4B.bundle", reason="FHIR: fhir.resources is not installed")
    models.Bundle.model_validate(made)


def signed_opening() -> Any:
    return ConversationOpened("diabetes_followup", "gw3-dm", {"name": "王桂花"}, {}, NOW.isoformat())


FACTS = {
    "AllergyIntolerance": AcceptedFact(1, "drug_allergy", "2", "药物过敏史 青霉素", "青霉素", SIGNED_AT),
    "Condition": AcceptedFact(2, "past_disease", "3", "既往史疾病 糖尿病", "糖尿病", SIGNED_AT),
    "Procedure": AcceptedFact(3, "surgery", "2", "既往史手术 有（我前年做过胆囊手术）", "有", SIGNED_AT),
    "FamilyMemberHistory": AcceptedFact(4, "family_father", "7", "家族史父亲 脑卒中", "脑卒中", SIGNED_AT),
    "MedicationStatement": AcceptedFact(5, "medications", "metformin", "用药情况 二甲双胍", "二甲双胍", SIGNED_AT),
    "Observation": AcceptedFact(6, "smoke_per_day_now", "5", "日吸烟量 5 支", "5 支", SIGNED_AT),
}
"""One of each kind of resource."""


def test_accepted_facts_go_along_with_the_visit(signed: SignedVisit) -> None:
    made, bare = bundle(replace(signed, accepted=tuple(FACTS.values()))), bundle(signed)
    more = {kind: [one for one in of(made, kind) if one not in of(bare, kind)] for kind in FACTS}
    assert {kind: len(found) for kind, found in more.items()} == dict.fromkeys(FACTS, 1)
    assert more["Condition"][0]["code"]["coding"][0]["code"] == "E11"
    assert more["AllergyIntolerance"][0]["code"]["text"] == "青霉素"
    assert more["FamilyMemberHistory"][0]["relationship"]["coding"][0]["code"] == "FTH"
    assert all("ifNoneExist" in e["request"] or e["request"]["method"] == "PUT" for e in made["entry"])
    models = pytest.importorskip("fhir.resources.R4B.bundle", reason="FHIR: fhir.resources is not installed")
    models.Bundle.model_validate(made)


def test_every_form_is_a_valid_questionnaire(library: Library) -> None:
    models = pytest.importorskip("fhir.resources.R4B.questionnaire", reason="FHIR: fhir.resources is not installed")
    for form in library.rules.forms.values():
        models.Questionnaire.model_validate(questionnaire(form))
