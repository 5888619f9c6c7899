"""The call list: whom the team is to call today, each with a link that can be sent in place of a call."""

from __future__ import annotations

from agent.report.markup import Markup, el
from connectors.web.console.shell import Frame, button, empty, page, title_row, trouble
from connectors.web.console.views import CallItem, CallPage


def calls_page(frame: Frame, calls: CallPage) -> str:
    """The page."""
    search = el("input", type="search", id="search", placeholder="找姓名、项目", aria_label="找居民")
    note = f"另有 {calls.opted_out} 位到期，但不愿接电话，不在名单里。" if calls.opted_out else ""
    return page(
        frame, "外呼名单",
        title_row("外呼名单", search),
        trouble(calls.trouble and f"签约系统现在连不上，名单暂缺：{calls.trouble}"),
        _table(calls.items) if calls.items else empty("现在没有要打的随访。"),
        el("p", note, class_="soft") if note else None,
        script="calls",
    )  # fmt: skip


def _table(items: tuple[CallItem, ...]) -> Markup:
    head = el("tr", *(el("th", name, scope="col") for name in ("居民", "随访", "应访日期", "为什么", "发链接")))
    return el("table", el("thead", head), el("tbody", *map(_row, items)), class_="stack wide", id="calls")


def _row(item: CallItem) -> Markup:
    who = el("a", item.name, href=f"/console/residents/{item.resident_id}", class_="name", translate="no")
    why = el("a", item.why, href=f"/console/visits/{item.visit_id}") if item.visit_id else "到期"
    acts = el(
        "div",
        button("文字", class_="make", data_purpose="chat", aria_label=f"给{item.name}的文字链接"),
        button("语音", class_="make", data_purpose="call", aria_label=f"给{item.name}的语音链接"),
        class_="acts",
    )
    return el(
        "tr", el("th", who, " ", el("span", item.person, class_="soft"), scope="row"), el("td", item.what),
        el("td", item.due), el("td", why), el("td", acts), data_resident=item.resident_id, data_flow=item.flow,
        class_="again" if item.visit_id else None,
    )  # fmt: skip
