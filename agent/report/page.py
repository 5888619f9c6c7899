"""The report as one self-contained HTML page: on screen for reading in half a minute, on A4 as the national form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from agent.report.markup import Markup, clip_url, el, join
from agent.report.model import Evidence, FieldLine, Report
from agent.report.page_summary import alerts, differences, headline, suggestion
from agent.report.stylesheet import CSS

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self' file: blob: data:"
CLIPS = "clips/"
"""Where the clips are, seen from the page."""


def render_html(report: Report, clip_base: str = CLIPS, signed: str = "") -> str:
    """The page; ``clip_base`` is put before the file name of every clip, ``signed`` says who signed it when."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("meta", name="AIGC", content=json.dumps({"Label": "1", "ContentProducer": "suifang"})),
        el("title", f"{report.header.form_title} {report.header.resident_name}"),
        el("style", Markup(CSS)),
    )
    body = el("body", el("main", *_parts(report, clip_base, signed)))
    return "<!doctype html>\n" + el("html", head, body, lang="zh-CN") + "\n"


def _parts(report: Report, clip_base: str, signed: str) -> Iterator[Markup | None]:
    yield _title(report, signed)
    yield alerts(report, clip_base)
    yield headline(report)
    yield el("div", suggestion(report), differences(report), class_="pair")
    yield _form(report, clip_base)
    yield _medicines(report)
    yield _doctor_calls(report)
    yield _questions(report)
    yield _signature(report)
    yield _transcript(report, clip_base)
    yield el("footer", el("p", report.ai_mark), class_="small")


def _title(report: Report, signed: str) -> Markup:
    head = report.header
    person = "　".join(
        part for part in (head.sex, "" if head.age is None else f"{head.age} 岁", head.birth_date) if part
    )
    facts = [
        ("随访日期", head.at[:16].replace("T", " ")),
        ("方式", f"{head.mode_code} {head.mode}"),
        ("结果", head.outcome_words),
        ("同意", head.consent),
        ("作答", "、".join(head.answered_by)),
        ("电话", head.phone),
    ]
    cells = (el("span", el("b", name), value) for name, value in facts if value)
    return el(
        "header",
        el(
            "div",
            el("h1", head.form_title),
            el("span", f"AI 生成 · {signed or '待医生签字'}", class_="ai"),
            class_="top",
        ),
        el("div", el("strong", head.resident_name, class_="name"), el("span", person, class_="who"), class_="person"),
        el("div", *cells, class_="facts"),
    )


def _form(report: Report, clip_base: str) -> Markup:
    groups = (el("tbody", *_section(title, lines, clip_base)) for title, lines in report.sections())
    return el("section", el("h2", "随访记录表"), el("table", *groups, class_="form"), class_="sheet")


def _section(title: str, lines: Sequence[FieldLine], clip_base: str) -> Iterator[Markup]:
    targets = {line.target_of: line for line in lines if line.target_of}
    shown = [line for line in lines if not line.target_of]
    lead: Markup | None = el("th", title, scope="rowgroup", rowspan=str(len(shown)))
    for line in shown:
        classes = line.status if line.words else f"{line.status} empty"
        yield el("tr", lead, *_cells(line, targets.get(line.slot), clip_base), class_=classes)
        lead = None


def _cells(line: FieldLine, target: FieldLine | None, clip_base: str) -> Iterator[Markup]:
    yield el("th", line.label, scope="row")
    yield el("td", _value(line), _target(target) if target else None, class_="value")
    yield el("td", _source(line, clip_base), class_="source")


def _value(line: FieldLine) -> Markup:
    if line.words:
        code = el("code", ",".join(line.codes), title=line.code_system) if line.codes else None
        return join(el("b", line.words), code)
    if line.suggested:
        return join(
            el("span", f"建议：{line.suggested}", class_="suggested"), el("span", line.status_words, class_="why")
        )
    why = f"{line.status_words}：{line.note}" if line.note else line.status_words
    return el("span", why, class_="why")


def _target(target: FieldLine) -> Markup:
    return el("span", " / 目标 ", el("i", target.words or "　　　"), class_="target")


def _source(line: FieldLine, clip_base: str) -> Markup:
    parts = [_evidence(line.evidence, clip_base)] if line.evidence else []
    if line.note and line.words:
        parts.append(el("span", line.note, class_="tag warn"))
    if line.previous:
        parts.append(el("span", f"上次 {line.previous}", class_="before"))
    return join(*parts)


def _evidence(source: Evidence, clip_base: str) -> Markup:
    marks = [
        ("warn", "请听录音", source.listen),
        ("", f"{source.speaker_words}代答", source.speaker not in ("self", "0")),
        ("", "已复述确认", source.read_back),
        ("", "已更正", source.corrected),
    ]
    tags = (el("span", name, class_=f"tag {kind}".strip()) for kind, name, on in marks if on)
    sure = el("span", f"{source.confidence:.0%}", class_="sure", title="识别把握")
    return join(el("q", source.said) if source.said else None, *tags, sure, audio(source.clip, clip_base))


def audio(clip: str | None, clip_base: str) -> Markup | None:
    """A player for one clip; nothing when there is none."""
    if not clip:
        return None
    return el("audio", controls="", preload="none", src=clip_url(clip_base, clip))


def _medicines(report: Report) -> Markup | None:
    if not report.medicines:
        return None
    rows = (
        el(
            "tr",
            el("td", el("b", row.name)),
            el("td", row.usage),
            el("td", row.change),
            class_="gone" if not row.usage else None,
        )
        for row in report.medicines
    )
    head = el("tr", el("th", "药物"), el("th", "居民说的用法"), el("th", "与上次比"))
    return el("section", el("h2", "用药情况"), el("table", head, *rows, class_="medicines"))


def _doctor_calls(report: Report) -> Markup | None:
    if not report.doctor_calls:
        return None
    return el("section", el("h2", "医生通话"), el("ul", *(el("li", words) for words in report.doctor_calls)))


def _questions(report: Report) -> Markup | None:
    if not report.questions:
        return None
    items = (el("li", words) for words in report.questions)
    return el("section", el("h2", "居民问到的"), el("ul", *items))


def _signature(report: Report) -> Markup:
    line = el("p", "随访医生签名 ", el("i", "　" * 10), "　日期 ", el("i", "　" * 8), class_="line")
    return el("section", el("p", report.suggestion.sign_sentence), line, class_="sign")


def _transcript(report: Report, clip_base: str) -> Markup | None:
    if not report.transcript:
        return None
    lines = (
        el(
            "li",
            el("b", said.speaker_words),
            el("span", said.text),
            audio(said.clip, clip_base),
            class_="agent" if said.speaker in ("agent", "staff") else "them",
        )
        for said in report.transcript
    )
    return el(
        "details", el("summary", f"通话全文（{len(report.transcript)} 句）"), el("ol", *lines), class_="transcript"
    )
