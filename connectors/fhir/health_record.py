"""Accepted facts of the health record as FHIR: allergies, conditions, procedures, family history, medicines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.fhir.codes import HL7, ICD10, OURS, concept

ICD: dict[str, tuple[str, str]] = {
    "2": ("I10", "高血压"), "3": ("E11", "糖尿病"), "4": ("I25", "冠心病"), "5": ("J44", "慢性阻塞性肺疾病"),
    "7": ("I64", "脑卒中"),
}  # fmt: skip
"""past_disease and family history codes with one ICD-10 category of their own; the others keep the form's code. [K]"""
RELATIVES = {
    "family_father": ("FTH", "father"), "family_mother": ("MTH", "mother"), "family_sibling": ("SIB", "sibling"),
    "family_child": ("CHILD", "child"),
}  # fmt: skip
PROCEDURES = {"surgery": "手术", "transfusion": "输血"}


@dataclass(frozen=True, slots=True)
class AcceptedFact:
    """A fact that a doctor accepted."""

    number: int
    slot: str
    code: str
    words: str
    """Field and value."""
    value: str
    """The value alone."""
    accepted_at: str


def resource_of(fact: AcceptedFact, whose: dict[str, Any]) -> dict[str, Any]:
    """The resource; ``whose``: identifier, patient (a reference) and at (when it was accepted)."""
    coded = concept(f"{OURS}:{fact.slot}", fact.code, fact.value)
    named, subject = {"identifier": [whose["identifier"]]}, {"subject": whose["patient"]}
    if fact.slot == "drug_allergy":
        return {
            "resourceType": "AllergyIntolerance", **named, "patient": whose["patient"], "type": "allergy",
            "category": ["medication"], "code": coded, "recordedDate": whose["at"],
            "clinicalStatus": concept(f"{HL7}/allergyintolerance-clinical", "active", "Active"),
            "verificationStatus": concept(f"{HL7}/allergyintolerance-verification", "unconfirmed", "Unconfirmed"),
        }  # fmt: skip
    if fact.slot in RELATIVES:
        code, display = RELATIVES[fact.slot]
        return {
            "resourceType": "FamilyMemberHistory", **named, "patient": whose["patient"], "status": "partial",
            "relationship": concept(f"{HL7}/v3-RoleCode", code, display), "condition": [{"code": _disease(fact)}],
            "date": whose["at"],
        }  # fmt: skip
    if fact.slot == "medications":
        return {
            "resourceType": "MedicationStatement", **named, **subject, "status": "active",
            "medicationCodeableConcept": concept(f"{OURS}:medicine", fact.code, fact.value),
            "dateAsserted": whose["at"],
        }  # fmt: skip
    if fact.slot in PROCEDURES:
        return {"resourceType": "Procedure", **named, **subject, "status": "completed", "code": {"text": fact.words}}
    if fact.slot in ("past_disease", "trauma", "genetic_disease", "disability"):
        return {
            "resourceType": "Condition", **named, **subject, "recordedDate": whose["at"],
            "code": _disease(fact) if fact.slot == "past_disease" else {"text": fact.words},
            "verificationStatus": concept(f"{HL7}/condition-ver-status", "unconfirmed", "Unconfirmed"),
        }  # fmt: skip
    return {
        "resourceType": "Observation", **named, **subject, "status": "final", "code": {"text": fact.words},
        "category": [concept(f"{HL7}/observation-category", "social-history", "Social History")],
        "valueString": fact.value, "effectiveDateTime": whose["at"],
    }  # fmt: skip


def _disease(fact: AcceptedFact) -> dict[str, Any]:
    known = ICD.get(fact.code)
    return concept(ICD10, *known) if known else concept(f"{OURS}:{fact.slot}", fact.code, fact.value)
