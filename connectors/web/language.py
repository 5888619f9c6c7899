"""In which language a page of staff is shown: Chinese, unless English was asked for, kept, or is preferred."""

from __future__ import annotations

from enum import StrEnum

COOKIE = "suifang_lang"
QUERY = "lang"


class Language(StrEnum):
    """A language that pages are shown in; the value stands in ``<html lang>``."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


def named(name: str | None) -> Language | None:
    """The language that a tag such as ``en-GB`` or ``zh`` means; None for others."""
    primary = (name or "").strip().lower().partition("-")[0]
    return {"zh": Language.CHINESE, "en": Language.ENGLISH}.get(primary)


def chosen(asked: str | None, kept: str | None, accepted: str) -> Language:
    """``asked`` by the address, else ``kept`` by the cookie, else the first of Accept-Language that there is."""
    return named(asked) or named(kept) or _preferred(accepted) or Language.CHINESE


def _preferred(accepted: str) -> Language | None:
    ranked: list[tuple[float, Language]] = []
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.partition(";")
        language = named(tag)
        if language is not None and (share := _share(weight)) > 0:
            ranked.append((share, language))
    return max(ranked, key=lambda entry: entry[0])[1] if ranked else None


def _share(weight: str) -> float:
    """``q=0.8``; 1 where nothing is said, 0 where it cannot be read."""
    if not weight.strip():
        return 1.0
    try:
        return float(weight.strip().removeprefix("q="))
    except ValueError:
        return 0.0
