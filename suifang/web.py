"""The service's ports bound to the app."""

from __future__ import annotations

from datetime import datetime

from suifang.app import App
from suifang.chats import WebChats


def web_chats(app: App) -> WebChats:
    """Web chats whose papers are drawn up when they end."""
    return WebChats(app.visits, app.papers.draw_up, lambda: datetime.now().replace(microsecond=0))
