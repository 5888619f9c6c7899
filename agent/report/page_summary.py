"""The top of the page: alerts, the numbers that matter, what is suggested and what changed."""

from __future__ import annotations

from collections.abc import Iterator

from agent.clinical.forms import Headline
from agent.report.markup import Markup, clip_url, el
from agent.report.model import Report
from agent.report.plain import class_words


def alerts(report: Report, clip_base: str) -> Markup | None:
    """Red flags, before everything else."""
    if not report.alerts:
        return None
    lines = []
    for alert in report.alerts:
        rank = f"{alert.severity} {alert.severity_words}" + (
            "" if alert.subject == "self" else f" · {alert.subject_words}"
        )
        player = None
        if alert.clip:
            player = el("audio", controls="", preload="none", src=clip_url(clip_base, alert.clip))
        lines.append(el("li", el("b", alert.label), el("span", rank, class_="rank"), el("q", alert.evidence), player))
    return el("section", el("h2", "红旗"), el("ul", *lines), class_="alerts", role="alert")


def headline(report: Report) -> Markup | None:
    """Big numbers; a missing one says why."""
    if not report.headline:
        return None
    return el("section", *(_number(report, item) for item in report.headline), class_="numbers")


def _number(report: Report, item: Headline) -> Markup:
    lines = [line for slot in item.slots if (line := report.line(slot))]
    values = [_short(line.value) for line in lines]
    known = any(line.value is not None for line in lines)
    before = "/".join(line.previous.removesuffix(line.unit).strip() for line in lines if line.previous)
    big = el("strong", "/".join(values)) if known else el("strong", "—", class_="none")
    return el(
        "div",
        el("span", item.label, class_="label"),
        big,
        el("span", item.unit if known else lines[0].status_words if lines else "", class_="unit"),
        el("span", f"上次 {before}", class_="before") if before else None,
    )


def _short(value: object) -> str:
    if value is None:
        return "?"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def suggestion(report: Report) -> Markup:
    """Suggested class, next visit, referral, and the rules that say so."""
    made = report.suggestion
    facts = [("建议分类", class_words(report)), ("下次随访", made.next_visit_words), ("下一步", made.next_step_words)]
    rows = (el("p", el("span", name, class_="label"), el("b", value)) for name, value in facts if value)
    referral = made.suggestion.referral
    return el(
        "section",
        el("h2", "建议（待医生签字）"),
        *rows,
        *(el("p", words, class_="by-form") for words in made.by_form),
        el("p", el("span", "建议转诊", class_="label"), el("b", referral), class_="referral") if referral else None,
        el("ul", *_reasons(report), class_="reasons"),
        class_="card",
    )


def _reasons(report: Report) -> Iterator[Markup]:
    made = report.suggestion.suggestion
    for hit in made.reasons:
        yield el("li", el("code", hit.rule_id), hit.words)
    for hit in made.notes:
        yield el("li", el("code", hit.rule_id), hit.words, class_="note")
    met = [("公卫规范目标", made.met_public_health_target), ("新指南目标", made.met_guideline_target)]
    words = "；".join(f"{name}{'达到' if yes else '未达到'}" for name, yes in met if yes is not None)
    if words:
        yield el("li", words, class_="note")


def differences(report: Report) -> Markup:
    """What changed since the last visit and what does not fit."""
    warnings = [el("li", sentence, class_="warn") for sentence in report.contradictions]
    changes = [el("li", change.words) for change in report.changes]
    nothing = None if warnings or changes else el("p", "没有上次的记录可比，或没有变化。", class_="why")
    return el("section", el("h2", "与上次比"), nothing, el("ul", *warnings, *changes), class_="card")
