"""The report under review: alerts and what changed first, every value with its words and its clip, signing on top."""

from __future__ import annotations

from collections.abc import Iterator

from agent.report.markup import Markup, clip_url, el
from agent.report.model import Report
from agent.report.page_summary import headline
from agent.report.plain import class_words
from connectors.access.people import Role
from connectors.web.console.charts import trend_chart
from connectors.web.console.proposals import proposal_list
from connectors.web.console.report_form import form_table, history
from connectors.web.console.shell import Frame, button, name, page, title_row
from connectors.web.console.views import AlertView, ReportView


def report_page(frame: Frame, view: ReportView) -> str:
    """The page."""
    report = view.report
    return page(
        frame, f"{report.header.resident_name} {report.header.form_title}",
        el("article", *_parts(frame, view), class_="report", data_visit=view.visit_id, data_version=str(view.version)),
        script="report",
    )  # fmt: skip


def _parts(frame: Frame, view: ReportView) -> Iterator[Markup | None]:
    report = view.report
    yield _person(view)
    yield title_row(report.header.form_title, *_acts(frame, view))
    listed = el("a", "在外呼名单里", href="/console/calls")
    yield el("p", view.recall, " ", listed, class_="notice") if view.recall else None
    yield _alerts(view)
    yield el("div", headline(report), *(trend_chart(trend) for trend in view.trends), class_="glance")
    yield el("div", _changed(report), _suggested(view), class_="pair")
    yield proposal_list(view.proposals, frame.staff)
    yield form_table(view, frame.staff.role)
    yield _medicines(report)
    yield _doctor_calls(report)
    yield _questions(report)
    yield _transcript(view)
    yield history(view)
    yield el("p", report.suggestion.sign_sentence, class_="soft")
    yield el("p", report.ai_mark, class_="soft")


def _person(view: ReportView) -> Markup:
    head = view.report.header
    age = "" if head.age is None else f"{head.age}岁"
    others = "、".join(who for who in head.answered_by if who != "本人")
    facts = (
        head.sex, age, head.at[:16].replace("T", " "), head.outcome_words, head.consent,
        f"{others}代答" if others else "", head.phone,
    )  # fmt: skip
    return el(
        "p", el("a", head.resident_name, class_="name", href=f"/console/residents/{view.resident_id}", translate="no"),
        *(el("span", fact) for fact in facts if fact), class_="whose",
    )  # fmt: skip


def _acts(frame: Frame, view: ReportView) -> Iterator[Markup]:
    signed = view.signed
    if signed is not None:
        yield el("span", f"{signed.author} 已签字 {signed.at}", class_="badge signed")
    else:
        yield el("span", "待签字", class_="badge open")
        yield button("退回重打", id="recall")
    yield el("a", "打印", href=f"/visits/{view.visit_id}/report", target="_blank", class_="button")
    if frame.staff.role is Role.DOCTOR and signed is None:
        yield button("签字", id="sign", class_="primary", data_old=_decided(view))


def _decided(view: ReportView) -> str:
    """Class and day that a signature would have: decided by a doctor already, or suggested."""
    made, found = view.report.suggestion.suggestion, []
    for slot, suggested in (("visit_class", made.visit_class), ("next_visit_date", made.next_visit_date)):
        line = view.report.line(slot)
        found.append("" if line is None else str(line.value if line.value is not None else suggested or ""))
    return "|".join(found)


def clip(view_id: str, name: str | None, label: str) -> Markup | None:
    """A player for one clip; nothing when there is none."""
    if not name:
        return None
    return el("audio", controls="", preload="none", src=clip_url(f"/visits/{view_id}/clips/", name), aria_label=label)


def _alerts(view: ReportView) -> Markup | None:
    if not view.report.alerts:
        return None
    care = {(alert.title, alert.evidence): alert for alert in view.alerts}
    lines = (
        el(
            "li", el("b", alert.label), el("span", f"{alert.severity_words} · {alert.subject_words}", class_="rank"),
            el("q", alert.evidence), clip(view.visit_id, alert.clip, f"听{alert.label}的原话"),
            _care(care.get((alert.label, alert.evidence))),
        )
        for alert in view.report.alerts
    )  # fmt: skip
    return el("section", el("h2", "红旗"), el("ul", *lines), class_="alerts")


def _care(alert: AlertView | None) -> Markup | None:
    if alert is None:
        return None
    if alert.by:
        return el("span", f"{alert.by} {'已处理：' + alert.note if alert.closed else '已接'}", class_="soft")
    return button("我来处理", class_="take", data_visit=alert.visit_id, data_seq=str(alert.seq))


def _changed(report: Report) -> Markup:
    listen = [line for line in report.fields if line.evidence is not None and line.evidence.listen]
    items = [el("li", sentence, class_="warn") for sentence in report.contradictions]
    items += [
        el("li", el("a", f"{line.label} {line.words}", href=f"#{line.slot}"), " 听得不准，请听录音", class_="warn")
        for line in listen
    ]
    items += [el("li", change.words) for change in report.changes]
    nothing = None if items else el("p", "没有上次的记录可比，或没有变化。", class_="soft")
    return el("section", el("h2", "变化和要核对的"), nothing, el("ul", *items), class_="card")


def _suggested(view: ReportView) -> Markup:
    made = view.report.suggestion
    facts = [("分类", class_words(view.report)), ("下次随访", made.next_visit_words), ("下一步", made.next_step_words)]
    rows = (el("p", el("span", name, class_="label"), el("b", value)) for name, value in facts if value)
    referral = made.suggestion.referral
    reasons = [el("li", hit.words) for hit in made.suggestion.reasons]
    reasons += [el("li", hit.words, class_="soft") for hit in made.suggestion.notes]
    return el(
        "section", el("h2", "建议"), *rows, *(el("p", words) for words in made.by_form),
        el("p", el("span", "转诊", class_="label"), el("b", referral), class_="referral") if referral else None,
        el("ul", *reasons), class_="card",
    )  # fmt: skip


def _medicines(report: Report) -> Markup | None:
    if not report.medicines:
        return None
    rows = (
        el("tr", el("th", row.name, scope="row"), el("td", row.usage), el("td", row.change),
           class_=None if row.usage else "gone")
        for row in report.medicines
    )  # fmt: skip
    head = el("tr", *(el("th", name, scope="col") for name in ("药物", "居民说的用法", "与上次比")))
    return el("section", el("h2", "用药"), el("table", head, *rows))


def _doctor_calls(report: Report) -> Markup | None:
    if not report.doctor_calls:
        return None
    return el("section", el("h2", "医生通话"), el("ul", *(el("li", words) for words in report.doctor_calls)))


def _questions(report: Report) -> Markup | None:
    if not report.questions:
        return None
    return el(
        "section", el("h2", "居民问到的"), el("ul", *(el("li", words, translate="no") for words in report.questions))
    )


def _transcript(view: ReportView) -> Markup | None:
    said = view.report.transcript
    if not said:
        return None
    lines = (
        el(
            "li", el("b", line.speaker_words), name(line.text),
            clip(view.visit_id, line.clip, f"听第 {line.turn} 句"),
            id=None if line.speaker in ("agent", "staff") else f"turn-{line.turn}",
            class_="agent" if line.speaker in ("agent", "staff") else "them",
        )
        for line in said
    )  # fmt: skip
    return el("details", el("summary", f"全文（{len(said)} 句）"), el("ol", *lines), class_="transcript")
