"""The pages before and around the work: logging in, one's own password, the second factor."""

from __future__ import annotations

import io

import segno

from agent.report.markup import Markup, el
from connectors.access.people import Session, Stage
from connectors.web.console.shell import ROLES, bare, button


def login_page() -> str:
    """Name and password; the code of the second factor is asked for once it is needed."""
    code = _entry("手机验证码（6 位）", "code", inputmode="numeric", autocomplete="one-time-code", maxlength="16")
    form = el(
        "form", el("h1", "随访 · 医务人员登录"),
        _entry("登录名", "name", autocomplete="username", required="", autofocus=""),
        _entry("密码", "password", type="password", autocomplete="current-password", required=""),
        el("div", code, id="second", hidden=""),
        el("p", id="problem", class_="trouble", role="alert", hidden=""),
        el("button", "登录", type="submit", class_="primary", disabled=""), id="login", method="dialog",
    )  # fmt: skip
    return bare("登录", form, script="login")


def account_page(session: Session, enrolment: tuple[str, str] | None) -> str:
    """Password and second factor; ``enrolment`` is the secret and its address for an authenticator, when one is due."""
    head = el("h1", f"{session.staff.shown} · {ROLES[session.staff.role]}")
    parts: list[Markup | None] = [head]
    if session.stage is not Stage.ENROL:
        parts.append(_password(first=session.stage is Stage.CHANGE_PASSWORD))
    if session.stage is Stage.ENROL and enrolment is not None:
        parts.append(_second_factor(*enrolment))
    if session.stage is Stage.FULL:
        parts.append(el("p", el("a", "回到工作", href="/console")))
    return bare(
        "账户", el("div", *parts, button("退出登录", id="leave"), id="account", data_csrf=session.csrf,
                 data_stage=session.stage.value), script="account",
    )  # fmt: skip


def refusal_page(title: str, words: str) -> str:
    """Why a page is not shown."""
    return bare(title, el("h1", title), el("p", words), el("p", el("a", "回到工作", href="/console")), script="nothing")


def _password(*, first: bool) -> Markup:
    lead = "这是别人替您设的密码，请先换成自己的。" if first else "换密码之后，别处的登录会退出。"
    return el(
        "form", el("h2", "换密码"), el("p", lead),
        _entry("现在的密码", "old", type="password", autocomplete="current-password", required=""),
        _entry("新密码", "new", type="password", autocomplete="new-password", required=""),
        el("p", "至少 10 个字符，大写、小写、数字、符号里要有三种；不要用名字和常见的密码。", class_="soft"),
        el("p", class_="trouble", role="alert", hidden=""),
        el("button", "换密码", type="submit", class_="primary"), id="password", method="dialog",
    )  # fmt: skip


def _second_factor(secret: str, uri: str) -> Markup:
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return el(
        "form", el("h2", "设置手机验证码"),
        el("p", "用手机上的验证器（如微软、谷歌的身份验证器）扫这张图，再把它显示的 6 位数填在下面。以后登录都要填。"),
        el("div", _qr(uri), class_="qr", role="img", aria_label="给验证器扫的二维码"),
        el("p", "扫不了就手工输入：", el("code", spaced, class_="secret")),
        _entry("验证码（6 位）", "code", inputmode="numeric", autocomplete="one-time-code", required="", autofocus=""),
        el("p", class_="trouble", role="alert", hidden=""),
        el("button", "完成", type="submit", class_="primary"), id="enrol", method="dialog",
    )  # fmt: skip


def _qr(uri: str) -> Markup:
    """The drawing as SVG elements; segno writes numbers and its own names only."""
    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=5, nl=False)
    return Markup(out.getvalue().decode())


def _entry(label: str, name: str, **attributes: str | None) -> Markup:
    given = {"type": "text", **attributes}
    return el("label", el("span", label), el("input", name=name, **given))
