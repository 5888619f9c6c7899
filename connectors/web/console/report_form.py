"""The national form on screen: value, words, clip, who said it, last value; and what became of the record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from agent.report.markup import Markup, clip_url, el
from agent.report.model import Evidence, FieldLine
from agent.report.revision import Correction, plain
from connectors.access.people import Role
from connectors.web.console.shell import button
from connectors.web.console.views import ReportView

SIGNATURE = "doctor_sign"
"""Written by signing, never by hand."""
STATES = {"draft": "语音助手填写", "corrected": "更正", "signed": "签字"}


def form_table(view: ReportView, role: Role) -> Markup:
    """Every line of the form in printed order."""
    groups = (el("tbody", *_section(title, lines, view, role)) for title, lines in view.report.sections())
    head = el(
        "thead", el("tr", *(el("th", name, scope="col") for name in ("", "项目", "本次", "原话和录音", "上次", ""))),
    )  # fmt: skip
    return el(
        "section", el("h2", "随访记录表"), el("table", head, *groups, class_="form"),
    )  # fmt: skip


def _section(title: str, lines: Sequence[FieldLine], view: ReportView, role: Role) -> Iterator[Markup]:
    lead: Markup | None = el("th", title, scope="rowgroup", rowspan=str(len(lines)), class_="lead")
    for line in lines:
        made = [change for change in view.corrections if change.slot == line.slot]
        yield el(
            "tr", lead, el("th", line.label, scope="row"), el("td", *_value(line, view), class_="value"),
            el("td", *_source(line, made, view), class_="source"), el("td", line.previous, class_="before"),
            el("td", _change(line, view, role), class_="act"),
            id=line.slot, tabindex="-1", class_=_kind(line, view),
        )  # fmt: skip
        lead = None


def _kind(line: FieldLine, view: ReportView) -> str:
    kinds = [] if line.words else ["blank"]
    if line.label in {change.label for change in view.report.changes}:
        kinds.append("changed")
    if line.evidence is not None and line.evidence.listen:
        kinds.append("listen")
    return " ".join(kinds) or "plain"


def _value(line: FieldLine, view: ReportView) -> Iterator[Markup]:
    if line.words:
        field = view.fields.get(line.slot)
        told = field is not None and field.type == "text"  # the resident's own words
        yield el("b", line.words, translate="no" if told else None)
    elif line.suggested:
        yield el("span", f"建议：{line.suggested}", class_="suggested")
    else:
        yield el("span", f"{line.status_words}：{line.note}" if line.note else line.status_words, class_="soft")


def _source(line: FieldLine, made: Sequence[Correction], view: ReportView) -> Iterator[Markup | None]:
    if line.evidence is not None and not made:
        yield from _evidence(line.evidence, line, view)
    for change in made:
        yield _corrected(change, line, view)
    if line.note and line.words:
        yield el("span", line.note, class_="mark warn")


def _evidence(source: Evidence, line: FieldLine, view: ReportView) -> Iterator[Markup | None]:
    if source.said:
        yield el("q", source.said)
    if source.clip:
        yield el(
            "audio", controls="", preload="none", src=clip_url(f"/visits/{view.visit_id}/clips/", source.clip),
            aria_label=f"听{line.label}的原话",
        )  # fmt: skip
    marks = (
        ("warn", "请听录音", source.listen), ("", f"{source.speaker_words}代答", source.speaker not in ("self", "0")),
        ("", "复述确认过", source.read_back), ("", "居民改过口", source.corrected),
    )  # fmt: skip
    for kind, words, on in marks:
        if on:
            yield el("span", words, class_=f"mark {kind}".strip())


def _corrected(change: Correction, line: FieldLine, view: ReportView) -> Markup:
    """Old value, who, when, why."""
    was = _said(change.old, line, view)
    at = change.at[:16].replace("T", " ")
    misheard = "（当时听错）" if change.misheard else ""
    return el("span", el("s", was), f" {change.who} {at} 改：{change.why}{misheard}", class_="correction")


def _said(value: Any, line: FieldLine, view: ReportView) -> str:
    """A stored value in words."""
    field = view.fields.get(line.slot)
    if value is None or field is None:
        return "空"
    if field.type == "medications" and isinstance(value, list):
        ids = (item["id"] if isinstance(item, dict) else str(item) for item in value)
        return "、".join(view.medicines.get(name, name.removeprefix("unknown:")) for name in ids) or "无"
    names = field.codes
    if isinstance(value, list):
        return "、".join(names.get(str(item), str(item)) for item in value) or "无"
    return names.get(str(value), f"{value:g} {field.unit}".strip() if isinstance(value, int | float) else str(value))


def _change(line: FieldLine, view: ReportView, role: Role) -> Markup | None:
    field = view.fields.get(line.slot)
    if field is None or field.who == "computed" or line.slot == SIGNATURE:
        return None
    if field.who == "doctor" and role is not Role.DOCTOR:
        return None
    source = line.evidence
    return button(
        "改", class_="change", aria_label=f"更正{line.label}", data_slot=line.slot, data_label=line.label,
        data_type=field.type, data_unit=field.unit, data_words=line.words or line.status_words,
        data_value=json.dumps(plain(line.value), ensure_ascii=False),
        data_codes=json.dumps(list(field.codes.items()), ensure_ascii=False) if field.codes else None,
        data_medicines=json.dumps(list(view.medicines.items()), ensure_ascii=False)
        if field.type == "medications" else None,
        data_said=source.said if source else None,
        data_clip=clip_url(f"/visits/{view.visit_id}/clips/", source.clip) if source and source.clip else None,
    )  # fmt: skip


def history(view: ReportView) -> Markup:
    """Versions of the record, and every correction."""
    rows = (
        el("tr", el("th", f"第 {version.number} 版", scope="row"), el("td", STATES.get(version.status, version.status)),
           el("td", version.author or "语音助手"), el("td", version.at))
        for version in view.versions
    )  # fmt: skip
    table = el("table", *rows) if view.versions else el("p", "还没有存成记录。", class_="soft")
    return el("details", el("summary", f"版本（{len(view.versions)}）"), table, class_="history")
