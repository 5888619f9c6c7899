"""What every staff page has: head, bar with ways on, footer. Pages are drawn here and hold no script and no style."""

from __future__ import annotations

from dataclasses import dataclass

from agent.report.markup import Markup, el
from connectors.access.people import CLINICAL, Role, Staff
from connectors.web.english import SWITCH
from connectors.web.language import Language

ROLES = {Role.DOCTOR: "医生", Role.NURSE: "护士", Role.OPERATOR: "运维", Role.ADMIN: "管理员"}
NAV: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/console/work", "工作列表", frozenset(CLINICAL)),
    ("/console/alerts", "警报", frozenset(CLINICAL)),
    ("/console/calls", "外呼名单", frozenset(CLINICAL)),
    ("/console/roster", "值班", frozenset(CLINICAL)),
    ("/console/figures", "团队数据", frozenset(Role)),
    ("/console/operations", "运行", frozenset({Role.OPERATOR, Role.ADMIN})),
    ("/console/users", "账号", frozenset({Role.ADMIN})),
    ("/console/wording", "用语与阈值", frozenset(Role)),
)
STATIC = "/static/console"


@dataclass(frozen=True, slots=True)
class Frame:
    """Whose page it is."""

    staff: Staff
    csrf: str
    path: str


def page(frame: Frame, title: str, *body: Markup | None, script: str = "") -> str:
    """A whole page of somebody who is logged in; ``script`` is the module of this page."""
    clinical, doctor = frame.staff.role in CLINICAL, frame.staff.role is Role.DOCTOR
    modules = ["shell", *(["ring"] if clinical else []), *(["duty"] if doctor else []), *([script] if script else [])]
    banner = el("div", id="ringing", role="alertdialog", aria_label="新警报", hidden="") if clinical else None
    return _document(
        title, modules,
        el("a", "跳到正文", class_="skip", href="#main"), _bar(frame), banner,
        el("suifang-doctor-desk", hidden="") if doctor else None,
        el("main", *body, id="main", tabindex="-1"), el("div", id="toast", role="status"),
        csrf=frame.csrf,
    )  # fmt: skip


def bare(title: str, *body: Markup | None, script: str) -> str:
    """A page of somebody who is not, or not wholly, logged in."""
    switch = el("p", _switch(), class_="soft")
    return _document(
        title, [script], el("main", *body, switch, id="main", class_="bare"), el("div", id="toast", role="status")
    )


def _document(title: str, modules: list[str], *body: Markup | None, csrf: str = "") -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="csrf", content=csrf) if csrf else None,
        el("title", f"{title} · 随访"),
        el("link", rel="icon", href="/static/icon.svg"),
        el("link", rel="stylesheet", href=f"{STATIC}/console.css"),
        *(el("script", type="module", src=f"{STATIC}/{name}.js") for name in modules),
    )
    return "<!doctype html>\n" + el("html", head, el("body", *body), lang="zh-CN") + "\n"


def _bar(frame: Frame) -> Markup:
    links = (
        el("a", title, href=path, aria_current="page" if frame.path.startswith(path) else None, data_nav=path)
        for path, title, roles in NAV if frame.staff.role in roles
    )  # fmt: skip
    who = el("span", f"{frame.staff.shown} · {ROLES[frame.staff.role]}", class_="who")
    return el(
        "header",
        el("a", "随访", class_="brand", href="/console"),
        el("nav", *links, aria_label="主要页面"),
        el("div", who, el("button", "快捷键", type="button", id="keys"), el("a", "账户", href="/console/account"),
           _switch(),
           el("button", "退出", type="button", id="leave"), class_="me"),
        class_="bar",
    )  # fmt: skip


def _switch() -> Markup:
    return Markup(SWITCH[Language.CHINESE])


def name(words: str, **attributes: str | None) -> Markup:
    """What somebody is called, or said, or wrote: the same in every language."""
    return el("span", words, translate="no", **attributes)


def title_row(title: str, *right: Markup | None) -> Markup:
    """The heading of a page, with what may be done beside it."""
    return el("div", el("h1", title), el("div", *right, class_="acts"), class_="title")


def empty(words: str) -> Markup:
    """Where there is nothing."""
    return el("p", words, class_="empty")


def trouble(words: str) -> Markup | None:
    """What could not be shown, and why."""
    return el("p", words, class_="trouble", role="alert") if words else None


def button(words: str, **attributes: str | None) -> Markup:
    """A button that a script listens to."""
    return el("button", words, type="button", **attributes)
