"""Codes and addresses of our FHIR resources: LOINC with UCUM units, conditions by form, our own systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
OURS = "urn:suifang"
"""Root of the systems that nobody else has defined."""
HL7 = "http://terminology.hl7.org/CodeSystem"


@dataclass(frozen=True, slots=True)
class Quantity:
    """How a measured slot is coded."""

    code: str
    display: str
    unit: str
    category: str = "vital-signs"


_METER = "in Capillary blood by Glucometer"
QUANTITIES = {
    "heart_rate": Quantity("8867-4", "Heart rate", "/min"),
    "weight_kg_now": Quantity("29463-7", "Body weight", "kg"),
    "height_cm": Quantity("8302-2", "Body height", "cm"),
    "bmi": Quantity("39156-5", "Body mass index (BMI) [Ratio]", "kg/m2"),
    "body_temperature": Quantity("8310-5", "Body temperature", "Cel"),
    "spo2": Quantity("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%"),
    # mmol/L: 1558-6 is mg/dL and must not stand here
    "fpg": Quantity("14770-2", f"Fasting glucose [Moles/volume] {_METER}", "mmol/L", "laboratory"),
    "pbg_2h": Quantity("14743-9", f"Glucose [Moles/volume] {_METER}", "mmol/L", "laboratory"),
    "hba1c": Quantity("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", "laboratory"),
}
PRESSURE = Quantity("85354-9", "Blood pressure panel with all children optional", "mm[Hg]")
PRESSURES = {
    "sbp": Quantity("8480-6", "Systolic blood pressure", "mm[Hg]"),
    "dbp": Quantity("8462-4", "Diastolic blood pressure", "mm[Hg]"),
}
CONDITIONS = {
    "gw3-htn": ("I10", "原发性高血压"), "gw3-dm": ("E11", "2型糖尿病"),
}  # fmt: skip
"""By form: what a person on its list is managed for. [K]"""
GENDER = {"1": "male", "2": "female", "9": "other"}


def concept(system: str, code: str, display: str) -> dict[str, Any]:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
