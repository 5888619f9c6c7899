"""Serves the pages and their modules. A page is a file; what it shows it asks the API for."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from connectors.api.access import anyone, guard

PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"  # and the sites of the list
    ),
    "Permissions-Policy": "microphone=(self), camera=(self), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
PAGES: Mapping[str, str] = {"/start": "start.html", "/r/{token}": "resident.html", "/doctor/video": "video.html"}
"""Path → file. What stands in the path is read by the page itself; the service does not look at it."""


PACKED = ".gz"


class Modules(StaticFiles):
    """Modules may be taken by pages of other sites: they hold no data."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """A large module lies here packed, and travels so."""
        full, found = super().lookup_path(path)
        return (full, found) if found else super().lookup_path(f"{path}{PACKED}")

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, with what browsers must know about it."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update({"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"})
        response.headers["Cache-Control"] = "no-cache"  # asked for again, answered 304 by the entity tag
        if str(args[0]).endswith(PACKED):
            response.headers.update({"Content-Encoding": "gzip", "Content-Type": "text/javascript; charset=utf-8"})
        return response


def page_headers(connect: Sequence[str] = ()) -> dict[str, str]:
    """Headers of a page; it may connect to us, and to ``connect``."""
    policy = PAGE_HEADERS["Content-Security-Policy"].replace(
        "connect-src 'self'", " ".join(["connect-src 'self'", *connect])
    )
    return {**PAGE_HEADERS, "Content-Security-Policy": policy}


def pages_router(folder: Path, sites: Sequence[str] = (), connect: Sequence[str] = ()) -> APIRouter:
    """The pages that lie in ``folder``; ``sites`` may show them in a frame, ``connect`` they may connect to."""
    router = APIRouter()
    for path, name in PAGES.items():
        router.add_api_route(
            path,
            _page(folder / name, sites, connect),
            methods=["GET"],
            include_in_schema=False,
            dependencies=[guard(anyone)],
        )
    return router


def _page(file: Path, sites: Sequence[str], connect: Sequence[str]) -> Callable[[], Awaitable[FileResponse]]:
    headers = page_headers(connect)
    headers["Content-Security-Policy"] = " ".join([headers["Content-Security-Policy"], *sites])

    async def page() -> FileResponse:
        return FileResponse(file, media_type="text/html; charset=utf-8", headers=headers)

    return page
