"""Answers with a page that the service has drawn, in the language of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi.responses import HTMLResponse
from starlette.requests import HTTPConnection

from connectors.api.pages import page_headers
from connectors.web.english import page_in
from connectors.web.language import COOKIE, QUERY, Language, chosen, named

KEPT_S = 365 * 86_400
"""How long a chosen language is kept."""


def html(text: str, request: HTTPConnection, status: int = 200) -> HTMLResponse:
    """A page in the language of whoever asks; one that the address names is kept."""
    answer = HTMLResponse(page_in(language_of(request), text), status, headers=page_headers(connects_to(request)))
    if (asked := named(request.query_params.get(QUERY))) is not None:
        answer.set_cookie(COOKIE, asked.value, max_age=KEPT_S, path="/", samesite="lax")
    return answer


def connects_to(request: HTTPConnection) -> Sequence[str]:
    """What pages may connect to beside the service; the application was built with it."""
    origins: Sequence[str] = request.app.state.connect
    return origins


def language_of(request: HTTPConnection) -> Language:
    """In which language they read."""
    return chosen(
        request.query_params.get(QUERY), request.cookies.get(COOKIE), request.headers.get("accept-language", "")
    )
