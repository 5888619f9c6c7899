"""What people see in place of a page that they may not see: the way to the login, or why not."""

from __future__ import annotations

from urllib.parse import quote

from fastapi.responses import RedirectResponse, Response
from starlette.requests import HTTPConnection

from connectors.api.drawn import html
from connectors.web.console.entrance import refusal_page

ACCOUNT = frozenset({"change-password", "enrol"})
WORDS = {
    "role-wrong": ("没有权限", "您的账号不能看这一页。需要的话请找管理员。"),
    "mind-kept": ("涉及心理健康", "这次随访说的话，只有医生和接手的人可以看。请先接手它的警报，或请医生看。"),
    "visit-unknown": ("没有这次随访", "它不存在，或者不是您团队的居民。"),
    "resident-unknown": ("没有这位居民", "这里没有，或者不是您团队的居民。"),
}


def page_for(connection: HTTPConnection, code: str, status: int) -> Response | None:
    """The page, when a person asked for one; None for programs."""
    path = connection.url.path
    wanted = connection.scope["type"] == "http" and connection.scope["method"] == "GET"
    if not wanted or not path.startswith("/console") or "text/html" not in connection.headers.get("accept", ""):
        return None
    if code == "login-needed":
        return RedirectResponse(f"/console/login?next={quote(path)}", 303)
    if code in ACCOUNT:
        return RedirectResponse("/console/account", 303)
    title, words = WORDS.get(code, ("现在打不开", f"请过一会儿再试；还不行就把这个代号告诉管理员：{code}"))
    return html(refusal_page(title, words), connection, status)
