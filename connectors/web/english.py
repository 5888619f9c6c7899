"""English for staff, from catalogues in ``words/``: Chinese as the pages are drawn → English. What people said stays.

A text is looked up whole, then by patterns with ``{places}``, then part by part between its marks. What is in no
catalogue is left: names, notes, words. ``translate="no"`` on an element keeps all in it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from connectors.web.language import Language

WORDS = Path(__file__).resolve().parent / "words"
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff01-\uff5e]")
MARKS: Mapping[str, str] = {
    "，": ", ", "、": ", ", "；": "; ", "：": ": ", "。": ".", "（": " (", "）": ")", "？": "?", "！": "!",
    "“": '"', "”": '"',
}  # fmt: skip
_LEVELS = tuple(re.compile(f"({marks})") for marks in ("[；。？！]", "，", "：", "、", "[→·]", "[（）“”]", r"\s+", "/"))
"""Marks by how much they part, the strongest first."""
_PLACE = re.compile(r"\{([\w.]+)\}")
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r"</?([\w-]+)")
_CODED = frozenset({"data-codes", "data-medicines"})
"""Pairs of code and label, as JSON."""
_SPOKEN = re.compile(
    f' (aria-label|data-head|placeholder|data-label|data-words|data-unit|{"|".join(sorted(_CODED))})="([^"]*)"'
)
_ONE = r"[^\d，。]+ [≥≤<>]?\d[\d./]*(?: [\w/%²]+)?"
_VALUE = re.compile(f"{_ONE}(?:，{_ONE})*")
"""收缩压 185: a value with the name of its field, not words of anybody."""
_VOID = frozenset({"meta", "br", "hr", "link", "input", "!doctype"})
_KEPT = frozenset({"q", "code"})
BRAND = ('class="brand" href="/console">随访<', 'class="brand" href="/console">Suifang<')
SWITCH: Mapping[Language, str] = {
    Language.CHINESE: '<a class="lang" href="?lang=en" hreflang="en" lang="en">English</a>',
    Language.ENGLISH: '<a class="lang" href="?lang=zh" hreflang="zh-CN" lang="zh-CN" translate="no">中文</a>',
}


class Catalogue:
    """What is said in English."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._whole = {key: text for key, text in entries.items() if not _PLACE.search(key)}
        places = (key for key in entries if _PLACE.search(key))
        self._patterns = [_Pattern.of(key, entries[key]) for key in sorted(places, key=_literal, reverse=True)]

    def say(self, text: str) -> str:
        """The text in English, as far as it is known."""
        if not CHINESE.search(text):
            return text
        inner = text.strip()
        return text.replace(inner, self._known(inner) or self._part_by_part(inner), 1)

    def say_value(self, text: str) -> str:
        """A value with its name; what somebody said stays as it was said."""
        return self.say(text) if _VALUE.fullmatch(text) else text

    def _known(self, text: str) -> str | None:
        if text in self._whole:
            return self._whole[text]
        for pattern in self._patterns:
            if (values := pattern.read(text)) is not None:
                said = {name: self.say(value) for name, value in values.items()}
                return _PLACE.sub(lambda place, said=said: said[place[1]], pattern.english)  # type: ignore[misc]
        return None

    def _part_by_part(self, text: str) -> str:
        """Cut at the strongest of its marks; a part may be known though the whole is not."""
        for marks in _LEVELS:
            parts = marks.split(text)
            if len(parts) > 1:
                said = (MARKS.get(part, part) if at % 2 else self.say(part) for at, part in enumerate(parts))
                return re.sub(r" {2,}", " ", "".join(said)).strip()
        return text


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A text with places, each filled by at least one character."""

    shape: re.Pattern[str]
    names: tuple[str, ...]
    english: str

    @classmethod
    def of(cls, key: str, english: str) -> _Pattern:
        literals = _PLACE.split(key)
        shape = "".join(re.escape(part) if at % 2 == 0 else _filled(part) for at, part in enumerate(literals))
        return cls(re.compile(shape, re.DOTALL), tuple(literals[1::2]), english)

    def read(self, text: str) -> Mapping[str, str] | None:
        found = self.shape.fullmatch(text)
        return dict(zip(self.names, found.groups(), strict=True)) if found else None


def _filled(place: str) -> str:
    """What may stand in a place: lists where a rule names it, one thing where it has a number."""
    return "([^；、]+?)" if place.isdigit() else "([^；]+?)"


def _literal(key: str) -> int:
    """How much of a pattern is given: the most particular is tried first."""
    return len(_PLACE.sub("", key))


@cache
def english() -> Catalogue:
    """All catalogues of ``words/`` together."""
    entries: dict[str, str] = {}
    for path in sorted(WORDS.glob("*.json")):
        entries |= json.loads(path.read_text("utf-8"))
    return Catalogue(entries)


def page_in(language: Language, page: str) -> str:
    """A whole page as ``connectors.web.console`` draws it, in a language."""
    return page if language is Language.CHINESE else _Page(english()).translated(page)


class _Page:
    """Goes through a page tag by tag; its markup is our own, in which texts and attributes are escaped."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kept: list[str] = []
        """Open elements whose texts stay, and all inside them."""

    def translated(self, page: str) -> str:
        page = page.replace(SWITCH[Language.CHINESE], SWITCH[Language.ENGLISH])
        page = page.replace(*BRAND, 1)
        page = page.replace(f'lang="{Language.CHINESE}">', f'lang="{Language.ENGLISH}">', 1)
        at, out = 0, []
        for tag in _TAG.finditer(page):
            out.append(self._text(page[at : tag.start()]))
            out.append(self._tag(tag[0]))
            at = tag.end()
        return "".join((*out, self._text(page[at:])))

    def _text(self, text: str) -> str:
        if not CHINESE.search(text):
            return text
        plain = html.unescape(text)
        if not self._kept:
            return html.escape(self._catalogue.say(plain))
        return html.escape(self._catalogue.say_value(plain)) if self._kept == ["q"] else text

    def _tag(self, tag: str) -> str:
        name = found[1].lower() if (found := _NAME.match(tag)) else ""
        if tag.startswith("</"):
            if self._kept and name == self._kept[-1]:
                self._kept.pop()
            return tag
        kept = bool(self._kept)
        if name not in _VOID and not tag.endswith("/>") and (
            name in _KEPT or ' translate="no"' in tag or (kept and name == self._kept[-1])
        ):  # fmt: skip
            self._kept.append(name)
        return tag if ' translate="no"' in tag else _SPOKEN.sub(self._attribute, tag)

    def _attribute(self, found: re.Match[str]) -> str:
        value = html.unescape(found[2])
        if found[1] in _CODED:
            pairs = [[code, self._catalogue.say(label)] for code, label in json.loads(value)]
            said = json.dumps(pairs, ensure_ascii=False)
        else:
            said = self._catalogue.say(value)
        return f' {found[1]}="{html.escape(said)}"'
