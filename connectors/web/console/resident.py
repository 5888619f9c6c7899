"""A resident with their history; the managers' figures."""

from __future__ import annotations

from collections.abc import Sequence

from agent.report.markup import Markup, el
from connectors.access.people import Role
from connectors.web.console.charts import share_chart, trend_chart
from connectors.web.console.proposals import proposal_list
from connectors.web.console.shell import Frame, button, empty, name, page, title_row, trouble
from connectors.web.console.views import FigureView, PersonView
from connectors.web.console.work import rows


def resident_page(frame: Frame, person: PersonView) -> str:
    """The page."""
    facts = (person.person, person.birth_date, person.phone, *person.contract[:2])
    told = [el("span", fact) for fact in facts if fact] + [name(team) for team in person.contract[2:]]
    who = el("p", name(person.name, class_="name"), *told, class_="whose")
    return page(
        frame, person.name,
        who, trouble(person.trouble and f"签约系统现在连不上，签约和历次数值暂缺：{person.trouble}"),
        _bad(frame, person),
        el("div", *(trend_chart(trend) for trend in person.trends), class_="glance even") if person.trends else None,
        proposal_list(person.proposals, frame.staff),
        title_row("随访记录"),
        rows(person.visits) if person.visits else empty("这里还没有随访。"),
        _pairs("健康档案", person.record), _pairs("签约系统里最近一次的数值", person.last),
        script="rows",
    )  # fmt: skip


def _bad(frame: Frame, person: PersonView) -> Markup | None:
    """Courses that have turned bad, as long as no doctor has looked."""
    if not person.bad:
        return None
    doctor = frame.staff.role is Role.DOCTOR
    lines = (
        el(
            "li", el("b", trend.title), el("span", trend.why),
            button("看过了", class_="seen", data_resident=person.id, data_rule=trend.rule) if doctor else None,
        )
        for trend in person.bad
    )  # fmt: skip
    return el("section", el("h2", "走势变坏"), el("ul", *lines), class_="card bad")


def _pairs(title: str, pairs: Sequence[tuple[str, str]]) -> Markup | None:
    lines = [el("tr", el("th", label, scope="row"), el("td", words)) for label, words in pairs]
    return el("section", el("h2", title), el("table", *lines)) if lines else None


def figures_page(
    frame: Frame, figures: Sequence[FigureView], results: Sequence[FigureView] = (), problem: str = ""
) -> str:
    """Shares that managers ask for, with what they are made of; how the team's conversations ended."""
    body: Markup = share_chart(figures) if figures else empty("签约系统没有给出数据。")
    return page(
        frame, "团队数据",
        title_row("团队数据", el("span", "截至今天的一年，按签约系统统计，全机构", class_="soft")),
        trouble(problem and f"签约系统现在连不上：{problem}"), el("section", body),
        el("section", el("h2", "对话结果"), el("p", "本团队近 30 天结束的对话", class_="soft"), share_chart(results))
        if results else None,
    )  # fmt: skip
