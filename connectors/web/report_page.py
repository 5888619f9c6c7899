"""The report as one HTML page, fit to print: alerts first, then the form in its own order, with words and clips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

from agent.clinical.forms import Headline
from agent.report.model import AlertLine, Evidence, FieldLine, Report
from connectors.web.report_style import STYLE


def render_page(report: Report) -> str:
    """The page; clips are looked for in ``clips/`` beside it. Whatever people said is escaped."""
    head = report.header
    title = f"{head.form_title} · {head.resident_name}"
    parts = [
        *_top(report), *_alerts(report.alerts), *_suggestion(report), *_changes(report), *_form(report),
        *_medicines(report), *_transcript(report), *_bottom(report),
    ]  # fmt: skip
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_t(title)}</title><style>{STYLE}</style></head><body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _t(text: object) -> str:
    return escape(str(text), quote=True)


def _top(report: Report) -> Iterator[str]:
    head = report.header
    yield f'<p class="ai">{_t(report.ai_mark)}</p>'
    yield f"<h1>{_t(head.form_title)}</h1>"
    age = "" if head.age is None else f"{head.age}岁"
    facts = [
        ("姓名", head.resident_name), ("性别", head.sex), ("年龄", age), ("出生日期", head.birth_date),
        ("电话", head.phone), ("随访时间", head.at[:16].replace("T", " ")), ("方式", f"{head.mode_code} {head.mode}"),
        ("结果", head.outcome_words), ("同意", head.consent), ("回答人", "、".join(head.answered_by)),
    ]  # fmt: skip
    cells = "".join(f"<div><dt>{_t(name)}</dt><dd>{_t(value)}</dd></div>" for name, value in facts if value)
    yield f'<dl class="who">{cells}</dl>'
    numbers = "".join(_headline(report, line) for line in report.headline)
    if numbers:
        yield f'<div class="numbers">{numbers}</div>'


def _headline(report: Report, line: Headline) -> str:
    values = [report.line(slot) for slot in line.slots]
    shown = "/".join(_bare(field) for field in values)
    unit = f" <small>{_t(line.unit)}</small>" if line.unit else ""
    return f"<div><small>{_t(line.label)}</small><b>{_t(shown)}</b>{unit}</div>"


def _bare(field: FieldLine | None) -> str:
    if field is None or field.value is None:
        return "—"
    if isinstance(field.value, (int, float)) and not isinstance(field.value, bool):
        return f"{field.value:g}"
    return field.words or str(field.value)


def _alerts(alerts: Iterable[AlertLine]) -> Iterator[str]:
    for alert in alerts:
        yield (
            f'<section class="alert" role="alert"><h2>{_t(alert.label)}</h2><p>{_t(alert.severity)} '
            f"{_t(alert.severity_words)} · {_t(alert.subject_words)} · 第 {alert.turn} 轮</p>"
            f"<blockquote>{_t(alert.evidence)}</blockquote>{_clip(alert.clip)}"
            f"<p class='rule'>{_t(alert.rule)} · {_t(alert.rule_version)}</p></section>"
        )


def _suggestion(report: Report) -> Iterator[str]:
    part, made = report.suggestion, report.suggestion.suggestion
    visit_class = f"{made.visit_class} {part.visit_class_words}" if made.visit_class else "不能判断"
    rows = [
        ("建议分类", visit_class), ("下次随访", part.next_visit_words), ("建议转诊", made.referral or ""),
        ("下一步", part.next_step_words),
    ]  # fmt: skip
    cells = "".join(f"<div><dt>{_t(name)}</dt><dd>{_t(value)}</dd></div>" for name, value in rows if value)
    reasons = "".join(f"<li>{_t(hit)}</li>" for hit in (*made.reasons, *made.notes))
    yield f'<section class="suggest"><h2>建议（由医生定）</h2><dl class="who">{cells}</dl><ul>{reasons}</ul></section>'


def _changes(report: Report) -> Iterator[str]:
    items = [("change", change.words) for change in report.changes]
    items += [("doubt", text) for text in report.contradictions] + [("question", text) for text in report.questions]
    names = {"change": "与上次比", "doubt": "请核对", "question": "居民问"}
    if items:
        rows = "".join(f'<li class="{kind}"><b>{names[kind]}</b> {_t(text)}</li>' for kind, text in items)
        yield f"<section><h2>请留意</h2><ul>{rows}</ul></section>"


def _form(report: Report) -> Iterator[str]:
    for title, fields in report.sections():
        rows = "".join(_row(field) for field in fields)
        yield (
            f"<section><h2>{_t(title)}</h2><table><colgroup><col class='label'><col class='value'><col></colgroup>"
            f"<tbody>{rows}</tbody></table></section>"
        )


def _row(field: FieldLine) -> str:
    if field.words:
        codes = f" <small>[{_t(','.join(field.codes))}]</small>" if field.codes else ""
        value = f"<b>{_t(field.words)}</b>{codes}"
    elif field.suggested:
        value = f'<span class="soft">建议 {_t(field.suggested)}</span>'
    else:
        value = '<span class="soft">—</span>'
    before = f'<small class="soft">上次 {_t(field.previous)}</small>' if field.previous else ""
    source = _source(field.evidence) if field.evidence else f'<span class="soft">{_t(field.status_words)}</span>'
    note = f" <small>{_t(field.note)}</small>" if field.note else ""
    return f"<tr><th scope='row'>{_t(field.label)}</th><td>{value} {before}</td><td>{source}{note}</td></tr>"


def _source(source: Evidence) -> str:
    marks = [
        ("read", "已复述", source.read_back),
        ("fixed", "已更正", source.corrected),
        ("listen", "请听", source.listen),
    ]
    tags = "".join(f'<span class="tag {kind}">{words}</span>' for kind, words, on in marks if on)
    who = "" if source.speaker == "self" else f'<span class="tag proxy">{_t(source.speaker_words)}代答</span>'
    return f"<q>{_t(source.said)}</q> {tags}{who}{_clip(source.clip)}"


def _clip(name: str | None) -> str:
    if not name:
        return ""
    return f'<audio controls preload="none" src="clips/{quote(name, safe="")}"></audio>'


def _medicines(report: Report) -> Iterator[str]:
    if not report.medicines:
        return
    rows = "".join(
        f"<tr><th scope='row'>{_t(row.name)}</th><td>{_t(row.usage)}</td><td>{_t(row.change)}</td></tr>"
        for row in report.medicines
    )
    yield f"<section><h2>用药对照</h2><table><tbody>{rows}</tbody></table></section>"


def _transcript(report: Report) -> Iterator[str]:
    rows = "".join(
        f'<li class="{"agent" if line.speaker == "agent" else "resident"}"><b>{_t(line.speaker_words)}</b> '
        f"{_t(line.text)}{_clip(line.clip)}</li>"
        for line in report.transcript
    )
    yield f'<details class="talk"><summary>通话全文（{len(report.transcript)} 句）</summary><ol>{rows}</ol></details>'


def _bottom(report: Report) -> Iterator[str]:
    sign = '<p class="sign">随访医生签名：____________　日期：____________</p>'
    yield f"<footer><p>{_t(report.suggestion.sign_sentence)}</p>{sign}</footer>"
