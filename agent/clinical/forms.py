"""The forms that a visit fills, in the order in which the national form is printed.

Owns the shape of dialogues/clinical/forms/*.yml; the values come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.clinical.yamlfile import Node, read_yaml

TYPES = ("enum", "multi", "int", "dec1", "dec2", "date", "text", "bool", "medications", "datetime")
WHO = ("phone", "not_by_phone", "doctor", "computed")
"""Who can give a field: the resident on the phone, only a person in the same room, the doctor, or arithmetic."""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form."""

    slot: str
    label: str
    type: str
    who: str
    unit: str = ""
    ask: str = ""
    """Ask id of formats.md that collects it; empty when no question of ours does."""
    code_system: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Official code to label, in the order of the form."""
    only_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Asked only when each of these slots has one of these codes; otherwise it does not apply."""
    target_of: str = ""
    """The slot whose 现值/目标值 pair this target closes."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A block of the form (症状, 体征 …)."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """A number that the doctor wants first, possibly of several slots (145/95)."""

    label: str
    slots: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its version and source."""

    id: str
    title: str
    version: str
    source: str
    sections: tuple[Section, ...]
    headline: tuple[Headline, ...] = ()
    short: str = ""
    """The disease or service, to tell equal labels apart on a sheet of several forms."""

    def fields(self) -> Iterator[Field]:
        """Every field in printed order."""
        for section in self.sections:
            yield from section.fields

    def field(self, slot: str) -> Field | None:
        """The field that holds ``slot``."""
        return next((item for item in self.fields() if item.slot == slot), None)


def find_form(forms: Mapping[str, Form], form_id: str) -> Form | None:
    """The form ``form_id``; ``a+b`` is both on one sheet (多病一张表), a shared slot where it first stands."""
    parts = [forms.get(part) for part in form_id.split("+")]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return found[0] if len(found) == 1 else _both(form_id, found)


def _both(form_id: str, forms: list[Form]) -> Form:
    seen: set[str] = set()
    labels: set[str] = set()
    sections: list[Section] = []
    for form in forms:
        for section in form.sections:
            fresh = tuple(_apart(item, form, labels) for item in section.fields if item.slot not in seen)
            seen |= {item.slot for item in fresh}
            labels |= {item.label for item in fresh}
            if fresh:
                sections.append(Section(section.title, fresh))
    headline = dict.fromkeys(line for form in forms for line in form.headline)
    return Form(
        id=form_id,
        title="、".join(form.title for form in forms),
        version="、".join(dict.fromkeys(form.version for form in forms)),
        source="；".join(form.source for form in forms),
        sections=tuple(sections),
        headline=tuple(headline),
    )


def _apart(item: Field, form: Form, labels: set[str]) -> Field:
    return replace(item, label=f"{item.label}（{form.short or form.title}）") if item.label in labels else item


def load_forms(forms_dir: Path) -> Mapping[str, Form]:
    """All forms of a folder by id; raises ``DefinitionError`` with file and line."""
    forms: dict[str, Form] = {}
    for path in sorted(forms_dir.glob("*.yml")):
        node = read_yaml(path)
        form = _read_form(node)
        if form.id != path.stem:
            raise node.error(f"表单 id {form.id!r} 与文件名不同", f"把文件改名为 {form.id}.yml")
        forms[form.id] = form
    return forms


def _read_form(node: Node) -> Form:
    node.fields("id", "title", "short", "version", "source", "headline", "sections", "code_sets")
    sets = node.get("code_sets")
    shared = {key: _codes(entry) for key, entry in sets.fields().items()} if sets else {}
    sections = tuple(
        Section(section.text("title"), tuple(_read_field(item, shared) for item in section.items("fields")))
        for section in node.items("sections")
    )
    form = Form(
        id=node.text("id"),
        title=node.text("title"),
        version=node.text("version"),
        source=node.text("source"),
        sections=sections,
        short=node.text("short", ""),
        headline=tuple(_read_headline(item) for item in node.items("headline")),
    )
    _check(form, node)
    return form


def _read_headline(node: Node) -> Headline:
    node.fields("label", "slots", "unit")
    return Headline(node.text("label"), tuple(item.as_text() for item in node.items("slots")), node.text("unit", ""))


def _read_field(node: Node, shared: Mapping[str, Mapping[str, str]]) -> Field:
    node.fields("slot", "label", "type", "who", "unit", "ask", "code_system", "codes", "only_if", "target_of", "source")
    codes: Mapping[str, str] = {}
    if (codes_node := node.get("codes")) is not None:
        if isinstance(codes_node.value, str):
            if codes_node.value not in shared:
                raise codes_node.error(f"没有名为 {codes_node.value!r} 的代码集", "在 code_sets 下定义它")
            codes = shared[codes_node.value]
        else:
            codes = _codes(codes_node)
    result = Field(
        slot=node.text("slot"),
        label=node.text("label"),
        type=_one_of(node, "type", TYPES),
        who=_one_of(node, "who", WHO),
        unit=node.text("unit", ""),
        ask=node.text("ask", ""),
        code_system=node.text("code_system", ""),
        codes=codes,
        only_if=_only_if(node),
        target_of=node.text("target_of", ""),
        source=node.text("source", ""),
    )
    if result.type in ("enum", "multi") and not (codes and result.code_system):
        raise node.error(f"{result.slot} 是代码字段，却没有 codes 或 code_system", "写上官方代码表和它的名字")
    return result


def _only_if(node: Node) -> Mapping[str, tuple[str, ...]]:
    entry = node.get("only_if")
    if entry is None:
        return {}
    return {slot: tuple(code.as_text() for code in entry.items(slot)) for slot in entry.fields()}


def _codes(node: Node) -> Mapping[str, str]:
    return {code: entry.as_text() for code, entry in node.fields().items()}


def _one_of(node: Node, key: str, allowed: tuple[str, ...]) -> str:
    value = node.text(key)
    if value not in allowed:
        raise node.need(key).error(f"{key} 不能是 {value!r}", "可用: " + ", ".join(allowed))
    return value


def _check(form: Form, node: Node) -> None:
    slots = [item.slot for item in form.fields()]
    if not slots:
        raise node.error("表单没有字段", "在 sections 下写上 fields")
    double = next((slot for slot in slots if slots.count(slot) > 1), None)
    if double:
        raise node.error(f"slot {double!r} 在表单里出现两次", "每个 slot 只占一行")
    wanted = [slot for line in form.headline for slot in line.slots]
    wanted += [slot for item in form.fields() for slot in item.only_if]
    wanted += [item.target_of for item in form.fields() if item.target_of]
    missing = next((slot for slot in wanted if slot not in slots), None)
    if missing:
        raise node.error(f"{missing!r} 不在表单里", "改成表单里的 slot")
