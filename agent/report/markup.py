"""A small builder of HTML in which every text is escaped; nothing else in the report writes a tag."""

from __future__ import annotations

import html
import unicodedata
from urllib.parse import quote


class Markup(str):
    """HTML that is safe as it stands; a plain ``str`` is text and gets escaped."""

    __slots__ = ()


_VOID = {"meta", "br", "hr", "link", "input"}


def el(tag: str, *children: str | None, **attributes: str | None) -> Markup:
    """One element; ``class_`` stands for ``class``, a None attribute or child is left out, "" is a bare attribute."""
    opening = "".join(_attribute(name, value) for name, value in attributes.items() if value is not None)
    if tag in _VOID:
        return Markup(f"<{tag}{opening}>")
    return Markup(f"<{tag}{opening}>{join(*children)}</{tag}>")


def join(*children: str | None) -> Markup:
    """Children one after the other; texts escaped."""
    return Markup("".join(text(child) for child in children if child is not None))


def text(child: str) -> Markup:
    """Escaped text, without control and direction characters that could redraw the page."""
    if isinstance(child, Markup):
        return child
    kept = "".join(char for char in child if char in "\n\t" or unicodedata.category(char)[0] != "C")
    return Markup(html.escape(kept, quote=True))


def clip_url(clip_base: str, clip: str) -> str:
    """Address of a clip: only its file name counts, so no name can lead out of the folder."""
    return clip_base + quote(clip.replace("\\", "/").rsplit("/", 1)[-1])


def _attribute(name: str, value: str) -> str:
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value == "" else f' {shown}="{text(value)}"'
