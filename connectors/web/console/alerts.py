"""Alerts with their pre-brief, and conversations that go on. Ringing is the script's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.report.markup import Markup, el
from connectors.web.console.shell import Frame, button, empty, name, page, title_row
from connectors.web.console.views import AlertView, LiveLine, LiveView

OUTCOMES = {
    "reached": "已联系上居民，已处理", "ambulance": "已叫 120", "clinic": "已约来院", "family": "已交给家属",
    "unreached": "没联系上，继续找", "false": "不是急事",
}  # fmt: skip


def alerts_page(frame: Frame, alerts: Sequence[AlertView]) -> str:
    """Every alert that is not closed."""
    sound = button("允许响铃和通知", id="allow")
    cards = (el("li", brief(alert)) for alert in alerts)
    return page(
        frame, "警报",
        title_row("警报", sound),
        el("ul", *cards, class_="briefs", id="briefs") if alerts else empty("现在没有要处理的警报。"),
        script="alerts",
    )  # fmt: skip


def brief(alert: AlertView) -> Markup:
    """Why, values, last words, medicines: what a doctor reads before accepting."""
    rank = "brief urgent" if alert.urgent else "brief"
    return el("article", *_brief(alert), class_=rank, data_visit=alert.visit_id, data_seq=str(alert.seq))


def _brief(alert: AlertView) -> Iterator[Markup | None]:
    yield el(
        "h2", f"{alert.title} ", el("span", alert.rank, class_="rank"), el("span", alert.at, class_="soft"),
    )  # fmt: skip
    yield el(
        "p", el("a", alert.name, href=f"/console/residents/{alert.resident_id}", class_="name", translate="no"),
        el("span", alert.person), el("span", "对话还在继续" if alert.running else "对话已结束", class_="badge open"),
        class_="whose",
    )  # fmt: skip
    yield el("p", el("span", "原因", class_="label"), el("q", alert.evidence), class_="because")
    yield _row("数值", "，".join(alert.values))
    yield _row("在吃的药", "、".join(alert.medicines))
    words = (el("li", el("b", who), name(text)) for who, text in alert.words)
    yield el("div", el("span", "最后的话", class_="label"), el("ol", *words), class_="last") if alert.words else None
    yield el("div", *_acts(alert), class_="acts")


def _acts(alert: AlertView) -> Iterator[Markup]:
    if not alert.by:
        yield button("我来处理", class_="take primary")
    elif not alert.closed:
        yield el("span", f"{alert.by} 已接", class_="badge signed")
        yield el("select", *(el("option", words, value=code) for code, words in OUTCOMES.items()), aria_label="结果")
        yield el("input", type="text", placeholder="怎么处理的", aria_label="怎么处理的", maxlength="200")
        yield button("处理完了", class_="close")
    yield el("a", "看对话" if alert.running else "看报告", href=f"/console/visits/{alert.visit_id}", class_="button")


def _row(label: str, words: str) -> Markup | None:
    return el("p", el("span", label, class_="label"), words) if words else None


def live_page(frame: Frame, live: LiveView) -> str:
    """A conversation that goes on, as it goes on."""
    who = el(
        "p", el("a", live.name, href=f"/console/residents/{live.resident_id}", class_="name", translate="no"),
        el("span", live.person), el("span", live.what), el("span", "正在进行", class_="badge open"), class_="whose",
    )  # fmt: skip
    lines = el(
        "ol", *(line(said) for said in live.lines), id="lines", class_="lines", aria_live="polite", tabindex="0",
        aria_label="对话",
    )  # fmt: skip
    newest = max((said.seq for said in live.lines), default=-1)
    return page(
        frame, f"{live.name} 正在进行",
        who, el("div", *(brief(alert) for alert in live.alerts), id="briefs"), talking() if live.spoken else None,
        el("div", el("section", el("h2", "对话"), lines),
           el("section", el("h2", "已经问到的"), el("ul", *(el("li", words) for words in live.values), id="values")),
           class_="live", data_visit=live.visit_id, data_after=str(newest), data_staff=live.staff,
           data_me=frame.staff.shown),
        None if live.spoken else writing(),
        script="live",
    )  # fmt: skip


def writing() -> Markup:
    """Where a doctor or nurse writes in place of the agent; the script shows what applies."""
    words = el(
        "textarea", id="words", rows="2", maxlength="400", aria_label="写给居民", placeholder="写给居民，回车发送"
    )
    return el(
        "section", el("p", id="writes", role="status", class_="soft"),
        button("我来写", id="take-over", class_="primary", hidden=""),
        el("form", words, el("div", el("button", "发送", type="submit", class_="primary"),
           button("交还语音助手", id="hand-back"), class_="acts"), id="write", method="dialog", hidden=""),
        class_="writing",
    )  # fmt: skip


def talking() -> Markup:
    """Where a doctor or nurse speaks in place of the agent; the script opens the room."""
    return el(
        "section", el("p", id="writes", role="status", class_="soft"),
        button("我来说", id="take-over", class_="primary", hidden=""),
        el("div", el("div", id="room", class_="room"),
           el("div", button("交还语音助手", id="hand-back"), button("结束通话", id="end-call"), class_="acts"),
           id="talk", hidden=""),
        class_="writing",
    )  # fmt: skip


def line(said: LiveLine) -> Markup:
    """One line."""
    return el("li", el("b", said.who), name(said.text), el("time", said.at), class_="agent" if said.agent else "them")
