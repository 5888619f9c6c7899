"""Facts for the health record that were told in a conversation: a short list, each accepted or rejected by a doctor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.report.markup import Markup, clip_url, el
from connectors.access.people import Role, Staff
from connectors.web.console.shell import button
from connectors.web.console.views import ProposalView


def proposal_list(found: Sequence[ProposalView], staff: Staff) -> Markup | None:
    """The section; nothing where nothing was told."""
    if not found:
        return None
    left = sum(not view.state for view in found)
    both = button("全部采纳", class_="decide-all") if left > 1 and staff.role is Role.DOCTOR else None
    return el(
        "section", el("h2", "档案建议", el("span", f"{left} 条待定", class_="soft") if left else None, both),
        el("p", "居民在对话里说到的，医生采纳后才进健康档案。", class_="soft"),
        el("ul", *(_line(view, staff) for view in found)),
        class_="card proposals", id="proposals",
    )  # fmt: skip


def _line(view: ProposalView, staff: Staff) -> Markup:
    said = f"{view.who} {view.day} 说"
    return el(
        "li", el("b", f"{view.field} {view.value}"), el("span", said, class_="soft"), el("q", view.words),
        _clip(view), *_acts(view, staff), class_="decided" if view.state else None,
    )  # fmt: skip


def _clip(view: ProposalView) -> Markup | None:
    if not view.clip:
        return None
    source = clip_url(f"/visits/{view.visit_id}/clips/", view.clip)
    return el("audio", controls="", preload="none", src=source, aria_label=f"听{view.field}的原话")


def _acts(view: ProposalView, staff: Staff) -> Iterator[Markup]:
    if view.state:
        yield el("span", view.state, class_="soft")
    elif staff.role is Role.DOCTOR:
        for words, accept in (("采纳", "yes"), ("不采纳", "no")):
            yield button(
                words, class_="decide", data_visit=view.visit_id, data_number=str(view.number), data_accept=accept,
                aria_label=f"{words}：{view.field} {view.value}",
            )  # fmt: skip
