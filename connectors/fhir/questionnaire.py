"""Our forms as Questionnaires, and the lines of a record as the items of a QuestionnaireResponse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.clinical.forms import Field, Form
from agent.report.model import FieldLine
from connectors.fhir.codes import OURS

_TYPES = {
    "enum": "choice", "multi": "choice", "int": "integer", "dec1": "decimal", "dec2": "decimal", "date": "date",
    "datetime": "dateTime", "bool": "boolean", "medications": "text", "text": "text",
}  # fmt: skip


def canonical(form_id: str) -> str:
    """The address of a form's Questionnaire."""
    return f"{OURS}:questionnaire:{form_id}"


def questionnaire(form: Form) -> dict[str, Any]:
    """A form as it is published."""
    return {
        "resourceType": "Questionnaire",
        "url": canonical(form.id),
        "version": form.version,
        "title": form.title,
        "status": "active",
        "subjectType": ["Patient"],
        "item": [
            {
                "linkId": f"section-{number}", "text": section.title, "type": "group",
                "item": [_question(field) for field in section.fields],
            }
            for number, section in enumerate(form.sections, start=1)
        ],
    }  # fmt: skip


def _question(field: Field) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": field.slot, "text": field.label, "type": _TYPES[field.type]}
    if field.codes:
        item["repeats"] = field.type == "multi"
        item["answerOption"] = [
            {"valueCoding": {"system": f"{OURS}:{field.code_system}", "code": code, "display": label}}
            for code, label in field.codes.items()
        ]
    return item


def items(lines: Sequence[FieldLine], form: Form) -> list[dict[str, Any]]:
    """The lines that have a value, in the groups of the form."""
    found = []
    for number, section in enumerate(form.sections, start=1):
        slots = {field.slot: field for field in section.fields}
        answered = [_item(line, slots[line.slot]) for line in lines if line.slot in slots and line.value is not None]
        if answered:
            found.append({"linkId": f"section-{number}", "text": section.title, "item": answered})
    return found


def _item(line: FieldLine, field: Field) -> dict[str, Any]:
    answers = [_with_source(answer, line) for answer in _answers(line, field)]
    return {"linkId": line.slot, "text": line.label, "answer": answers}


def _answers(line: FieldLine, field: Field) -> list[dict[str, Any]]:
    value = line.value
    if field.codes:
        codes = value if isinstance(value, tuple) else (value,)
        return [
            {"valueCoding": {"system": f"{OURS}:{field.code_system}", "code": str(code),
                             "display": field.codes.get(str(code), str(code))}}
            for code in codes
        ]  # fmt: skip
    kind = {"int": "valueInteger", "dec1": "valueDecimal", "dec2": "valueDecimal", "date": "valueDate",
            "bool": "valueBoolean"}.get(field.type)  # fmt: skip
    return [{kind: value}] if kind else [{"valueString": line.words or str(value)}]


def _with_source(answer: dict[str, Any], line: FieldLine) -> dict[str, Any]:
    """Whose word it is, and whether it was read back; not the words themselves."""
    if line.evidence is None:
        return answer
    extension = [
        {"url": f"{OURS}:source", "valueString": line.evidence.speaker},
        {"url": f"{OURS}:confirmed", "valueBoolean": line.evidence.read_back},
    ]
    return {**answer, "extension": extension}
