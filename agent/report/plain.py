"""The report as plain text: the form for a terminal, and a message short enough to send."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from agent.report.model import FieldLine, Report

_LABEL_WIDTH = 22
"""Columns of the label; a Chinese character takes two."""


def render_text(report: Report) -> str:
    """Summary, then every field in printed order with aligned labels."""
    lines = [render_message(report), ""]
    for title, fields in report.sections():
        lines.append(f"── {title} " + "─" * max(2, 44 - width(title)))
        lines += [text for field in fields for text in _field_lines(field)]
    lines += ["", report.suggestion.sign_sentence, report.ai_mark]
    return "\n".join(lines) + "\n"


def render_message(report: Report) -> str:
    """A plain message of a few lines: who, alerts, changes, what is suggested."""
    return "\n".join(_message(report))


def _message(report: Report) -> Iterator[str]:
    head, made = report.header, report.suggestion
    age = "" if head.age is None else f" {head.age}岁"
    yield f"{head.form_title}  {clean(head.resident_name)} {head.sex}{age}  {head.at[:16].replace('T', ' ')}"
    yield f"方式 {head.mode_code} {head.mode}  结果 {head.outcome_words}" + _answered(report)
    for alert in report.alerts:
        rank = f"{alert.severity} {alert.severity_words}，{alert.subject_words}"
        yield f"!! 红旗 {alert.label}（{rank}）：{clean(alert.evidence)}"
    for text in report.contradictions:
        yield f"?  {clean(text)}"
    if report.changes:
        yield "与上次比  " + "；".join(clean(change.words) for change in report.changes)
    yield f"建议分类  {class_words(report)}"
    for words in made.by_form:
        yield f"          {words}"
    if made.next_visit_words:
        yield f"下次随访  {made.next_visit_words}"
    if made.suggestion.referral:
        yield f"建议转诊  {clean(made.suggestion.referral)}"
    for hit in made.suggestion.reasons:
        yield f"  · {clean(str(hit))}"


def class_words(report: Report) -> str:
    """``2 控制不满意``; says so when the values do not give a class."""
    made = report.suggestion
    return f"{made.suggestion.visit_class} {made.visit_class_words}" if made.suggestion.visit_class else "不能判断"


def _answered(report: Report) -> str:
    others = [who for who in report.header.answered_by if who != "本人"]
    return f"  代答 {'、'.join(others)}" if others else ""


def _field_lines(field: FieldLine) -> Iterator[str]:
    label = pad(field.label, _LABEL_WIDTH)
    if field.words:
        code = f"  [{','.join(field.codes)}]" if field.codes else ""
        yield f"  {label}: {clean(field.words)}{code}{_marks(field)}"
    elif field.suggested:
        yield f"  {label}: （{field.status_words}）建议 {clean(field.suggested)}"
    else:
        note = f"，{field.note}" if field.note else ""
        yield f"  {label}: —（{field.status_words}{note}）"


def _marks(field: FieldLine) -> str:
    source = field.evidence
    if source is None:
        return ""
    given = (("已复述", source.read_back), ("已更正", source.corrected), ("请听", source.listen))
    marks = [mark for mark, on in given if on]
    marks += [] if source.speaker == "self" else [f"{source.speaker_words}代答"]
    return f"  “{clean(source.said)}”" + (f"（{'、'.join(marks)}）" if marks else "")


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def pad(text: str, columns: int) -> str:
    """``text`` filled with blanks to ``columns``."""
    return text + " " * max(0, columns - width(text))


def clean(text: str) -> str:
    """Without line breaks, control and direction characters: nobody's words may redraw the terminal."""
    blank = "".join(" " if char in "\r\n\t" else char for char in text)
    return "".join(char for char in blank if unicodedata.category(char)[0] != "C")
