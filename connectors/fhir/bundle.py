"""A signed follow-up as one transaction Bundle. Every entry is a conditional create: sent twice, it is there once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agent.clinical.forms import Form
from agent.domain.answers import Medication, Resident, SlotValue
from agent.report.model import FieldLine, Report
from connectors.fhir.codes import (
    CONDITIONS,
    GENDER,
    HL7,
    ICD10,
    LOINC,
    OURS,
    PRESSURE,
    PRESSURES,
    QUANTITIES,
    Quantity,
    concept,
    quantity,
)
from connectors.fhir.health_record import AcceptedFact, resource_of
from connectors.fhir.questionnaire import canonical, items

NAMES = uuid.UUID("6f1c6f0e-9f0b-5b6e-8a55-7d5d8f2f5d10")
"""Namespace of our names: the same visit and version give the same addresses."""
ZONE = "+08:00"
"""Times of the log are those of the clinic."""


@dataclass(frozen=True, slots=True)
class SignedVisit:
    """What a Bundle is made of."""

    visit: str
    version: int
    signed_by: str
    signed_at: str
    resident: Resident
    report: Report
    form: Form
    amends: bool = False
    """An earlier version was signed before."""
    consent_at: str = ""
    """When the resident agreed; empty without a consent."""
    notice_version: str = ""
    accepted: tuple[AcceptedFact, ...] = ()
    """Facts of this visit that a doctor accepted for the health record."""


def bundle(signed: SignedVisit) -> dict[str, Any]:
    """The Bundle."""
    resources = [("patient", _patient(signed)), *_clinical(signed), *_about(signed), *_accepted(signed)]
    named = [(name, resource) for name, resource in resources if resource]
    targets = [{"reference": _urn(signed, name)} for name, _ in named if name != "patient"]
    named += [("provenance", _provenance(signed, targets)), ("audit", _audit(signed, targets[:1]))]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": _moment(signed.signed_at),
        "entry": [_entry(signed, name, resource) for name, resource in named],
    }


def _entry(signed: SignedVisit, name: str, resource: dict[str, Any]) -> dict[str, Any]:
    kind = resource["resourceType"]
    request: dict[str, Any] = {"method": "POST", "url": kind}
    identifiers = resource.get("identifier")
    if identifiers:
        one = identifiers[0] if isinstance(identifiers, list) else identifiers
        request["ifNoneExist"] = f"identifier={one['system']}|{one['value']}"
    else:  # Provenance and AuditEvent have no identifier: the address names the fact
        request = {"method": "PUT", "url": f"{kind}/{_uuid(signed, name)}"}
        resource = {**resource, "id": str(_uuid(signed, name))}
    return {"fullUrl": _urn(signed, name), "resource": resource, "request": request}


def _patient(signed: SignedVisit) -> dict[str, Any]:
    who = signed.resident
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "identifier": [{"system": f"{OURS}:resident", "value": who.id}],
        "name": [{"text": who.name}],
        "gender": GENDER.get(who.sex, "unknown"),
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "zh-CN"}]}}],
    }
    if who.birth_date:
        patient["birthDate"] = who.birth_date.isoformat()
    if who.phone:
        patient["telecom"] = [{"system": "phone", "value": who.phone}]
    return patient


def _clinical(signed: SignedVisit) -> Iterator[tuple[str, dict[str, Any]]]:
    """Answers, measurements, medicines, conditions, flags."""
    report = signed.report
    values = {line.slot: line.value for line in report.fields if line.value is not None}
    yield (
        "answers",
        {
            **_made(signed, "QuestionnaireResponse", "answers"),
            "identifier": _identifier(signed, "answers"),
            "questionnaire": f"{canonical(signed.form.id)}|{signed.form.version}",
            "status": "amended" if signed.amends else "completed",
            "authored": _moment(signed.signed_at),
            "author": {"display": signed.signed_by},
            "source": _whom(signed),
            "item": items(report.fields, signed.form),
        },
    )
    if set(PRESSURES) & set(values):
        yield "pressure", _pressure(signed, values)
    for slot, coded in QUANTITIES.items():
        if isinstance(values.get(slot), int | float):
            body = {**_observation(signed, slot, coded), "valueQuantity": _measured(values[slot], coded)}
            yield slot, body
    medicines = values.get("medications")
    if isinstance(medicines, tuple):
        for medicine in medicines:
            if isinstance(medicine, Medication):
                yield f"medicine-{medicine.id}", _medicine(signed, medicine)
    for form_id in signed.form.id.split("+"):
        if form_id in CONDITIONS:
            yield f"condition-{form_id}", _condition(signed, form_id)
    for alert in report.alerts:
        yield (
            f"flag-{alert.flag}-{alert.turn}",
            {
                **_made(signed, "Flag", f"flag-{alert.flag}-{alert.turn}"),
                "status": "active",
                "category": [concept(f"{HL7}/flag-category", "safety", "Safety")],
                "code": concept(f"{OURS}:red-flag", alert.flag, alert.label),
                "period": {"start": _moment(report.header.at)},
            },
        )


def _about(signed: SignedVisit) -> Iterator[tuple[str, dict[str, Any]]]:
    """The call itself, the next visit, the consent."""
    report = signed.report
    yield (
        "call",
        {
            **_made(signed, "Communication", "call"),
            "status": "completed",
            "medium": [concept(f"{HL7}/v3-ParticipationMode", "PHONE", "telephone")],
            "topic": {"text": report.header.form_title},
            "sent": _moment(report.header.at),
        },
    )
    next_visit = report.line("next_visit_date")
    if next_visit is not None and next_visit.value:
        task = _made(signed, "Task", "next-visit")
        task["for"] = task.pop("subject")
        yield (
            "next-visit",
            {
                **task,
                "status": "requested",
                "intent": "plan",
                "description": report.header.form_title,
                "authoredOn": _moment(signed.signed_at),
                "restriction": {"period": {"start": str(next_visit.value)}},
            },
        )
    if (wish := report.line("appointment_department")) is not None and wish.value:
        yield "appointment", _appointment(signed, wish)
    if signed.consent_at:
        consent = _made(signed, "Consent", "consent")
        consent["patient"] = consent.pop("subject")
        yield (
            "consent",
            {
                **consent,
                "status": "active",
                "scope": concept(f"{HL7}/consentscope", "patient-privacy", "Privacy Consent"),
                "category": [concept(LOINC, "59284-0", "Consent Document")],
                "dateTime": _moment(signed.consent_at),
                "policyRule": {"text": f"notice {signed.notice_version}"},
            },
        )


def _appointment(signed: SignedVisit, department: FieldLine) -> dict[str, Any]:
    """What the resident wishes, not a slot: the desk gives one out. A day has no hour of its own, so it is a period."""
    wish: dict[str, Any] = {
        "resourceType": "Appointment",
        "identifier": [_identifier(signed, "appointment")],
        "status": "proposed",
        "serviceType": [concept(f"{OURS}:department", str(department.value), department.words)],
        "created": _moment(signed.signed_at),
        "participant": [{"actor": _whom(signed), "status": "accepted"}],
    }
    when = signed.report.line("appointment_time")
    if when is not None and when.value:
        day, _, rest = str(when.value).replace("T", " ").partition(" ")
        wish["requestedPeriod"] = [{"start": day}]
        wish["comment"] = f"{day} {rest}".strip()
    return wish


def _pressure(signed: SignedVisit, values: dict[str, SlotValue]) -> dict[str, Any]:
    parts = [
        {"code": concept(LOINC, coded.code, coded.display), "valueQuantity": _measured(values[slot], coded)}
        for slot, coded in PRESSURES.items()
        if slot in values
    ]
    return {**_observation(signed, "pressure", PRESSURE), "component": parts}


def _observation(signed: SignedVisit, name: str, coded: Quantity) -> dict[str, Any]:
    category = "Vital Signs" if coded.category == "vital-signs" else "Laboratory"
    return {
        **_made(signed, "Observation", name),
        "status": "final",
        "category": [concept(f"{HL7}/observation-category", coded.category, category)],
        "code": concept(LOINC, coded.code, coded.display),
        "effectiveDateTime": _moment(signed.report.header.at),
        "performer": [_whom(signed)],
    }


def _measured(value: Any, coded: Quantity) -> dict[str, Any]:
    return quantity(value, coded.unit)


def _medicine(signed: SignedVisit, medicine: Medication) -> dict[str, Any]:
    usage: dict[str, Any] = {}
    if medicine.times_per_day:
        usage["timing"] = {"repeat": _repeat(medicine.times_per_day)}
    if medicine.dose_each:
        usage["doseAndRate"] = [{"doseQuantity": {"value": medicine.dose_each, "unit": medicine.dose_unit or ""}}]
    row = next((row for row in signed.report.medicines if row.id == medicine.id), None)
    name = row.name if row else medicine.id
    return {
        **_made(signed, "MedicationStatement", f"medicine-{medicine.id}"),
        "status": "active",
        "medicationCodeableConcept": concept(f"{OURS}:medicine", medicine.id, name),
        "informationSource": _whom(signed),
        "effectiveDateTime": _moment(signed.report.header.at),
        **({"dosage": [usage]} if usage else {}),
    }


def _repeat(times_per_day: float) -> dict[str, Any]:
    """FHIR counts in whole numbers: every other day is once in two days."""
    if times_per_day >= 1:
        return {"frequency": round(times_per_day), "period": 1, "periodUnit": "d"}
    return {"frequency": 1, "period": round(1 / times_per_day, 1), "periodUnit": "d"}


def _condition(signed: SignedVisit, form_id: str) -> dict[str, Any]:
    code, display = CONDITIONS[form_id]
    condition = _made(signed, "Condition", f"condition-{form_id}")
    condition["identifier"] = [{"system": f"{OURS}:condition", "value": f"{signed.resident.id}-{code}"}]
    return {
        **condition,
        "clinicalStatus": concept(f"{HL7}/condition-clinical", "active", "Active"),
        "verificationStatus": concept(f"{HL7}/condition-ver-status", "provisional", "Provisional"),
        "code": concept(ICD10, code, display),
    }


def _accepted(signed: SignedVisit) -> Iterator[tuple[str, dict[str, Any]]]:
    for fact in signed.accepted:
        name = f"fact-{fact.number}"
        whose = {"identifier": _identifier(signed, name), "patient": _whom(signed), "at": _moment(fact.accepted_at)}
        yield name, resource_of(fact, whose)


def _provenance(signed: SignedVisit, targets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    kind = f"{HL7}/provenance-participant-type"
    return {
        "resourceType": "Provenance",
        "target": list(targets),
        "recorded": _moment(signed.signed_at),
        "agent": [
            {"type": concept(kind, "assembler", "Assembler"), "who": {"display": "Suifang 语音助手（AI）"}},
            {"type": concept(kind, "verifier", "Verifier"), "who": {"display": signed.signed_by}},
        ],
    }


def _audit(signed: SignedVisit, targets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "type": {"system": f"{HL7}/audit-event-type", "code": "rest", "display": "RESTful Operation"},
        "action": "C",
        "recorded": _moment(signed.signed_at),
        "outcome": "0",
        "agent": [{"who": {"display": signed.signed_by}, "requestor": True}],
        "source": {"observer": {"display": "Suifang"}},
        "entity": [{"what": target} for target in targets],
    }


def _made(signed: SignedVisit, kind: str, name: str) -> dict[str, Any]:
    return {"resourceType": kind, "identifier": [_identifier(signed, name)], "subject": _whom(signed)}


def _identifier(signed: SignedVisit, name: str) -> dict[str, Any]:
    return {"system": f"{OURS}:visit", "value": f"{signed.visit}-{signed.version}-{name}"}


def _whom(signed: SignedVisit) -> dict[str, Any]:
    return {"reference": _urn(signed, "patient")}


def _urn(signed: SignedVisit, name: str) -> str:
    return f"urn:uuid:{_uuid(signed, name)}"


def _uuid(signed: SignedVisit, name: str) -> uuid.UUID:
    return uuid.uuid5(NAMES, f"{signed.visit}:{signed.version}:{name}")


def _moment(at: str) -> str:
    """A time with its zone; a day stays a day."""
    return at if len(at) <= 10 or at.endswith("Z") or "+" in at else f"{at if at.count(':') > 1 else at + ':00'}{ZONE}"
